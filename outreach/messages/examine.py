"""Does a message, filled with example facts, say all that it must, and is it short enough?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from outreach.core.terms import Channel, Collector, ConfigError, Fault, Inconvenient, Money
from outreach.messages import wording
from outreach.messages.duties import Duty, Elements, duty_of
from outreach.messages.facts import Facts, Loan, Rendered, context, last_four, totals
from outreach.messages.phrases import ANY_OPT_OUT, DISCLOSURE, OPT_OUT, SIGNED, THREATS
from outreach.messages.shelf import SUFFIX, Shelf

if TYPE_CHECKING:
    from outreach.messages.library import Library

_TODAY = date(2026, 11, 23)
_SATURDAY = date(2026, 11, 28)  # `sábado`: the weekday that costs most in Spanish
_OPTIONAL = frozenset(
    {"debtor_name", "agent", "promise_on", "promise_amount", "offered_on", "callback_at", "offered_amount"}
)


def _loan(number: int) -> Loan:
    due_on = _TODAY - timedelta(days=20 - number)
    return Loan(
        f"L{number}", f"XXXX{4560 + number}", Money(1_234_567 + number, "USD"), due_on, 20 - number, "personal loan"
    )


_FULL = Facts(
    creditor="Northern Plains Community Bank",
    company="Meridian Customer Services Inc",
    callback_phone="+12125550123",
    loans=(_loan(1),),
    today=_TODAY,
    debtor_name="Maria Fernanda Hernandez Villanueva",
    agent="Christopher Montgomery",
    promise_on=_SATURDAY,
    promise_amount=Money(1_234_567, "USD"),
    offered_on=_SATURDAY,
    offered_amount=Money(1_234_567, "USD"),
    callback_at=datetime(2026, 11, 28, 15, 30, tzinfo=UTC),
    part_paid=True,
    choices=(date(2026, 11, 25), date(2026, 11, 27), date(2026, 11, 30)),
    instalments=((_SATURDAY, Money(1_234_567, "USD")), (date(2026, 12, 5), Money(1_234_567, "USD"))),
    noted=(
        Inconvenient(frozenset({6, 7}), time(0), time(0), Channel.CALL),
        Inconvenient(frozenset(range(1, 8)), time(0), time(10, 30), Channel.CALL),
        Inconvenient(frozenset(range(1, 8)), time(20, 30), time(0), Channel.CALL),
    ),
)


def examples(given: frozenset[str]) -> Iterator[Facts]:
    """Long but plausible facts: each collector, one loan and several, all optional facts and only the `given` ones."""
    bare = replace(_FULL, choices=(), noted=(), part_paid=False, **dict.fromkeys(_OPTIONAL - given))  # type: ignore[arg-type]
    for collector in Collector:
        for facts in (_FULL, bare):
            for count in (1, 2, 5) if "loan" in given else (0, 1, 2, 5):
                yield replace(facts, collector=collector, loans=tuple(_loan(n) for n in range(1, count + 1)))


@dataclass(frozen=True, slots=True)
class Specimen:
    """One rendered example."""

    duty: Duty
    channel: Channel
    language: str
    facts: Facts
    message: Rendered

    def says(self, *forms: str) -> bool:
        return any(wording.tidy(form, self.language) in self.message.body for form in forms)

    @property
    def third_party(self) -> bool:
        return self.facts.collector is Collector.THIRD_PARTY


def examine(library: Library, shelf: Shelf, name: str, max_segments: int) -> list[Fault]:
    """The faults of one message as rendered, each once."""
    duty, file = duty_of(shelf.channel, name), name + SUFFIX
    faults: list[Fault] = []
    for facts in examples(duty.given):
        try:
            message = library.render(shelf.channel, name, shelf.language, facts)
        except ConfigError as error:
            faults += error.faults
            continue
        specimen = Specimen(duty, shelf.channel, shelf.language, facts, message)
        faults += [
            shelf.fault(file, check.what) for check in CHECKS if check.applies(specimen) and not check.holds(specimen)
        ]
        if message.segments > max_segments:
            faults.append(shelf.fault(file, _too_long(specimen, max_segments)))
    return list({fault.what.partition(":")[0]: fault for fault in faults}.values())


def _too_long(specimen: Specimen, most: int) -> str:
    message, loans = specimen.message, len(specimen.facts.loans)
    forced = f", UCS-2 because of {' '.join(message.forced_by)}" if message.forced_by else ""
    return f"too long: {message.segments} SMS parts with long names and {loans} loan(s){forced}; at most {most}"


@dataclass(frozen=True, slots=True)
class Check:
    """`holds` must be true of every specimen it `applies` to."""

    what: str
    applies: Callable[[Specimen], bool]
    holds: Callable[[Specimen], bool]


def _names_sender(s: Specimen) -> bool:
    return s.says(str(context(s.facts)["sender"]))


def _says_stop(s: Specimen) -> bool:
    return bool(OPT_OUT.get(wording.base(s.language), ANY_OPT_OUT).search(s.message.body))


def _discloses(s: Specimen) -> bool:
    return bool(DISCLOSURE[wording.base(s.language)].search(s.message.body))


def _must_disclose(s: Specimen) -> bool:
    return s.duty.disclosure and s.third_party and wording.base(s.language) in DISCLOSURE


def _has_amount(s: Specimen) -> bool:
    due = totals(loan.amount for loan in s.facts.loans)
    promised = [s.facts.promise_amount] if s.facts.promise_amount else due
    shown = promised if s.duty.elements is Elements.PROMISED_DATE else due
    return s.says(wording.money(shown, s.language), wording.spoken_money(shown, s.language))


def _has_date(s: Specimen) -> bool:
    promised = s.duty.elements is Elements.PROMISED_DATE
    on = s.facts.promise_on if promised else s.facts.loans[0].due_on
    forms = (wording.date_text, wording.day_text, wording.spoken_day)
    return on is not None and s.says(*(form(on, s.language, s.facts.today) for form in forms))


def _has_account(s: Specimen) -> bool:
    account = last_four(s.facts.loans[0].account)
    return s.says(account, wording.spoken_digits(account))


def _has_phone(s: Specimen) -> bool:
    return s.says(wording.phone_text(s.facts.callback_phone), wording.spoken_phone(s.facts.callback_phone))


def _threatens(s: Specimen) -> bool:
    return any(phrase.pattern.search(s.message.body) for phrases in THREATS.values() for phrase in phrases)


def _elements(s: Specimen) -> bool:
    return s.duty.elements is not None


CHECKS: tuple[Check, ...] = (
    Check("does not name the sender; write {{ sender }}", lambda s: s.duty.sender, _names_sender),
    Check("does not say how to stop, e.g. `Reply STOP to opt out.`", lambda s: s.duty.opt_out, _says_stop),
    Check("does not say, for a third party, that it comes from a debt collector", _must_disclose, _discloses),
    Check("does not name the amount", _elements, _has_amount),
    Check("does not name the date", _elements, _has_date),
    Check("does not name the account; write {{ loan.account }}", _elements, _has_account),
    Check("does not say how to reach a person; write {{ callback_phone|phone }}", lambda s: s.duty.person, _has_phone),
    Check("does not open with the sender in brackets, as carriers ask; write 【{{ sender }}】",
          lambda s: s.channel is Channel.SMS and s.duty.sender and wording.base(s.language) in SIGNED,
          lambda s: s.message.body.startswith(SIGNED[wording.base(s.language)])),
    Check("makes a threat once it is put together", lambda _: True, lambda s: not _threatens(s)),
)  # fmt: skip
