"""How is an ask written down? As the plain data of `outreach judge`, so that a third party can put it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from outreach.core.canonical import canonical, quoted
from outreach.core.terms import Address, Ask, Consent, Inconvenient, PastContact, Suppression

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def ask_json(ask: Ask, now: datetime) -> str:
    """The ask at the aware instant `now`, in the field names of `outreach judge`, as canonical JSON. Put together from its
    parts, as each contact has one, and its addresses and consents read like those of many others."""
    phone, debtor = ask.phone, ask.debtor
    return (
        f'{{"cases":{_list(map(quoted, ask.cases))},"channel":{_text(ask.channel)},"collector":{_text(ask.collector)}'
        f',"consents":{_list(map(_consent_json, ask.consents))},"days_past_due":{ask.days_past_due}'
        f',"debtor":{{"addresses":{_list(map(_address_json, ask.addresses))},"id":{_text(debtor)}'
        f',"stated_zone":{_text(ask.stated_zone)}}},"history":{_each(_past, ask.history)}'
        f',"inconvenient":{_each(_inconvenient, ask.inconvenient)},"now":{_text(_spelled(now))}'
        f',"phone":{{"e164":{_text(phone.e164)},"kind":{_text(phone.kind)},"place":{_text(phone.place)}}}'
        f',"purpose":{_text(ask.purpose)},"suppressions":{_each(_suppression, ask.suppressions)}'
        f',"voice":{_text(ask.voice)}}}'
    )


def _text(said: str | None) -> str:
    return "null" if said is None else quoted(said)


def _list(parts: Iterable[str]) -> str:
    return f"[{','.join(parts)}]"


def _each(say: Callable[[Any], dict[str, Any]], ones: Sequence[Any]) -> str:
    return canonical([say(one) for one in ones]) if ones else "[]"


@lru_cache(maxsize=4096)
def _address_json(address: Address) -> str:
    return canonical(_address(address))


@lru_cache(maxsize=4096)
def _consent_json(consent: Consent) -> str:
    return canonical(_consent(consent))


def _spelled(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _address(address: Address) -> dict[str, Any]:
    return {
        "country": address.country,
        "region": address.region,
        "city": address.city,
        "postcode": address.postcode,
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "kind": consent.kind,
        "given_to": consent.given_to,
        "at": _spelled(consent.at),
        "expires_at": _spelled(consent.expires_at),
        "phone": consent.phone,
    }


def _suppression(stop: Suppression) -> dict[str, Any]:
    return {
        "reason": stop.reason,
        "scope": stop.scope,
        "channel": stop.channel,
        "at": _spelled(stop.at),
        "until": _spelled(stop.until),
        "phone": stop.phone,
        "case": stop.case,
    }


def _inconvenient(times: Inconvenient) -> dict[str, Any]:
    return {
        "days": [WEEKDAYS[day - 1] for day in sorted(times.days)],
        "from": times.start.isoformat(),
        "to": times.end.isoformat(),
        "channel": times.channel,
        "place": times.place,
    }


def _past(past: PastContact) -> dict[str, Any]:
    return {
        "at": _spelled(past.at),
        "direction": past.direction,
        "channel": past.channel,
        "voice": past.voice,
        "cases": list(past.cases),
        "phone": past.phone,
        "disposition": past.disposition,
        "requested": past.requested,
        "place": past.place,
        "purpose": past.purpose,
    }
