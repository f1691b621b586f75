"""Installed from a wheel, without the checkout, everything is there and works from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.book.beside import THEIRS
from outreach.store.database import Database
from outreach.store.tables import debtors

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, unpacked as an installer does it."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"


def outreach(installed: Path, folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OUTREACH_", "TWILIO_"))}
    environment |= {"PYTHONPATH": str(installed), **settings}
    command = [sys.executable, "-m", "outreach", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_from_init_to_a_case_with_nothing_but_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = [sys.executable, "-c", "import outreach, webhooks; print(outreach.__file__, webhooks.__file__)"]
    found = subprocess.run(
        where,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(file.startswith(str(installed)) for file in found.stdout.split())

    done = outreach(installed, tmp_path, "init")
    assert done.returncode == 0, done.stderr
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["campaigns", "config", "templates"]
    done = outreach(installed, tmp_path, "check")
    assert done.returncode == 0, done.stderr
    assert "no faults" in done.stdout

    book = installed / "outreach" / "samples" / "book.csv"
    done = outreach(installed, tmp_path, "import", str(book))
    assert done.returncode == 0, done.stderr
    first = book.read_text(encoding="utf-8").splitlines()
    ref = first[1].split(",")[first[0].split(",").index("loan_ref")]
    done = outreach(installed, tmp_path, "case", ref)
    assert done.returncode == 0, done.stderr
    assert ref in done.stdout and "opened" in done.stdout.lower()
    assert outreach(installed, tmp_path, "audit").returncode == 0


def test_the_second_process_of_an_import_is_in_the_wheel(installed: Path, tmp_path: Path, pg_db: Database) -> None:
    book = installed / "outreach" / "samples" / "book.csv"
    rejects = book.with_name("book.rejects.csv")
    where = {"OUTREACH_DATABASE_URL": pg_db.url}
    done = outreach(installed, tmp_path, "import", "--processes", "2", str(book), **where)
    assert (done.returncode, done.stderr, rejects.exists()) == (0, "", False)
    with pg_db.read() as connection:
        shares = Counter(THEIRS.has(ref) for ref in connection.scalars(select(debtors.c.ref)))
    assert shares[True] > 1 and shares[False] > 1
    assert outreach(installed, tmp_path, "audit", **where).returncode == 0


def test_init_overwrites_nothing(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    done = outreach(installed, tmp_path, "init")
    assert done.returncode == 2
    assert "campaigns already here" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["campaigns"]
