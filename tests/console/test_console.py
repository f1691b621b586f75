"""The console shows what is so, and lets nothing a debtor wrote act on the page."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach.console.hours import _closes as closes
from outreach.console.hours import ways
from outreach.core.masking import masked
from outreach.core.terms import EventKind
from outreach.erase import erase
from outreach.explained import explain
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import Database
from outreach.store.tables import cases, steps
from tests.console.conftest import Clock, Controls, client, page, token
from tests.engine.house import House

NUMBER = "+15185550123"
PAGES = ("/", "/board/fragment", "/cases", "/cases/L1", "/inbox", "/promises", "/campaigns")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_without_anything_from_outside(house: House, path: str) -> None:
    answer = client(house, sign_in_free=True).get(path)
    assert answer.status_code == 200
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text)
    assert not re.search(r"""<[^>]+\s(?:on\w+|style)=""", answer.text)  # nothing the policy would have to allow
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_label(house: House, path: str) -> None:
    html = page(client(house, sign_in_free=True, controls=Controls()), path)
    inside = re.sub(r"<label\b.*?</label>", "", html, flags=re.S)
    bare = re.findall(r"<(?:input|select|textarea)\b[^>]*>", inside)
    assert [field for field in bare if 'type="hidden"' not in field and "aria-label" not in field] == []


def test_an_empty_deployment_shows_empty_pages(db: Database) -> None:
    web = client(House(db, Clock()), sign_in_free=True)
    for path in ("/", "/cases", "/inbox", "/promises", "/campaigns"):
        page(web, path)
    assert web.get("/cases/nobody").status_code == 404


def test_the_board_counts_and_says_why_not(house: House) -> None:
    html = page(client(house, sign_in_free=True), "/")
    assert "US-F-01" in html and "12 CFR 1006.6(b)(1)(i)" in html
    assert "ring back" not in html and "waiting for a person" in html
    assert f"{house.clock.now():%A %d %B %Y, %H:%M} UTC" in html


def test_the_board_compares_the_last_day_with_the_day_before(house: House, ref: str) -> None:
    web = client(house, sign_in_free=True)
    before = {kind: (day, earlier) for kind, day, earlier in web.get("/api/board").get_json()["counts"]}
    with house.db.begin() as tx:
        now = house.clock.now()
        for hours in (25, 47, 49):  # the first two in the day before, the last in neither
            at = datetime.fromtimestamp(now.timestamp() - hours * 3600, now.tzinfo)
            caselog.record(tx, [Entry(case_id(house, ref), at, EventKind.PROMISE_KEPT, {"on": "2026-11-20"})])
    after = {kind: (day, earlier) for kind, day, earlier in web.get("/api/board").get_json()["counts"]}
    assert after["promise_kept"] == (before["promise_kept"][0], before["promise_kept"][1] + 2)


def test_a_case_shows_numbers_masked_time_stops_and_the_text_sent(house: House) -> None:
    html = page(client(house, sign_in_free=True, phone_url="/phones/{e164}"), "/cases/L1")
    assert "Maria Lopez" in html and masked(NUMBER) in html
    assert html.count(NUMBER) == 1 and f"/phones/{NUMBER}" in html  # only in the link to the phone
    assert "America/New_York" in html and "Tue 10:33" in html
    assert "opt out" in html and house.carrier.sent[0].body.split()[0] in html
    assert "50.00 USD on 2026-12-01" in html


def test_without_a_phone_page_no_number_is_written_in_full(house: House) -> None:
    web = client(house, sign_in_free=True)
    for path in PAGES:
        assert NUMBER not in page(web, path), path


def test_a_refusal_stands_in_the_case_log_with_its_citation(house: House) -> None:
    html = page(client(house, sign_in_free=True), "/cases/L2")
    assert "US-F-01" in html and "12 CFR 1006.6(b)(1)(i)" in html and "too early" in html


def test_what_debtors_write_is_shown_and_not_run(house: House) -> None:
    web = client(house, sign_in_free=True)
    pages = [page(web, path) for path in (*PAGES, "/cases/L2")]
    assert any("&lt;script&gt;alert(1)" in html for html in pages)
    assert not any("<script>alert" in html or "<b>Li</b>" in html for html in pages)


# --- what comes next, and why it waits ---------------------------------------------------------------------------------


def planned(house: House, ref: str) -> str:
    """The part of the page that says what comes next, after the plan was made."""
    house.driver.last.clear()
    house.turn()
    html = page(client(house, sign_in_free=True), f"/cases/{ref}")
    return re.search(r"What comes next.*?</section>", html, re.S)[0]  # type: ignore[index]


def case_id(house: House, ref: str) -> int:
    with house.db.read() as connection:
        return int(connection.scalar(select(cases.c.id).where(cases.c.ref == ref)) or 0)


def test_a_case_says_which_step_is_next_and_when(house: House) -> None:
    house.case(house.debtor("W1", phone="+15185550198"), "W-1", date(2026, 12, 10))
    said = planned(house, "W-1")
    assert "reminder_soon" in said and "their time" in said and "Its time has not come." in said


def test_a_case_says_which_rule_holds_the_next_step_up(house: House, ref: str) -> None:
    planned(house, ref)
    with house.db.begin() as tx:
        step = tx.execute(select(steps).where(steps.c.case_id == case_id(house, ref)).order_by(steps.c.due_at)).first()
        assert step is not None
        refusals = [{"rule": "US-F-01", "citation": "12 CFR 1006.6(b)(1)(i)", "because": "too early", "retry_at": None}]
        detail = {"campaign": step.campaign, "step": step.step, "decision": "refuse", "refusals": refusals}
        caselog.record(tx, [Entry(step.case_id, house.clock.now(), EventKind.REFUSED, detail)])
        later = house.clock.now() + timedelta(days=9)  # until then it is not asked again
        values = {"last_refusal": "US-F-01", "state": "parked", "due_at": later}
        tx.execute(update(steps).where(steps.c.id == step.id).values(values))
    said = planned(house, ref)
    assert "no time is known" in said and "US-F-01" in said and "12 CFR 1006.6(b)(1)(i)" in said and "too early" in said
    with house.db.begin() as tx:  # it has gone on since
        tx.execute(update(steps).where(steps.c.id == step.id).values(last_refusal=None, state="waiting"))
    assert "US-F-01" not in planned(house, ref)


def test_a_held_case_says_what_it_is_held_for(house: House, ref: str) -> None:
    planned(house, ref)
    held = Entry(
        case_id(house, ref), house.clock.now(), EventKind.HELD, {"because": "dispute"}, changes={"status": "held"}
    )
    with house.db.begin() as tx:
        caselog.record(tx, [held])
    assert "held for a person (dispute)" in planned(house, ref)


# --- lists --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("q=L2", "/cases/L2", "/cases/L1"),
        ("q=l2", "/cases/L2", "/cases/L1"),
        ("q=maria", "/cases/L1", "/cases/L2"),
        ("q=BLUE", "/cases/", "no case fits"),
        ("q=D2", "/cases/L2", "/cases/L1"),
        ("q=%2B15185550124", "/cases/L2", "/cases/L1"),
        ("q=%25", "no case fits", "/cases/L1"),  # a per cent sign is a letter like any other
        ("q=L_", "no case fits", "/cases/L1"),
        ("q=_aria", "no case fits", "/cases/L1"),
        ("q=L1&status=active", "/cases/L1", "no case fits"),
        ("q=L1&status=closed", "no case fits", "/cases/L1"),
        ("status=odd", "no case fits", "/cases/L1"),
        ("q=L1&page=-3", "/cases/L1", "no case fits"),
        ("q=L1&page=99999999999999999999", "/cases/L1", "no case fits"),  # the last page there is
        ("q=L1&page=x", "/cases/L1", "no case fits"),
    ],
)
def test_cases_are_found_by_word_status_and_page(house: House, query: str, found: str, missing: str) -> None:
    html = page(client(house, sign_in_free=True), f"/cases?{query}")
    assert found in html and missing not in html


def test_the_next_page_has_the_rest(house: House) -> None:
    debtor = house.debtor("D3", phone="+15185550125")
    for number in range(55):
        house.case(debtor, f"M7{number:02d}", date(2027, 1, 1))
    web = client(house, sign_in_free=True)
    seen = [set(re.findall(r"/cases/(M7\d\d)", page(web, f"/cases?q=M7&page={n}"))) for n in (1, 2)]
    assert len(seen[0] | seen[1]) == 55 and not seen[0] & seen[1]


def test_a_forgotten_person_has_a_page_without_them(house: House) -> None:
    debtor = house.debtor("F1", name="Ida Gone", phone="+15185550177")
    house.case(debtor, "F-1", date(2026, 12, 1))
    assert erase(house.db, "F1", house.clock.now()) == 1
    html = page(client(house, sign_in_free=True), "/cases/F-1")
    assert "Ida" not in html and "0177" not in html and "erased" in html and "<form" not in html


# --- the demo and odd requests ------------------------------------------------------------------------------------------


def test_the_demo_clock_obeys_the_board_and_its_token(house: House) -> None:
    controls = Controls()
    web = client(house, sign_in_free=True, controls=controls)
    form = {"token": token(page(web, "/"))}
    assert web.post("/demo/clock", data={"speed": "pause"}).status_code == 403 and not controls.paused
    web.post("/demo/clock", data=form | {"speed": "pause"})
    assert controls.paused
    web.post("/demo/clock", data=form | {"speed": "12"})
    assert not controls.paused and controls.speeds == [12.0]
    for odd in ("²", "0", "inf", "nan", "-1", ""):
        assert web.post("/demo/clock", data=form | {"speed": odd}).status_code == 400, odd
    assert client(house, sign_in_free=True).post("/demo/clock", data={}).status_code in (403, 404)


@pytest.mark.parametrize("path", ["/cases?q=%00", "/cases/%00", "/cases?status=%00", "/promises?status=%00&page=9"])
def test_a_character_no_database_stores_is_refused(house: House, path: str) -> None:
    assert client(house, sign_in_free=True).get(path).status_code == 400


def test_what_goes_wrong_is_said_on_a_page_of_ours(house: House) -> None:
    answer = client(house, sign_in_free=True).get("/cases/<b>nobody")
    assert (
        answer.status_code == 404
        and "There is no case &lt;b&gt;nobody" in answer.text
        and "To the board" in answer.text
    )


def test_the_page_of_a_case_draws_the_week_as_the_gate_judges_it(house: House, ref: str) -> None:
    found = ways(house.runtime, ref, house.clock.now())
    assert [(way["channel"], way["voice"]) for way in found] == [("sms", None), ("call", "recorded"), ("call", "agent")]
    for way in found:
        assert len(way["week"]) == 7
        tomorrow = way["week"][1]
        [(x, width)] = tomorrow["bars"]
        starts, ends = tomorrow["words"].split(" to ")
        [asked] = [
            each
            for each in explained(house, ref)
            if each["channel"] == way["channel"] and each["voice"] == way["voice"]
        ]
        [[lawful_from, lawful_to]] = asked["week"][1]["lawful"]
        assert (starts, ends) == (lawful_from[11:19], lawful_to[11:19])
        hours, minutes, seconds = map(int, starts.split(":"))
        assert x == pytest.approx((hours + minutes / 60 + seconds / 3600) * 20) and 0 < width <= 480 - x
    html = page(client(house, sign_in_free=True), f"/cases/{ref}")
    assert (
        "When they may be contacted" in html
        and "<b>Call by a colleague</b>" in html
        and html.count('class="lawful"') >= 12
    )


def explained(house: House, ref: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = explain(house.db, house.runtime.loaded.rulebooks, ref, house.clock.now(), None)["ways"]
    return told


def test_what_is_not_lawful_says_why_and_what_would_change_it(house: House) -> None:
    house.case(house.debtor("N-no", phone="+15185550198", consent=False), "N-no", date(2026, 11, 1))
    html = page(client(house, sign_in_free=True), "/cases/N-no")
    assert "US-T-01" in html and "consent to recorded calls were on file" in html


def test_lawful_hours_that_go_on_past_midnight_are_one_span() -> None:
    def day(on: str, *spans: tuple[str, str]) -> dict[str, Any]:
        return {"on": on, "lawful": [list(span) for span in spans]}

    midnight, evening = "2026-11-25T00:00:00-05:00", "2026-11-25T21:00:00-05:00"
    first = day("2026-11-24", ("2026-11-24T22:00:00-05:00", midnight))
    assert closes([first, day("2026-11-25", (midnight, evening))]) == evening
    assert closes([first, day("2026-11-25", ("2026-11-25T08:00:00-05:00", evening))]) == midnight
    assert closes([first]) is None, "it goes on past what is shown"
    assert closes([day("2026-11-24")]) is None
