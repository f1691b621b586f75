"""Whatever stands in a file: a fault with its place, or a campaign. Never a traceback, never a hang."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.campaigns.config import ConfigModel
from outreach.campaigns.model import CampaignModel
from outreach.campaigns.rulebook_model import RulebookModel
from outreach.campaigns.rulebooks import load_rulebooks
from outreach.campaigns.source import read, read_text
from outreach.checking import check_all
from outreach.core.terms import ConfigError

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "campaigns" / "pre-due.yaml").read_text(encoding="utf-8")
SHIPPED = [
    *((path, CampaignModel) for path in sorted((ROOT / "campaigns").glob("*.yaml"))),
    (ROOT / "config" / "outreach.yaml", ConfigModel),
    (ROOT / "config" / "rulebooks" / "us" / "federal.yaml", RulebookModel),
    (ROOT / "config" / "rulebooks" / "cn.yaml", RulebookModel),
]
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"b{i}: &b{i} [{', '.join(['*' + (f'b{i - 1}' if i else 'a')] * 9)}]\n" for i in range(12)
)


def audience(line: str) -> str:
    return GOOD.replace("  days_past_due: ..0\n", f"  days_past_due: ..0\n  {line}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (audience('amount_due: {JPY: {at_least: "10.50"}}'), "c.yaml:8:3: `audience.amount_due`: '10.50' has more decimals"),
        (audience('amount_due: {USD: {at_least: "50", at_most: "10"}}'), "c.yaml:8:3: `audience.amount_due`: `at_least` is"),
        (audience('amount_due: {XXQ: {at_least: "5"}}'), "c.yaml:8:3: `audience.amount_due`: 'XXQ' is no currency"),
        (audience('amount_due: {USD: {at_least: "5,0"}}'), "c.yaml:8:3: `audience.amount_due`: '5,0' is no amount"),
        (f"{GOOD}valid: {{from: 2026-02-30}}\n", "c.yaml:33:15: 2026-02-30 is no date, expected YYYY-MM-DD"),
        (f"{GOOD}valid: {{from: 2026-05-30, until: 2026-04-01}}\n", "c.yaml:33:1: `valid`: `until` is before `from`"),
        (f"{GOOD}x: a\0b\n", "c.yaml:33:5: the character #x00 has no place in YAML"),
        (f"a: {'[' * 5000}{']' * 5000}", "c.yaml:1:1: nested too deeply"),
        ("a: &a [*a]", "c.yaml:1:1: `title` is missing"),
        (BOMB, "c.yaml:1:1: more than 200,000 values"),
    ],
    ids=["yen", "swapped amounts", "currency", "comma", "date", "swapped dates", "nul", "deep", "itself", "bomb"],
)  # fmt: skip
def test_a_fault_and_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_text(text, "c.yaml", CampaignModel)
    found = [str(fault) for fault in raised.value.faults]
    assert any(fault.startswith(told) for fault in found), found


CONFIG = (ROOT / "config" / "outreach.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("was", "line", "told"),
    [
        ("minimum: {USD: 10}", "minimum: {usd: 10}", "`promises.minimum`: 'usd' is no currency"),
        ("minimum: {USD: 10}", "minimum: {USD: 10.005}", "`promises.minimum`: '10.005' has more decimals"),
        ("minimum: {USD: 10}", "minimum: 10", "`promises.minimum`: 10 names no currencies"),
        ("least_days_apart: 5", "least_days_apart: 40", "least_days_apart is 40 and most_days_apart 31"),
        ("earliest_days: 0", "earliest_days: 60", ""),
        ("latest_days: 60", "latest_days: 2\n  earliest_day: 3", "earliest_day"),
        ("repromise_limit: 3", "repromise_limit: 0", "`promises.repromise_limit`"),
        ("paid_days: 7", "paid_days: 0", "`pauses.paid_days`"),
        ("paid_days: 7", "paid_day: 7", "paid_day"),
        ("question_days: 5", "question_days: two", "`pauses.question_days`"),
    ],
)
def test_limits_of_promises_that_are_none(was: str, line: str, told: str) -> None:
    assert was in CONFIG
    if not told:
        read_text(CONFIG.replace(was, line), "o.yaml", ConfigModel)
        return
    with pytest.raises(ConfigError) as raised:
        read_text(CONFIG.replace(was, line), "o.yaml", ConfigModel)
    assert any(told in str(fault) and str(fault).startswith("o.yaml:") for fault in raised.value.faults), raised.value


def test_what_is_not_utf_8_says_where(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes(GOOD.encode() + b"title: caf\xe9\n")
    with pytest.raises(ConfigError, match=r"c\.yaml:33:11: no UTF-8 from here on"):
        read(tmp_path / "c.yaml", CampaignModel)


@pytest.mark.parametrize("name", ["tx.yml", "tx.YAML", "us/tx.Yml"])
def test_law_that_would_not_be_read_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "us").mkdir()
    (tmp_path / "us" / "fl.yaml").write_text((ROOT / "config" / "rulebooks" / "us" / "fl.yaml").read_text("utf-8"))
    (tmp_path / name).write_text("rulebook: us/tx\n")
    with pytest.raises(ConfigError) as raised:
        load_rulebooks(tmp_path)
    assert [fault.file for fault in raised.value.faults] == [str(tmp_path / name)]
    assert "expected a name that ends in .yaml" in str(raised.value)


def test_a_fault_in_the_config_is_not_told_as_a_fault_of_the_law(tmp_path: Path) -> None:
    for name in ("campaigns", "templates", "config"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "config").unlink()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "rulebooks").symlink_to(ROOT / "config" / "rulebooks")
    text = (ROOT / "config" / "outreach.yaml").read_text(encoding="utf-8")
    assert "timezone: America/New_York" in text
    (tmp_path / "config" / "outreach.yaml").write_text(text.replace("timezone: America/", "timezone: Mars/"))
    told = [str(fault) for fault in check_all(tmp_path).faults]
    assert told and all("no time zone" in fault for fault in told), told


ODD = st.sampled_from(
    ["", "null", "[]", "{}", "-1", "1e999", "0x10", "yes", "'", '"', "*x", "&x", "!!python/object:os", "2026-02-30", "%",
     "|", ">", "..", "1..", "due - 9999d", "25:61", "\t", "\u2028", "\ufeff", "[[[[", "é" * 300, "? a", "<<: *a", "-"]
)  # fmt: skip


@st.composite
def mangled(draw: st.DrawFn) -> tuple[str, type]:
    """A shipped file after some slips of the hand."""
    path, model = draw(st.sampled_from(SHIPPED))
    lines = path.read_text(encoding="utf-8").splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        slip = draw(st.sampled_from(["drop", "twice", "indent", "dedent", "value", "insert", "cut"]))
        line = lines[at]
        changed = {
            "drop": [],
            "twice": [line, line],
            "indent": ["  " + line],
            "dedent": [line[2:]],
            "value": [line.partition(":")[0] + ": " + draw(ODD)],
            "insert": [line, draw(ODD)],
            "cut": [line[: len(line) // 2]],
        }[slip]
        lines[at : at + 1] = changed
        lines = lines or [""]
    return "\n".join(lines), model


@settings(max_examples=150, deadline=2000)
@given(mangled())
def test_a_mangled_file_is_read_or_refused_in_words(case: tuple[str, type]) -> None:
    text, model = case
    try:
        read_text(text, "c.yaml", model)
    except ConfigError as error:
        assert error.faults
        for fault in error.faults:
            assert "\n" not in str(fault) and "Traceback" not in str(fault)


@settings(max_examples=100, deadline=2000)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigError):
        read_text(text, "c.yaml", CampaignModel)


def rulebook(folder: Path, name: str, country: str, *rules: str) -> str:
    file = folder / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    head = f"rulebook: {name}\ntitle: made up\n" + (f"country: {country}\n" if country else "") + "rules:\n"
    confidence = "A" if country else "POLICY"
    figure = f"because: made up, citation: made up, confidence: {confidence}, consent: {{kind: callback}}"
    file.write_text(head + "".join(f"  - {{rule: {rule}, {figure}}}\n" for rule in rules))
    return str(file)


def test_two_rulebooks_have_no_rule_of_one_name(tmp_path: Path) -> None:
    first = rulebook(tmp_path, "us/federal", "US", "US-F-00", "US-F-01")
    again = rulebook(tmp_path, "us/fl", "US", "US-FL-01", "US-FL-02", "US-F-01")
    abroad = rulebook(tmp_path, "za", "ZA", "US-F-00", "ZA-1")
    with pytest.raises(ConfigError) as raised:
        load_rulebooks(tmp_path)
    assert [str(fault) for fault in raised.value.faults] == [
        f"{again}:7:6: `rules.2.rule`: US-F-01 is a rule at {first}:6 already, expected a name of its own",
        f"{abroad}:5:6: `rules.0.rule`: US-F-00 is a rule at {first}:5 already, expected a name of its own",
    ]


def test_two_policies_have_no_rule_of_one_name_either(tmp_path: Path) -> None:
    first = rulebook(tmp_path, "policy/ours", "", "POLICY-1")
    again = rulebook(tmp_path, "policy/theirs", "", "POLICY-1")
    with pytest.raises(ConfigError) as raised:
        load_rulebooks(tmp_path)
    (fault,) = raised.value.faults
    assert str(fault).startswith(f"{again}:4:6: `rules.0.rule`: POLICY-1 is a rule at {first}:4")
