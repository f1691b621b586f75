"""How is an ask written down? As the plain data of `outreach judge`, so that a third party can put it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from outreach.core.terms import Address, Ask, Consent, Inconvenient, PastContact, Suppression

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def ask_data(ask: Ask, now: datetime) -> dict[str, Any]:
    """The ask at the aware instant `now`, in the field names of `outreach judge`."""
    return {
        "now": _spelled(now),
        "channel": ask.channel,
        "voice": ask.voice,
        "purpose": ask.purpose,
        "collector": ask.collector,
        "days_past_due": ask.days_past_due,
        "cases": list(ask.cases),
        "debtor": {
            "id": ask.debtor,
            "stated_zone": ask.stated_zone,
            "addresses": [_address(address) for address in ask.addresses],
        },
        "phone": {"e164": ask.phone.e164, "kind": ask.phone.kind, "place": ask.phone.place},
        "consents": [_consent(consent) for consent in ask.consents],
        "suppressions": [_suppression(stop) for stop in ask.suppressions],
        "inconvenient": [_inconvenient(times) for times in ask.inconvenient],
        "history": [_past(past) for past in ask.history],
    }


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
