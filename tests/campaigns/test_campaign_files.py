"""What a supervisor writes, and what they are told when it is wrong: file, line, column, and what was meant."""

from __future__ import annotations

import shutil
from datetime import time, timedelta
from pathlib import Path

import pytest

from outreach.campaigns import load, load_campaign, load_rulebooks, rulebook_schema, schema
from outreach.campaigns.model import CampaignModel
from outreach.campaigns.source import read, read_text
from outreach.checking import check_all
from outreach.core.cadence import Anchor, Late
from outreach.core.terms import Channel, ConfigError

ROOT = Path(__file__).parents[2]
GOOD = """\
campaign: test
title: A test
audience:
  days_past_due: 1..30
cadence:
  - step: one
    at: due + 1d
    time: 09:30
    sms: overdue_first
    if_late: merge
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read_text(text, "c.yaml", CampaignModel)
    return [str(fault) for fault in raised.value.faults]


def test_a_good_one_is_read_with_times_unquoted() -> None:
    campaign = read_text(GOOD, "c.yaml", CampaignModel).frozen()
    assert campaign.audience.days_past_due == (1, 30)
    assert campaign.steps[0].tries[0].time == time(9, 30)
    assert campaign.steps[0].if_late is Late.MERGE


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("if_late: merge", "if_lat: merge", "c.yaml:10:5: unknown key `if_lat`, did you mean `if_late`?"),
        ("if_late: merge", "if_late: merg", "c.yaml:10:5: `cadence.0.if_late`: expected one of expire, shift, merge"),
        ("at: due + 1d", "at: dew + 1d", "c.yaml:7:5: `cadence.0.at`: 'dew + 1d' is no time, expected `due - 3d`"),
        ("time: 09:30", "time: 25:30", "c.yaml:8:5: `cadence.0.time`: '25:30' is no time of day, expected HH:MM"),
        ("days_past_due: 1..30", "days_past_due: 30..1", "c.yaml:4:3: `audience.days_past_due`: '30..1' is empty"),
        (
            "sms: overdue_first",
            "sms: a\n    call: b",
            "c.yaml:6:5: `cadence.0`: expected exactly one of `sms: TEMPLATE`",
        ),
        ("title: A test\n", "", "c.yaml:1:1: `title` is missing"),
        ("campaign: test", "campaign: test\ncampaign: twice", "c.yaml:2:1: found duplicate key"),
        ("audience:\n", "audience:\n\tx: 1\n", "c.yaml:4:1: found character"),
    ],
)
def test_a_fault_has_its_place_and_what_was_expected(old: str, new: str, told: str) -> None:
    found = faults(GOOD.replace(old, new))
    assert any(fault.startswith(told) for fault in found), found


def test_every_fault_is_told_not_only_the_first() -> None:
    found = faults(GOOD.replace("if_late", "if_lat").replace("title: A test\n", "").replace("due + 1d", "soon"))
    assert len(found) == 3


@pytest.mark.parametrize("text", ["", "- a\n", "just words", "a: [", "a: b: c"])
def test_what_is_no_mapping_is_one_clear_line(text: str) -> None:
    assert len(faults(text)) == 1


def test_steps_have_names_of_their_own_and_come_in_order() -> None:
    again = GOOD + "  - {step: one, at: due + 2d, time: '09:30', sms: x}\n"
    assert "two steps are named 'one'" in faults(again)[0]
    back = GOOD + "  - {step: two, at: due, time: '09:30', sms: x}\n"
    assert "not in the order of their times" in faults(back)[0]
    mixed = GOOD + "  - {step: two, at: broken + 9d, time: '09:30', sms: x}\n"
    assert "steps count from several days" in faults(mixed)[0]
    promised = GOOD.replace("due + 1d", "promised - 1d")
    assert "expected `stop_when: paid`" in faults(promised)[0]
    read_text(promised.replace("cadence:", "stop_when: paid\ncadence:"), "c.yaml", CampaignModel)


def test_the_shipped_campaigns_are_three_and_good() -> None:
    loaded = load(ROOT, {"GB": "policy/default"})
    assert {c.name: c.anchor for c in loaded.campaigns} == {
        "pre-due": Anchor.DUE,
        "overdue-1-30": Anchor.DUE,
        "broken-promise": Anchor.PROMISE_BROKEN,
    }
    call = next(s for c in loaded.campaigns if c.name == "overdue-1-30" for s in c.steps if s.name == "first-call")
    assert [t.channel for t in call.tries] == [Channel.CALL, Channel.CALL, Channel.SMS]
    assert call.tries[1].after == timedelta(days=1)


def test_the_schema_in_the_folder_is_the_schema_of_the_code() -> None:
    assert (ROOT / "campaigns" / "campaign.schema.json").read_text(encoding="utf-8") == schema()


def test_the_schema_of_rulebooks_in_the_folder_is_the_schema_of_the_code() -> None:
    file = ROOT / "config" / "rulebooks" / "rulebook.schema.json"
    assert file.read_text(encoding="utf-8") == rulebook_schema()


def test_a_comment_makes_no_new_version_and_a_word_does(tmp_path: Path) -> None:
    def version(text: str) -> str:
        (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
        return load_campaign(tmp_path / "c.yaml")[0].version

    assert version(GOOD) == version("# a comment\n" + GOOD)
    assert version(GOOD) != version(GOOD.replace("09:30", "09:31"))


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read(tmp_path / "none.yaml", CampaignModel)


# --- outreach check --------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name in ("campaigns", "templates", "config"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def told(house: Path) -> str:
    return "\n".join(str(fault) for fault in check_all(house).faults)


def told_of_rulebooks(house: Path) -> str:
    """Of these alone: to check all the rest with them takes seconds."""
    with pytest.raises(ConfigError) as raised:
        load_rulebooks(house / "config" / "rulebooks", {})
    return "\n".join(map(str, raised.value.faults))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_shipped_has_no_faults(house: Path) -> None:
    assert told(house) == ""


def test_a_template_that_is_not_there(house: Path) -> None:
    change(house / "campaigns" / "pre-due.yaml", "sms: due_today", "sms: due_tody")
    assert "no template `due_tody` in templates/sms, did you mean `due_today`?" in told(house)


def test_a_step_outside_its_audience_is_never_reached(house: Path) -> None:
    change(house / "campaigns" / "overdue-1-30.yaml", "days_past_due: 1..30", "days_past_due: 1..20")
    found = told(house)
    assert "overdue-1-30.yaml:44:5: step `last-text`: never reached: it comes at 25 days past due" in found


def test_a_quiet_that_outlasts_the_stage_is_told(house: Path) -> None:
    file = house / "campaigns" / "overdue-1-30.yaml"
    change(file, "quiet_after_part_payment: 7d", "quiet_after_part_payment: 30d")
    assert "overdue-1-30.yaml:10:1: 30 days of quiet after a part payment outlast the stage 1..30" in told(house)
    change(file, "quiet_after_part_payment: 30d", "quiet_after_part_payment: 12h")
    assert "'12h' is not whole days" in told(house)


def test_quiet_is_what_the_file_says_or_five_days_and_none_for_reminders_of_promises() -> None:
    def quiet(text: str) -> timedelta:
        return read_text(text, "c.yaml", CampaignModel).frozen().quiet_after_part

    promised = GOOD.replace("due + 1d", "promised - 1d").replace("cadence:", "stop_when: paid\ncadence:")
    assert quiet(GOOD) == timedelta(days=5) and quiet(promised) == timedelta(0)
    assert quiet(GOOD.replace("cadence:", "quiet_after_part_payment: 9d\ncadence:")) == timedelta(days=9)
    assert quiet(GOOD.replace("cadence:", "quiet_after_part_payment: 0d\ncadence:")) == timedelta(0)
    both = promised.replace("cadence:", "quiet_after_part_payment: 3d\ncadence:")
    assert "expected no `quiet_after_part_payment`" in faults(both)[0]


def test_an_hour_that_is_lawful_for_nobody_names_an_example_debtor(house: Path) -> None:
    change(
        house / "campaigns" / "overdue-1-30.yaml",
        'time: "10:00"\n    sms: overdue_third',
        'time: "23:00"\n    sms: overdue_third',
    )
    found = told(house)
    assert "never lawful: sms at 23:00 for a debtor in Shanghai" in found
    assert "CN-HRS-1" in found


def test_a_rulebook_with_a_fault_says_where(house: Path) -> None:
    change(house / "config" / "rulebooks" / "cn.yaml", 'from: "08:00", to: "22:00"', 'from: "22:00", to: "08:00"')
    assert "the window ends before it begins" in told(house)
    change(house / "config" / "rulebooks" / "us" / "ma.yaml", "limit: 2", "limit: 0")
    assert "cap.limit" in told(house)
    change(
        house / "config" / "rulebooks" / "us" / "wi.yaml",
        "reasons: [refused_channel, cease, opt_out]",
        "reasons: cease",
    )
    assert "us/wi.yaml:12:5: `rules.0.stop`: replies_stop is of answers in a medium that was refused" in told(house)


def test_a_policy_that_does_not_exist_cannot_be_adopted(house: Path) -> None:
    change(house / "config" / "outreach.yaml", "policy/default", "policy/defalt")
    assert "no policy rulebook 'policy/defalt', did you mean `policy/default`?" in told(house)


def test_law_can_not_be_adopted_as_a_policy(house: Path) -> None:
    change(house / "config" / "outreach.yaml", "policy/default", "us/federal")
    assert "no policy rulebook 'us/federal'" in told(house)


def test_a_policy_may_not_promise_hours_the_law_forbids(house: Path) -> None:
    (house / "config" / "rulebooks" / "policy" / "late.yaml").write_text(
        "rulebook: policy/late\ntitle: Late\nrules:\n  - rule: POLICY-LATE\n    because: our hours\n"
        "    citation: company policy\n    confidence: POLICY\n    applies: {collector: third_party}\n"
        '    hours: {windows: [{days: daily, from: "08:00", to: "22:00"}]}\n',
        encoding="utf-8",
    )
    change(house / "config" / "outreach.yaml", "GB: policy/default", "US: policy/late")
    assert "`adopt.US`: POLICY-LATE is wider than US-F-01 of us/federal on mon" in told(house)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("citation: RCW 19.16.250(13)(a)\n    ", "", "`citation` is missing"),
        ("rulebook: us/wa", "rulebook: us/or", ":1: `rulebook`: 'us/or', expected 'us/wa'"),
        ("country: US\n", "", "`country` is missing"),
        ("rule: US-WA-01\n", "rule: POLICY-01\n", "only a policy's rules begin with POLICY-"),
        ("confidence: A\n", "confidence: MEM\n", "confidence"),
        ("limit: 3, per: person, days: 7", "limit: 3, per: person, days: 0", "days"),
        ("limit: 3, per: person", "limit: 3, pre: person", "unknown key `pre`, did you mean `per`?"),
        ("limit: 3, per: person", "limit: true, per: person", "limit"),
        ("limit: 3, per: person", "limit: '3', per: person", "limit"),
        ("limit: 3, per: person, days: 7", "limit: 3, per: person, days: 7.0", "days"),
        ("but_not: [busy, not_in_service]", "but_not: []", "but_not"),
        ("but_not: [busy, not_in_service]", "only: busy, but_not: [busy]", "leaves nothing of `only` that counts"),
        ("regions: [WA]", "regions: [wa]", "'wa' is none of US"),
        ("regions: [WA]", "regions: [QC]", "'QC' is none of US"),
        ("regions: [WA]", "regions: []", "regions"),
        ("regions: [WA]", "regions: [WA]\narea_codes: ['212']", "'212' lies elsewhere"),
        ("regions: [WA]", "regions: [WA]\npostcodes: ['']", "postcodes.0"),
        ("regions: [WA]", "regions: [WA]\ncities: [' ']", "cities.0"),
        ("days: daily", "days: []", "no day is named"),
        ("citation: RCW 19.16.250(13)(a)", "citation: '     '", "citation"),
        ("because: three communications in a week", "because: '     '", "because"),
        ("{collector: third_party}", "{collector: []}", "collector"),
        ("{collector: third_party}", "{past_due_from: 30, past_due_to: 29}", "binds on no day"),
        ("{collector: third_party}", "{past_due_from: '30'}", "past_due_from"),
    ],
)
def test_a_rulebook_is_held_to_its_language(house: Path, old: str, new: str, what: str) -> None:
    change(house / "config" / "rulebooks" / "us" / "wa.yaml", old, new)
    found = told_of_rulebooks(house)
    assert what in found and "us/wa.yaml:" in found


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("{country: XX}", "is no country"),
        ("{country: CA, region: ZZ}", "no public holidays are known for 'ZZ'"),
        ("{country: CA, also: easter_sunday}", "also"),
        ("{country: FR, also: government}", "no holidays of government offices are known for FR"),
        ("{country: CA, region: QC, also: everywhere}", "`everywhere` is for a country that has regions"),
    ],
)
def test_holidays_of_nowhere(house: Path, given: str, what: str) -> None:
    change(
        house / "config" / "rulebooks" / "au.yaml", "holidays: {country: AU, also: [everywhere]}", f"holidays: {given}"
    )
    assert what in told_of_rulebooks(house)


def test_config_faults_are_told_with_the_rest(house: Path) -> None:
    change(house / "config" / "outreach.yaml", "timezone: America/New_York", "timezone: America/New_Yrk")
    change(house / "campaigns" / "pre-due.yaml", "priority: 40", "priority: 400")
    found = told(house)
    assert "is no time zone" in found and "priority" in found
