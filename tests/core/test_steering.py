"""How do they want to be contacted? By what they write; and what looks like it and is none."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core import replies
from outreach.core.terms import Channel, Inconvenient, Intent, IntentKind, PhonePlace

K = IntentKind
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("America/New_York"))


def read(text: str, *, offered_on: date | None = None, language: str | None = None) -> Intent:
    return replies.read(
        text, WEDNESDAY, zone="America/New_York", language=language, amount_due=12_000, offered_on=offered_on
    )


def shown(times: Inconvenient) -> str:
    """`mon-sun 00:00-18:00 call work`"""
    names = "mon tue wed thu fri sat sun".split()
    days = "daily" if len(times.days) == 7 else " ".join(names[day - 1] for day in sorted(times.days))
    hours = f"{times.start:%H:%M}-{times.end:%H:%M}"
    return " ".join([days, hours, *filter(None, (times.channel, times.place))])


def blocked(intent: Intent) -> str:
    return ", ".join(shown(times) for times in intent.wishes.times) if intent.wishes else ""


LIMITS = """
only after 6pm | unclear | daily 00:00-18:00
only after 6 | unclear | daily 00:00-18:00
not before 10 | unclear | daily 00:00-10:00
please contact me after 6pm only | unclear | daily 00:00-18:00
call me only after 6pm | callback | daily 00:00-18:00 call
mornings only | unclear | daily 12:00-00:00
evenings only please | unclear | daily 00:00-18:00
not on weekends | unclear | sat sun 00:00-00:00
no weekends | unclear | sat sun 00:00-00:00
i am only free on weekends | unclear | mon tue wed thu fri 00:00-00:00
weekdays only after 5pm | unclear | sat sun 00:00-00:00, daily 00:00-17:00
don't call weekdays 9-5 | stop_calls | mon tue wed thu fri 09:00-17:00 call
please dont call before 9am or after 8pm | stop_calls | daily 00:00-09:00 call, daily 20:00-00:00 call
only between 6 and 8 pm | unclear | daily 00:00-18:00, daily 20:00-00:00
not between 9 and 5 | unclear | daily 09:00-17:00
not at work | unclear | daily 00:00-00:00 work
don't call me at work | stop_calls | daily 00:00-00:00 call work
dont contact me on sundays | unclear | sun 00:00-00:00
text me only after 6 | unclear | daily 00:00-18:00 sms
solo despues de las 6 | unclear | daily 00:00-18:00
solo después de las 6 de la tarde | unclear | daily 00:00-18:00
no antes de las 10 | unclear | daily 00:00-10:00
no me llamen antes de las 9 de la mañana | stop_calls | daily 00:00-09:00 call
no me llamen al trabajo | stop_calls | daily 00:00-00:00 call work
no los fines de semana | unclear | sat sun 00:00-00:00
solo por las mañanas | unclear | daily 12:00-00:00
llámenme solo por la tarde | callback | daily 00:00-12:00 call, daily 18:00-00:00 call
solo entre semana | unclear | sat sun 00:00-00:00
只能晚上6点以后 | unclear | daily 00:00-18:00
十点之前不要打电话 | stop_calls | daily 00:00-10:00 call
晚上八點以後不要打電話 | stop_calls | daily 20:00-00:00 call
周末不要打电话 | stop_calls | sat sun 00:00-00:00 call
只能上午联系 | unclear | daily 12:00-00:00
不要打到公司 | stop_calls | daily 00:00-00:00 call work
6点以后再打 | callback | daily 00:00-18:00 call
only after 6pm on weekdays | unclear | sat sun 00:00-00:00, daily 00:00-18:00
no los domingos | unclear | sun 00:00-00:00
no me llamen los sábados | stop_calls | sat 00:00-00:00 call
only in the evening, after 6 | unclear | daily 00:00-18:00
evenings only, after 7pm please | unclear | daily 00:00-18:00, daily 00:00-19:00
please only text me in the morning, before 11 | unclear | daily 12:00-00:00 sms, daily 11:00-00:00 sms
weekends only pls, afternoons | unclear | mon tue wed thu fri 00:00-00:00, daily 00:00-12:00, daily 18:00-00:00
solo por la tarde, después de las 5 | unclear | daily 00:00-12:00, daily 18:00-00:00, daily 00:00-17:00
solo los fines de semana, después de las 10 | unclear | mon tue wed thu fri 00:00-00:00, daily 00:00-10:00
llamen solo en la tarde, de 4 a 6 | callback | daily 00:00-12:00 call, daily 18:00-00:00 call, daily 00:00-16:00 call
只在晚上，七点以后联系 | unclear | daily 00:00-18:00, daily 00:00-19:00
周末再联系我，下午三点以后 | unclear | mon tue wed thu fri 00:00-00:00, daily 00:00-15:00
not in the mornings, before 9 | unclear | daily 00:00-12:00
dont call me at night, after 8pm | stop_calls | daily 18:00-00:00 call
"""


def rows(table: str) -> list[list[str]]:
    return [[part.strip() for part in line.split(" | ")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("text", "kind", "times"), rows(LIMITS))
def test_limits_of_contact(text: str, kind: str, times: str) -> None:
    got = read(text)
    assert (got.kind, blocked(got), got.needs_human, got.promise) == (kind, times, False, None)
    assert got.wishes is not None and got.wishes.alone and got.callback_at is None


BOTH = """
pay friday, don't call before 5 | 2026-11-27 | daily 00:00-17:00 call
i'll pay monday. please call only in the mornings | 2026-11-30 | daily 12:00-00:00 call
pagaré el viernes, no me llamen antes de las 5 | 2026-11-27 | daily 00:00-17:00 call
周五还,五点之前别打电话 | 2026-11-27 | daily 00:00-17:00 call
only text me in the evening, friday i pay | 2026-11-27 | daily 00:00-18:00 sms
dont call before noon, friday | 2026-11-27 | daily 00:00-12:00 call
"""


@pytest.mark.parametrize(("text", "on", "times"), rows(BOTH))
def test_a_promise_and_a_limit_are_both(text: str, on: str, times: str) -> None:
    got = read(text)
    assert got.kind is K.PROMISE and got.promise is not None and got.promise.on == date.fromisoformat(on)
    assert (blocked(got), got.needs_human) == (times, False)


@pytest.mark.parametrize(
    "text",
    [
        "will pay after 6pm", "will pay 50 on friday, only after 6pm", "i get paid after 5pm", "only after payday",
        "friday after 6pm", "i can pay only in the mornings", "i cant pay before 10", "not before the 10th",
        "not before 10 days", "not today", "not this weekend", "i work 9 to 5", "im not at work", "im not at work right now",
        "no trabajo los fines de semana", "pago solo los viernes", "solo puedo pagar despues de las 6", "我下班6点以后还",
        "六点以后还钱", "why do you call before 8?", "after 6", "do not send texts to my work phone", "stop texting me after 9",
        "STOP", "paid at the office on monday", "call me after 6", "only 50", "no trabajo", "我周末不上班",
        "only 50, after 6", "pago los domingos", "not in the morning, after 10",
    ],
)  # fmt: skip
def test_what_is_no_limit(text: str) -> None:
    got = read(text)
    assert blocked(got) == ""


@pytest.mark.parametrize("text", ["stop texting me after 9", "do not send texts to my work phone"])
def test_words_that_end_texts_stay_a_stop_whatever_hour_they_name(text: str) -> None:
    assert read(text).kind is K.OPT_OUT


def test_a_stop_beside_a_limit_stands() -> None:
    got = read("stop texting me. dont call before 10")
    assert got.kind is K.OPT_OUT
    assert blocked(got) == "daily 00:00-10:00 call"


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("no calls after 9", "daily 09:00-00:00 call"),
        ("no calls before 8", "daily 00:00-20:00 call"),
        ("only after 8", "daily 00:00-20:00"),
        ("don't call me on friday", "fri 00:00-00:00 call"),
        ("don't call before 10 and no texts on weekends", ""),
    ],
)
def test_of_two_readings_the_one_that_contacts_less_and_a_person_looks(text: str, times: str) -> None:
    got = read(text)
    assert got.needs_human or got.kind in {K.OPT_OUT, K.STOP_CALLS}
    assert not times or blocked(got) == times


def test_a_bare_number_after_a_day_was_offered_may_be_a_day() -> None:
    assert not read("not before 10").needs_human
    assert read("not before 10", offered_on=date(2026, 12, 4)).needs_human
    assert not read("not before 10am", offered_on=date(2026, 12, 4)).needs_human
    assert not read("don't call before 10", offered_on=date(2026, 12, 4)).needs_human


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("español", "es"), ("in English please", "en"), ("中文", "zh"), ("请用中文", "zh"), ("no hablo ingles", "es"),
        ("我看不懂英文", "zh"), ("please write in english", "en"), ("en inglés por favor", "en"), ("spanish pls", "es"),
        ("english only", "en"), ("can you text me in spanish", "es"), ("请说英语", "en"),
    ],
)  # fmt: skip
def test_a_language_is_asked_for(text: str, language: str) -> None:
    got = read(text)
    assert got.wishes is not None
    assert (got.wishes.language, got.language, got.kind, got.needs_human) == (language, language, K.UNCLEAR, False)


@pytest.mark.parametrize(
    "text", ["do you speak spanish", "i dont speak english", "english breakfast", "my english is bad"]
)
def test_no_language_is_asked_for(text: str) -> None:
    got = read(text)
    assert got.wishes is None or got.wishes.language is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("use my other number 518-555-0142", "5185550142"),
        ("my new number is (518) 555-0142", "5185550142"),
        ("usen mi otro numero 518 555 0142", "5185550142"),
        ("用另一个号码 13800138000", "13800138000"),
        ("call me at +1 518 555 0142 tomorrow at 5", "+15185550142"),
    ],
)
def test_another_number_is_for_a_person(text: str, number: str) -> None:
    got = read(text)
    assert got.wishes is not None and got.wishes.number == number
    assert got.needs_human and got.promise is None
    assert number[-4:] not in got.why


@pytest.mark.parametrize("text", ["my card number is 4111 1111 1111 1111", "pay 50 on 12/05/2026", "2026-12-05"])
def test_other_numbers_are_no_phone(text: str) -> None:
    got = read(text)
    assert got.wishes is None or got.wishes.number is None


@pytest.mark.parametrize("text", ["no texts, call me", "no me manden mensajes, llámenme", "别发短信了 打电话给我"])
def test_calls_instead_of_texts_end_the_texts_alone(text: str) -> None:
    got = read(text)
    assert (got.kind, got.channel) == (K.OPT_OUT, Channel.SMS)
    assert got.wishes is not None and got.wishes.call_instead


def test_nothing_is_left_is_told() -> None:
    got = read("only after 9pm")
    assert got.needs_human
    assert blocked(got) == "daily 00:00-21:00"


def test_a_place_is_of_the_work_number_only() -> None:
    got = read("not at work")
    assert got.wishes is not None
    [times] = got.wishes.times
    assert (times.place, times.start, times.end) == (PhonePlace.WORK, time(0), time(0))


WORDS = st.sampled_from(
    (
        "not only before after 6 10pm call text me pay friday at work please 不要 打 电话 以后 solo despues de las 5 english 50 "
        ", . ? \x01 \x02"
    ).split(" ")
)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_whatever_is_written_a_limit_is_about_contact_and_a_promise_stays_one(text: str) -> None:
    got = read(text)
    if got.wishes and got.wishes.alone:
        assert got.promise is None
    for times in got.wishes.times if got.wishes else ():
        assert times.days
