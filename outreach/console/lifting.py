"""Which stops may a person end, and how: a dispute that was answered, an attorney who is gone, a mistake of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from outreach.console.acts import SOURCE, Desk, Form, id_of, keep_note
from outreach.core.stops import PAUSES
from outreach.core.terms import ReportError, SuppressionReason
from outreach.engine.lifting import STANDS, lift_stops
from outreach.store.tables import suppressions


def liftable(stops: Iterable[Mapping[str, Any]], case_id: int) -> list[Mapping[str, Any]]:
    """Of the rows of `suppressions` those that stand for this case and that a person may end. What rests has a form of
    its own."""
    here = [stop for stop in stops if stop["lifted_at"] is None and stop["case_id"] in (None, case_id)]
    return [stop for stop in here if stop["reason"] not in PAUSES and not _theirs(stop)]


def _theirs(stop: Mapping[str, Any]) -> bool:
    """Only the debtor's own START ends the opt-out that they, or the carrier, told us of. Where it ended every contact no
    START does: that is a supervisor's, when they ask for contact again."""
    said = stop["reason"] == SuppressionReason.OPT_OUT and stop["source"] != SOURCE
    return said and stop["channel"] is not None


def lift_stop(desk: Desk, form: Form) -> str:
    """The stop `stop` (its id) is over, for the reason in `text`, which is kept as a note."""
    text, wanted = form.get("text", "").strip(), suppressions.c.id == id_of(form.get("stop", ""))
    row = desk.tx.execute(
        select(suppressions).where(wanted, suppressions.c.debtor_id == desk.person.id, STANDS)
    ).first()
    if row is None:
        raise ReportError("Which of the stops? Choose one that still stands.")
    if row.case_id not in (None, desk.case.id):
        raise ReportError("That stop is of another loan: lift it there.", 409)
    if row.reason in PAUSES:
        raise ReportError("For this reminders rest: let follow-up go on instead.", 409)
    if _theirs(row._asdict()):
        raise ReportError("Only their own word ends this stop: they text START.", 409)
    if not text:
        raise ReportError("Why is the stop over? Write what proves it: it is kept with the case.")
    note_id = keep_note(desk, text)
    lift_stops(desk.tx, wanted, f"{desk.by} decided", desk.now, note_id=note_id)
    return f"The stop is lifted: {row.reason.replace('_', ' ')}."
