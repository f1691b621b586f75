"""Is contact stopped by a person, as a whole or of one campaign? The rows of `switches` that nobody has resumed.

Free words of whoever stops are kept with numbers masked: they stand on the logs of the cases whose contacts they stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, false, insert, or_, select, true, update

from outreach.core.masking import mask
from outreach.core.terms import OutreachError
from outreach.store.database import claim
from outreach.store.tables import attempt_cases, attempts, campaigns, steps, switches

LONGEST_WHY, LONGEST_NAME = 200, 100
STANDS = switches.c.resumed_at.is_(None)
# Steps that no stop stands against: what may be taken up.
RUNNING = ~exists(select(switches.c.id).where(STANDS, switches.c.campaign.is_(None))) & steps.c.campaign.not_in(
    select(switches.c.campaign).where(STANDS, switches.c.campaign.is_not(None))
)


@dataclass(frozen=True, slots=True)
class Switch:
    """A stop that stands. `campaign` None: of everything."""

    id: int
    campaign: str | None
    at: datetime
    by: str
    why: str

    @property
    def because(self) -> str:
        """Who and why, as a case log says it."""
        what = f"campaign {self.campaign} was" if self.campaign else "everything was"
        return f"{what} stopped by {self.by}: {self.why}"


def standing(tx: Connection) -> list[Switch]:
    """Every stop that stands, those of everything first. One read of an index, empty as a rule."""
    rows = tx.execute(select(switches).where(STANDS).order_by(switches.c.campaign.is_not(None), switches.c.id))
    return [_read(row) for row in rows]


def _read(row: Row[Any]) -> Switch:
    return Switch(row.id, row.campaign, row.stopped_at, row.stopped_by, row.why)


def against(switch: Switch) -> ColumnElement[bool]:
    """The attempts this stop stands against: all, or those that the campaign leads or has a step merged into."""
    if switch.campaign is None:
        return true()
    led = attempts.c.campaign_id.in_(select(campaigns.c.id).where(campaigns.c.name == switch.campaign))
    merged = select(attempt_cases.c.case_id).join(steps, steps.c.id == attempt_cases.c.step_id)
    merged = merged.where(attempt_cases.c.attempt_id == attempts.c.id, steps.c.campaign == switch.campaign)
    return or_(attempts.c.campaign_id.is_not(None) & led, merged.correlate(attempts).exists())


def against_none(stops: list[Switch]) -> list[ColumnElement[bool]]:
    """Conditions for attempts that none of `stops` stands against; none while nothing is stopped."""
    if any(switch.campaign is None for switch in stops):
        return [false()]
    return [~against(switch) for switch in stops]


def stop(tx: Connection, by: str, why: str, now: datetime, campaign: str | None = None) -> Switch:
    """Stop everything, or `campaign`. Raises OutreachError for a campaign nobody knows, or without a name or a reason.

    Stopping what is stopped already is a line of its own: who else wanted it, and why.
    """
    by, why = _said(by, "a name", LONGEST_NAME), mask(_said(why, "a reason", LONGEST_WHY))
    _known(tx, campaign)
    values = {"campaign": campaign, "stopped_at": now, "stopped_by": by, "why": why}
    made = tx.execute(insert(switches).values(**values))
    return Switch(int((made.inserted_primary_key or (0,))[0]), campaign, now, by, why)


def resume(tx: Connection, by: str, why: str, now: datetime, campaign: str | None = None) -> list[Switch]:
    """End every stop of everything, or of `campaign`; returns them. Stops of other scope go on standing."""
    by, why = _said(by, "a name", LONGEST_NAME), mask(why.strip()[:LONGEST_WHY])
    scope = switches.c.campaign.is_(None) if campaign is None else switches.c.campaign == campaign
    _known(tx, campaign)
    ended = [_read(row) for row in tx.execute(claim(select(switches).where(STANDS, scope), tx)).all()]
    moved = update(switches).where(switches.c.id.in_([switch.id for switch in ended]))
    tx.execute(moved.values(resumed_at=now, resumed_by=by, resumed_why=why or None))
    return ended


def _said(text: str, what: str, longest: int) -> str:
    text = " ".join(text.split())
    if not text:
        raise OutreachError(f"{what} is needed: it stands on record")
    return text[:longest]


def _known(tx: Connection, campaign: str | None) -> None:
    """A typo must not pass for a stop."""
    if campaign is None or tx.scalar(select(campaigns.c.id).where(campaigns.c.name == campaign).limit(1)) is not None:
        return
    names = ", ".join(tx.scalars(select(campaigns.c.name).distinct().order_by(campaigns.c.name)))
    raise OutreachError(f"no campaign {campaign!r}, expected one of: {names or 'none has been loaded yet'}")
