"""`outreach judge` as other systems use it: bytes in, one answer a line, whatever the bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ASK: dict[str, Any] = {
    "now": "2027-03-16T12:00:00-04:00", "channel": "call", "voice": "agent", "purpose": "collection",
    "collector": "third_party", "days_past_due": 40, "case": "L1",
    "debtor": {"id": "D1", "addresses": [{"country": "US", "region": "NY", "city": "Albany", "postcode": "12207"}]},
    "phone": {"e164": "+15185550123", "kind": "mobile"},
}  # fmt: skip


def judged(lines: bytes, *words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "outreach", "judge", *words]
    return subprocess.run(command, input=lines, capture_output=True, cwd=folder, check=False, timeout=120)


def line(**changes: Any) -> bytes:
    return json.dumps(ASK | changes).encode()


def test_each_line_has_its_answer_in_order_and_what_is_wrong_is_none() -> None:
    lines = [
        b"\xef\xbb\xbf" + line(id="bom"), line(id="a"), b"", line(id="b", now="2027-03-16T12:00:00"), b"   ",
        line(id="c").replace(b"L1", b"\xff"), b'{"id": "d"', b"[" * 50_000, b'{"id": "' + b"9" * 10_000_000 + b'", "y": 1}',
        line(id="e\ud800"), line(id="f", days_past_due=2).replace(b"2,", b"NaN,"), line(id="ü") + b"\r",
    ]  # fmt: skip
    done = judged(b"\n".join(lines))
    told = [json.loads(answer) for answer in done.stdout.decode("utf-8").splitlines()]
    assert done.returncode == 2
    named = [(str(each["id"])[:3], "decision" in each, "error" in each) for each in told]
    assert named == [
        ("bom", False, True), ("a", True, False), ("b", False, True), ("c", False, True), ("Non", False, True),
        ("Non", False, True), ("999", False, True), ("e\ud800", True, False), ("f", False, True), ("ü", True, False),
    ]  # fmt: skip
    faults = done.stderr.decode("utf-8").splitlines()
    assert [fault.split(":")[1] for fault in faults] == ["1", "4", "6", "7", "8", "9", "11"]
    assert not any("Traceback" in fault for fault in faults)


def test_a_lawful_line_ends_well_and_no_line_as_well() -> None:
    assert judged(line(id=1) + b"\n").returncode == 0
    assert judged(b"").returncode == 0


def test_law_alone_can_be_asked_of_a_folder_without_policies(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config" / "rulebooks" / "us", tmp_path / "us")
    alone = judged(line(id=1), "--law-only", "--rulebooks", str(tmp_path))
    assert (alone.returncode, json.loads(alone.stdout)["decision"]) == (0, "allow")
    adopting = judged(line(id=1), "--rulebooks", str(tmp_path))
    assert adopting.returncode == 2 and b"policy/house" in adopting.stderr and not adopting.stdout


def test_a_rulebook_with_a_fault_judges_nothing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config" / "rulebooks", tmp_path / "books")
    wa = tmp_path / "books" / "us" / "wa.yaml"
    wa.write_text(wa.read_text(encoding="utf-8").replace("days: 7, but_not", "days: 0, but_not"), encoding="utf-8")
    done = judged(line(id=1), "--rulebooks", str(tmp_path / "books"))
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.decode().startswith(f"{wa}:13:")
