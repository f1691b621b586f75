"""What do we know of these debtors, right now? Loaded a batch at a time, in a fixed number of queries.

The facts are the gate's and the cadence's only view of the database.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, cast, func, select

from outreach.core.terms import (
    Address,
    AttemptState,
    CaseStatus,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Direction,
    Disposition,
    Inconvenient,
    PastContact,
    Phone,
    PhoneKind,
    PhonePlace,
    PromiseStatus,
    Purpose,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Voice,
)
from outreach.store.bulk import among
from outreach.store.paid import PaymentOnFile, paid_on, paid_since
from outreach.store.tables import (
    addresses,
    attempt_cases,
    attempts,
    cases,
    consents,
    debtors,
    inbound_messages,
    inconvenient_times,
    phones,
    promises,
    suppressions,
)

HISTORY = timedelta(days=40)  # longer than the longest period any rulebook counts over (30 days), with room for zones
WROTE = timedelta(days=62)  # what the debtor wrote counts for longer: sixty days
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class PhoneOnFile:
    """A number and its row. `digest` is what the case log may say of it."""

    id: int
    phone: Phone
    digest: str


@dataclass(frozen=True, slots=True)
class CaseOnFile:
    """One loan as it stands. Amounts in minor units."""

    id: int
    ref: str
    creditor: str
    collector: Collector
    product: str | None
    currency: str
    amount_due_minor: int
    balance_minor: int | None
    due_on: date
    funding_account: str | None
    tags: frozenset[str]
    status: CaseStatus
    payments: tuple[PaymentOnFile, ...] = ()  # since `LOOKED_BACK` before the due date, the latest last
    promises: tuple[PromiseOnFile, ...] = ()

    @property
    def last_paid_at(self) -> datetime | None:
        return self.payments[-1].at if self.payments else None


@dataclass(frozen=True, slots=True)
class PromiseOnFile:
    id: int
    on: date
    amount_minor: int
    status: PromiseStatus
    made_at: datetime
    settled_at: datetime | None
    paid_minor: int = 0  # what came for the case since it was made


@dataclass(slots=True)
class Person:
    """A debtor with everything a decision needs."""

    id: int
    ref: str
    name: str | None
    language: str | None
    country: str
    stated_zone: str | None
    facts_version: int
    phones: list[PhoneOnFile] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    inconvenient: list[Inconvenient] = field(default_factory=list)
    history: list[PastContact] = field(default_factory=list)
    cases: dict[int, CaseOnFile] = field(default_factory=dict)
    home_zone: str | None = None  # once worked out (`assemble.home_zone`)

    def phone(self, phone_id: int) -> PhoneOnFile | None:
        return next((p for p in self.phones if p.id == phone_id), None)


def load(
    tx: Connection, debtor_ids: Iterable[int], now: datetime, *, without_attempt: int | None = None
) -> dict[int, Person]:
    """Facts of each debtor by id, erased people left out. History reaches back `HISTORY`.

    `without_attempt` leaves one attempt out of the history: the one that is being judged again before it is placed.
    """
    people: dict[int, Person] = {}
    wanted = sorted(set(debtor_ids))
    for start in range(0, len(wanted), CHUNK):
        people |= _load_chunk(tx, wanted[start : start + CHUNK], now, without_attempt)
    return people


def _load_chunk(tx: Connection, ids: Sequence[int], now: datetime, without: int | None) -> dict[int, Person]:
    query = _PEOPLE.where(among(tx, debtors.c.id, ids), debtors.c.erased_at.is_(None))
    people = {row[0]: Person(*row) for row in tx.execute(query).all()}
    numbers: dict[int, str] = {}
    query = _PHONES.where(among(tx, phones.c.debtor_id, ids), phones.c.e164.is_not(None))
    for debtor_id, phone_id, digest, *said in tx.execute(
        query.order_by(phones.c.debtor_id, phones.c.rank, phones.c.id)
    ):
        if person := people.get(debtor_id):
            person.phones.append(PhoneOnFile(phone_id, _phone(*said), digest))
            numbers[phone_id] = said[0]
    query = _ADDRESSES.where(among(tx, addresses.c.debtor_id, ids)).order_by(addresses.c.id)
    for debtor_id, *told in tx.execute(query).all():
        if person := people.get(debtor_id):
            person.addresses.append(_address(*told))
    _add_cases(tx, ids, people)
    _add_consents(tx, ids, people, numbers)
    _add_limits(tx, ids, people)
    _add_history(tx, ids, people, now - HISTORY, without)
    return people


_PEOPLE: Select[Any] = select(
    debtors.c.id,
    debtors.c.ref,
    debtors.c.name,
    debtors.c.language,
    debtors.c.country,
    debtors.c.stated_zone,
    debtors.c.facts_version,
)
_PHONES: Select[Any] = select(
    phones.c.debtor_id, phones.c.id, phones.c.digest, phones.c.e164, phones.c.kind, phones.c.place
)
_ADDRESSES: Select[Any] = select(
    addresses.c.debtor_id, addresses.c.country, addresses.c.region, addresses.c.city, addresses.c.postcode
)
_CASES: Select[Any] = select(
    cases.c.debtor_id,
    cases.c.id,
    cases.c.ref,
    cases.c.creditor,
    cases.c.collector,
    cases.c.product,
    cases.c.currency,
    cases.c.amount_due_minor,
    cases.c.balance_minor,
    cases.c.due_on,
    cases.c.funding_account,
    cast(cases.c.tags, Text),
    cases.c.status,
)
_CONSENTS: Select[Any] = select(
    consents.c.debtor_id,
    consents.c.phone_id,
    consents.c.kind,
    consents.c.given_to,
    consents.c.at,
    consents.c.expires_at,
)


def _phone(e164: str, kind: str, place: str) -> Phone:
    return Phone(e164, PhoneKind(kind), PhonePlace(place))


# What many people share is made once: the facts of a batch are mostly the same few addresses and tags.
@lru_cache(maxsize=4096)
def _address(country: str, region: str | None, city: str | None, postcode: str | None) -> Address:
    return Address(country, region, city, postcode)


@lru_cache(maxsize=64)
def _given(kind: str, given_to: str) -> tuple[ConsentKind, ConsentGivenTo]:
    return ConsentKind(kind), ConsentGivenTo(given_to)


@lru_cache(maxsize=4096)
def _tags(said: str) -> frozenset[str]:
    return frozenset(json.loads(said))


@lru_cache(maxsize=64)
def _stands(collector: str, status: str) -> tuple[Collector, CaseStatus]:
    return Collector(collector), CaseStatus(status)


def _add_cases(tx: Connection, ids: Sequence[int], people: Mapping[int, Person]) -> None:
    paid = paid_on(tx, ids)
    promised: dict[int, list[PromiseOnFile]] = defaultdict(list)
    query = select(promises).join(cases, cases.c.id == promises.c.case_id).where(among(tx, cases.c.debtor_id, ids))
    made = tx.execute(query.order_by(promises.c.id)).all()
    since = paid_since(tx, ids) if made and paid else {}
    for row in made:
        status, came = PromiseStatus(row.status), since.get(row.id, 0)
        promised[row.case_id].append(
            PromiseOnFile(row.id, row.promised_on, row.amount_minor, status, row.made_at, row.settled_at, came)
        )
    for row in tx.execute(_CASES.where(among(tx, cases.c.debtor_id, ids)).order_by(cases.c.id)).all():
        debtor_id, case_id, ref, creditor, by, product, currency, due, balance, due_on, account, tags, said = row
        if person := people.get(debtor_id):
            collector, stands = _stands(by, said)
            person.cases[case_id] = CaseOnFile(
                case_id,
                ref,
                creditor,
                collector,
                product,
                currency,
                due,
                balance,
                due_on,
                account,
                _tags(tags),
                stands,
                tuple(paid.get(case_id, ())),
                tuple(promised.get(case_id, ())),
            )


def _add_consents(tx: Connection, ids: Sequence[int], people: Mapping[int, Person], numbers: Mapping[int, str]) -> None:
    """`numbers`: by phone id. A consent for a number that is on file no more is none."""
    query = _CONSENTS.where(among(tx, consents.c.debtor_id, ids), consents.c.withdrawn_at.is_(None))
    for debtor_id, phone_id, kind, given_to, at, expires_at in tx.execute(query).all():
        person = people.get(debtor_id)
        if person and (phone_id is None or phone_id in numbers):
            number = numbers[phone_id] if phone_id is not None else None
            person.consents.append(Consent(*_given(kind, given_to), at, expires_at, number))


def _add_limits(tx: Connection, ids: Sequence[int], people: Mapping[int, Person]) -> None:
    query: Select[Any] = select(suppressions, phones.c.e164, cases.c.ref).outerjoin(
        phones, phones.c.id == suppressions.c.phone_id
    )
    query = query.outerjoin(cases, cases.c.id == suppressions.c.case_id)
    for row in tx.execute(
        query.where(among(tx, suppressions.c.debtor_id, ids), suppressions.c.lifted_at.is_(None))
    ).all():
        if person := people.get(row.debtor_id):
            person.suppressions.append(
                Suppression(
                    SuppressionReason(row.reason),
                    SuppressionScope(row.scope),
                    row.at,
                    Channel(row.channel) if row.channel else None,
                    row.until,
                    row.e164,
                    row.ref,
                )
            )
    query = select(inconvenient_times).where(among(tx, inconvenient_times.c.debtor_id, ids))
    for row in tx.execute(query.where(inconvenient_times.c.lifted_at.is_(None))).all():
        if person := people.get(row.debtor_id):
            person.inconvenient.append(
                Inconvenient(
                    frozenset(row.days),
                    time.fromisoformat(row.start),
                    time.fromisoformat(row.end),
                    Channel(row.channel) if row.channel else None,
                    PhonePlace(row.place) if row.place else None,
                )
            )


def _add_history(
    tx: Connection, ids: Sequence[int], people: Mapping[int, Person], since: datetime, without: int | None
) -> None:
    query = (
        select(attempts, phones.c.e164, phones.c.kind.label("phone_kind"), phones.c.place, attempt_cases.c.case_id)
        .join(phones, phones.c.id == attempts.c.phone_id)
        .outerjoin(attempt_cases, attempt_cases.c.attempt_id == attempts.c.id)
        .where(
            among(tx, attempts.c.debtor_id, ids),
            attempts.c.reserved_at >= since,
            attempts.c.state != AttemptState.RELEASED,
        )
        .order_by(attempts.c.reserved_at, attempts.c.id)
    )
    found: dict[int, tuple[Row[Any], list[str]]] = {}
    for row in tx.execute(query).all():
        person = people.get(row.debtor_id)
        if person is None or row.id == without:
            continue
        refs = found.setdefault(row.id, (row, []))[1]
        if row.case_id in person.cases:
            refs.append(person.cases[row.case_id].ref)
    for row, refs in found.values():
        people[row.debtor_id].history.append(_past(row, tuple(refs)))
    query = select(inbound_messages, phones.c.e164).outerjoin(phones, phones.c.id == inbound_messages.c.phone_id)
    recent = inbound_messages.c.received_at >= since - (WROTE - HISTORY)
    for row in tx.execute(query.where(among(tx, inbound_messages.c.debtor_id, ids), recent)).all():
        if person := people.get(row.debtor_id):
            refs = [case.ref for case in person.cases.values() if case.status is not CaseStatus.CLOSED]
            person.history.append(
                PastContact(
                    row.received_at,
                    Direction.INBOUND,
                    Channel(row.channel),
                    Disposition.RECEIVED,
                    tuple(refs),
                    row.e164,
                )
            )


def _past(row: Row[Any], refs: tuple[str, ...]) -> PastContact:
    return PastContact(
        at=row.placed_at or row.reserved_at,
        direction=Direction.OUTBOUND,
        channel=Channel(row.channel),
        disposition=Disposition(row.disposition) if row.disposition else None,
        cases=refs,
        phone=row.e164,
        voice=Voice(row.voice) if row.voice else None,
        requested=row.requested,
        place=PhonePlace(row.place),
        phone_kind=PhoneKind(row.phone_kind),
        purpose=Purpose(row.purpose),
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """A debtor on file with a number; `last` is when we last contacted them on it (from a given sender), if ever."""

    debtor_id: int
    phone_id: int
    last: datetime | None


def owners(tx: Connection, e164: str, sender: str | None = None) -> list[Owner]:
    """Everyone on file with this number, the one we last contacted on it (from `sender`, if given) first."""
    theirs = (attempts.c.debtor_id == phones.c.debtor_id) & (attempts.c.phone_id == phones.c.id)
    contacted = theirs & (attempts.c.state != AttemptState.RELEASED)
    if sender:
        contacted &= attempts.c.sender == sender
    last = func.max(attempts.c.reserved_at).label("last")
    query = (
        select(phones.c.debtor_id, phones.c.id, last)
        .outerjoin(attempts, contacted)
        .where(phones.c.e164 == e164)
        .group_by(phones.c.debtor_id, phones.c.id)
    )
    found = [Owner(row.debtor_id, row.id, row.last) for row in tx.execute(query)]
    return sorted(found, key=lambda own: (own.last is None, -(own.last.timestamp() if own.last else 0), own.phone_id))
