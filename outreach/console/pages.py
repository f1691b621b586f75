"""Which pages are there? Each route reads (`board`, `lists`, `casefile`) and renders; the board refreshes itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from outreach.console import lists
from outreach.console.acts import DECISIONS
from outreach.console.board import board
from outreach.console.casefile import one_case
from outreach.console.signin import for_program
from outreach.core.terms import CaseStatus, IntentKind, PromiseStatus, SuppressionReason
from outreach.engine.runtime import Runtime
from outreach.engine.stops import HOLDING

if TYPE_CHECKING:
    from outreach.console import DemoControls

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
TITLES = {403: "Not open to you", 404: "Not here", 429: "Too many tries"}


def register(web: Blueprint, runtime: Runtime, phone_url: str | None, controls: DemoControls | None) -> None:
    """Add the pages' routes to `web`."""

    @web.before_request
    def readable() -> None:
        told = [request.path, *request.args.values(), *request.form.values()]
        if any("\0" in text for text in told):  # no database stores it, and nobody types it
            abort(400, "The request holds a character that can't be stored.")

    @web.after_request
    def careful(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "console.static":  # what is shown of a person stays in no cache
            response.headers["Cache-Control"] = "no-store"
        return response

    @web.errorhandler(HTTPException)
    def explained(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if for_program():
            answer = jsonify(error=error.description)
            answer.headers.update({"WWW-Authenticate": "Bearer"} if status == 401 else {})
            return answer, status
        title = TITLES.get(status, error.name)
        return render_template("console/problem.html", title=title, what=error.description), status

    @web.app_context_processor
    def phones() -> dict[str, bool]:
        return {"phones": phone_url is not None}

    @web.get("/")
    def board_page() -> ResponseReturnValue:
        return show_board(runtime, controls)

    @web.get("/board/fragment")
    def board_fragment() -> ResponseReturnValue:
        return render_template(
            "console/_board.html", b=board(runtime.db, runtime.clock.now(), runtime.policy), controls=controls
        )

    @web.get("/cases")
    def cases_page() -> ResponseReturnValue:
        words, status = request.args.get("q", "").strip()[:100], request.args.get("status", "")
        found = lists.case_list(runtime.db, words=words, status=status, page=_page())
        return render_template("console/cases.html", found=found, q=words, status=status, statuses=list(CaseStatus))

    @web.get("/cases/<path:ref>")
    def case_page(ref: str) -> ResponseReturnValue:
        return show_case(runtime, ref, phone_url)

    @web.get("/inbox")
    def inbox_page() -> ResponseReturnValue:
        return show_inbox(runtime)

    @web.get("/promises")
    def promises_page() -> ResponseReturnValue:
        status = request.args.get("status", "")
        status = status if status in set(PromiseStatus) else PromiseStatus.OPEN
        return render_template("console/promises.html", **lists.promise_list(runtime.db, status, _page()))

    @web.get("/campaigns")
    def campaigns_page() -> ResponseReturnValue:
        return render_template("console/campaigns.html", rows=lists.campaign_list(runtime.db))

    @web.post("/demo/clock")
    def demo_clock() -> ResponseReturnValue:
        if controls is None:
            abort(404)
        wanted = request.form.get("speed", "")
        if wanted == "pause":
            controls.pause()
        else:
            controls.set_speed(_speed(wanted))
            controls.resume()
        return redirect(url_for("console.board_page"), 303)


def show_board(runtime: Runtime, controls: DemoControls | None, problem: str | None = None) -> str:
    """The board; `problem`: why what was just sent was not done."""
    found = board(runtime.db, runtime.clock.now(), runtime.policy)
    return render_template("console/board.html", b=found, controls=controls, problem=problem)


def show_case(runtime: Runtime, ref: str, phone_url: str | None, problem: Mapping[str, Any] | None = None) -> str:
    """The page of a case; `problem`: what was wrong with a form just sent (`act`, `what`, `form`). 404 if there is none."""
    found = one_case(runtime, ref)
    if found is None:
        abort(404, f"There is no case {ref}.")
    return render_template(
        "console/case.html",
        c=found,
        phone_url=phone_url,
        problem=problem,
        reasons=list(SuppressionReason),
        holding=sorted(HOLDING),
    )


def show_inbox(runtime: Runtime, problem: str | None = None) -> str:
    """The inbox; `problem`: why what was just sent was not done."""
    found = lists.inbox(runtime, runtime.clock.now(), kind=request.args.get("kind", ""), page=_page())
    return render_template(
        "console/inbox.html", **found, decisions=DECISIONS, meanings=list(IntentKind), problem=problem
    )


def _page() -> int:
    return request.args.get("page", 1, int)


def _speed(text: str) -> float:
    """Simulated days a minute, as a form says it; anything but a positive number is answered with 400."""
    try:
        speed = float(text)
    except ValueError:
        abort(400)
    if not (math.isfinite(speed) and speed > 0):
        abort(400)
    return speed
