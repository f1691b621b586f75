"""What is decided about one debtor's due steps: the rows as read, and a `Choice` of what is to be written of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from outreach.core.cadence import Campaign, CaseFacts, Condition, Position, Try
from outreach.core.terms import Ask, CaseStatus, Verdict
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile, PhoneOnFile

# What `steps.last_refusal` begins with where it is more than the rules of the last refusal.
ENDED = "ended: "
NEVER = "never: "  # before the rules by which a step may not be done, unless something changes
PROMISED = f"{ENDED}{Condition.PROMISED}"  # a promise taken back brings these back
PAID_UP, PAID_SOME = f"{ENDED}{Condition.PAID}", f"{ENDED}{Condition.PAID_IN_PART}"
SETTLED = frozenset({f"{ENDED}{CaseStatus.CLOSED}", PAID_UP, PAID_SOME})  # a payment taken back, these


@dataclass(frozen=True, slots=True)
class StepRow:
    """A row of `steps`, read."""

    id: int
    case_id: int
    debtor_id: int
    campaign: str
    campaign_id: int
    anchor_on: date
    position: Position
    due_at: datetime
    priority: int
    last_refusal: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact to reserve: the row that leads it and those merged into it."""

    lead: StepRow
    rows: tuple[StepRow, ...]
    cases: tuple[CaseOnFile, ...]
    campaign: Campaign
    attempt: Try
    phone: PhoneOnFile
    ask: Ask
    verdict: Verdict
    valid_for: timedelta


@dataclass(slots=True)
class Choice:
    """Log lines to append, columns of `steps` to set by row id, and the contacts to reserve."""

    entries: list[Entry] = field(default_factory=list)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    replan: set[int] = field(default_factory=set)  # cases whose campaign has another version now


@dataclass(frozen=True, slots=True)
class Ready:
    row: StepRow
    case: CaseOnFile
    campaign: Campaign
    attempt: Try
    facts: CaseFacts
