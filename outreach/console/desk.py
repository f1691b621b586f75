"""What may be done from the pages? Each form posts to one route here; `acts` does it, and the page says how it went."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Connection

from outreach.console import acts, lifting, resting
from outreach.console.pages import show_case, show_inbox
from outreach.core.terms import ReportError
from outreach.engine.runtime import Runtime

ACTS: dict[str, Callable[[acts.Desk, acts.Form], str]] = {
    "note": acts.note,
    "promise": acts.promise,
    "stop": acts.stop,
    "callback": acts.callback,
    "lift": acts.lift,
    "lift_stop": lifting.lift_stop,
    "goes_on": resting.goes_on,
}


def register(web: Blueprint, runtime: Runtime, phone_url: str | None) -> None:
    """Add the routes of the forms to `web`."""

    def recorder(name: str) -> Callable[[str], ResponseReturnValue]:
        def record(ref: str) -> ResponseReturnValue:
            return _do(
                runtime,
                lambda tx: ACTS[name](acts.take(tx, runtime, ref, current_user.name), request.form),
                url_for("console.case_page", ref=ref),
                lambda what: show_case(runtime, ref, phone_url, {"act": name, "what": what, "form": request.form}),
            )

        return record

    for name in ACTS:
        web.add_url_rule(f"/record/{name}/<path:ref>", f"record_{name}", recorder(name), methods=["POST"])

    def inbox(act: Callable[[Connection], str]) -> ResponseReturnValue:
        return _do(runtime, act, url_for("console.inbox_page"), lambda what: show_inbox(runtime, what))

    @web.post(f"/tasks/<int(max={acts.LARGEST_ID}):task_id>")
    def handle_task(task_id: int) -> ResponseReturnValue:
        return inbox(lambda tx: acts.handle(tx, runtime, task_id, request.form, current_user.name))

    @web.post(f"/tasks/<int(max={acts.LARGEST_ID}):task_id>/answer")
    def answer_reply(task_id: int) -> ResponseReturnValue:
        return inbox(lambda tx: acts.answer(tx, runtime, task_id, request.form, current_user.name))

    @web.post(f"/messages/<int(max={acts.LARGEST_ID}):message_id>")
    def handle_stranger(message_id: int) -> ResponseReturnValue:
        return inbox(lambda tx: acts.handle_stranger(tx, message_id, request.form, current_user.name))


def _do(
    runtime: Runtime, act: Callable[[Connection], str], then: str, again: Callable[[str], str]
) -> ResponseReturnValue:
    """Act in one transaction and go on to `then`; what can't be done is said on the page it came from (`again`)."""
    try:
        with runtime.db.begin() as tx:
            told = act(tx)
    except ReportError as error:
        return Response(again(str(error)), status=error.status)
    flash(told)
    return redirect(then, 303)
