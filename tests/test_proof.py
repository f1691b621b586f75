"""A third party verifies a proof with the standard library alone, and finds whatever was altered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.core.terms import OutreachError
from outreach.proof import export_proof
from outreach.store.database import Database
from tests.engine.house import ROOT, House

SCRIPT = ROOT / "outreach" / "proof" / "verify_proof.py"
Proof = dict[str, Any]


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(), "L1", date(2026, 11, 27))
    for other in range(2, 7):  # whose heads are sealed beside it
        made.case(made.debtor(f"D{other}", phone=f"+1518555013{other}"), f"L{other}", date(2027, 11, 27))
    made.at("2026-11-24T10:31:00-05:00")
    made.text("will pay friday", sid="SM-in-1")
    made.at("2026-11-24T10:32:00-05:00")
    made.at("2026-11-25T10:32:00-05:00")
    return made


def verify(proof: Proof, folder: Path) -> subprocess.CompletedProcess[str]:
    """In an interpreter that sees nothing but the standard library."""
    file = folder / "proof.json"
    file.write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_whole_proof_holds(house: House, tmp_path: Path) -> None:
    done = verify(export_proof(house.db, "L1"), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 placed contacts, 2 seals: all holds" in done.stdout


def cut_tail(proof: Proof) -> None:
    gone = proof["events"].pop()
    proof["last_seq"], proof["last_hash"] = gone["seq"] - 1, proof["events"][-1]["hash"]


def first_permit(proof: Proof) -> None:
    proof["permits"][0]["document"] = proof["permits"][0]["document"].replace("NY", "CA")


def move_window(proof: Proof) -> None:
    hours = next(r["hours"] for b in proof["rulebooks"] for r in b["content"]["rules"] if "hours" in r)
    hours["windows"][0]["to"] = "23:00"


def seal_another_log(proof: Proof) -> None:
    """A log cut and, in the proof, vouched for as it is now; the roots and the chain of seals stay as they were."""
    cut_tail(proof)
    for seal in proof["seals"]:
        if seal["head"] and seal["head"]["seq"] > proof["last_seq"]:
            seal["head"] |= {"seq": proof["last_seq"], "hash": proof["last_hash"]}


def seal_nothing(proof: Proof) -> None:
    cut_tail(proof)
    for seal in proof["seals"]:
        seal["head"] = None


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (lambda p: p["events"][2].update(detail="{}"), "event 3"),
        (lambda p: p["events"].pop(1), "event 2 is missing"),
        (cut_tail, "was on the log then, and is not now"),
        (seal_another_log, "is not what was sealed"),
        (seal_nothing, "it vouches for nothing of this case"),
        (first_permit, "its permit was altered"),
        (lambda p: p["permits"].clear(), "placed without a permit"),
        (lambda p: p["laws"].clear(), "the law it was judged by is missing"),
        (move_window, "its content was altered"),
        (lambda p: p["rulebooks"].pop(), "is missing"),
        (lambda p: p["seals"].pop(0), "does not follow the seal before it"),
    ],
)
def test_whatever_was_altered_is_said(
    house: House, tmp_path: Path, alter: Callable[[Proof], object], said: str
) -> None:
    proof = export_proof(house.db, "L1")
    alter(proof)
    done = verify(proof, tmp_path)
    assert done.returncode == 1 and said in done.stdout, done.stdout + done.stderr


def test_what_is_no_proof(tmp_path: Path) -> None:
    assert verify({"format": "other"}, tmp_path).returncode == 2
    done = subprocess.run([sys.executable, str(SCRIPT), "none.json"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_no_such_case(house: House) -> None:
    with pytest.raises(OutreachError, match="no case 'L9'"):
        export_proof(house.db, "L9")
