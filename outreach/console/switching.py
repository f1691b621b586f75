"""The red button of the board: who may, stops everything or a campaign at once; a supervisor lets it go on.

It throws the switch and no more: every worker sees that before it next asks the carrier, and takes back what is under way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Connection

from outreach.console.pages import show_board
from outreach.core.terms import OutreachError
from outreach.engine.runtime import Runtime
from outreach.store import switches

if TYPE_CHECKING:
    from outreach.console import DemoControls

SURE = "yes"
Throw = Callable[[Connection, str, str, datetime, str | None], str]


def register(web: Blueprint, runtime: Runtime, controls: DemoControls | None) -> None:
    """Add the routes of the button to `web`."""

    def thrown(throw: Throw) -> ResponseReturnValue:
        campaign, why = request.form.get("campaign") or None, request.form.get("why", "")
        try:
            if request.form.get("sure") != SURE:
                raise OutreachError("the box that says you are sure is not ticked")
            with runtime.db.begin() as tx:
                told = throw(tx, current_user.name, why, runtime.clock.now(), campaign)
        except OutreachError as error:
            return Response(show_board(runtime, controls, f"Not done: {error}."), status=400)
        flash(told)
        return redirect(url_for("console.board_page"), 303)

    @web.post("/stop")
    def stop_contact() -> ResponseReturnValue:
        return thrown(_stop)

    @web.post("/resume")
    def resume_contact() -> ResponseReturnValue:
        return thrown(_resume)


def _stop(tx: Connection, by: str, why: str, now: datetime, campaign: str | None) -> str:
    switches.stop(tx, by, why, now, campaign)
    return f"{_scope(campaign)} is stopped: nothing more is placed, what is under way is being taken back."


def _resume(tx: Connection, by: str, why: str, now: datetime, campaign: str | None) -> str:
    ended = switches.resume(tx, by, why, now, campaign)
    return f"{_scope(campaign)} goes on." if ended else f"{_scope(campaign)} was not stopped."


def _scope(campaign: str | None) -> str:
    return f"The campaign {campaign}" if campaign else "Everything"
