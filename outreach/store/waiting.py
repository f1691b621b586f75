"""Which steps wait, whatever their campaign? Asked so that the index of every campaign's due steps finds them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, select

from outreach.core.terms import Channel
from outreach.store.tables import campaigns, steps


def steps_waiting(
    states: Collection[str] = ("waiting",), channels: Collection[Channel] = tuple(Channel)
) -> ColumnElement[bool]:
    """Steps in these states, of these channels and of any campaign; to be narrowed by `steps.c.due_at`."""
    known = select(campaigns.c.name).distinct()
    return and_(steps.c.campaign.in_(known), steps.c.state.in_(states), steps.c.channel.in_(channels))
