"""Is `docs/simulator.md` true? Its program runs, and its table of people is the table of people."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from outreach.simulator import PERSONAS, Faults

GUIDE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


def test_the_program_runs_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, object] = {}
    exec(program, names)
    status, journal = capsys.readouterr().out.splitlines()
    assert status == "delivered" and "('text_in', 'Acme: $20.00 is past due.')" in journal
    names["server"].shutdown()  # type: ignore[attr-defined]
    names["server"].server_close()  # type: ignore[attr-defined]


def test_its_people_are_the_people() -> None:
    told = {
        name: (int(weight), about)
        for name, weight, about in re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", GUIDE, re.M)
    }
    assert told == {name: (persona.weight, persona.about) for name, persona in PERSONAS.items()}


def test_its_faults_are_the_faults() -> None:
    table = GUIDE.split("## What goes wrong")[1].split("##")[0]
    told = {name for row in re.findall(r"^\| (`[^|]+`) \|", table, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert told == {field.name for field in fields(Faults)}
