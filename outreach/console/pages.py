"""Which pages are there? Each route reads with `queries` and renders; the board refreshes itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.console import queries
from outreach.core.terms import CaseStatus
from outreach.engine.runtime import Runtime

if TYPE_CHECKING:
    from outreach.console import DemoControls

POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-ancestors 'none'"


def register(web: Blueprint, runtime: Runtime, phone_url: str | None, controls: DemoControls | None) -> None:
    """Add the pages' routes to `web`."""

    @web.after_request
    def careful(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    @web.app_context_processor
    def phones() -> dict[str, bool]:
        return {"phones": phone_url is not None}

    @web.get("/")
    def board_page() -> ResponseReturnValue:
        found = queries.board(runtime.db, runtime.clock.now())
        return render_template("console/board.html", b=found, controls=controls)

    @web.get("/board/fragment")
    def board_fragment() -> ResponseReturnValue:
        return render_template(
            "console/_board.html", b=queries.board(runtime.db, runtime.clock.now()), controls=controls
        )

    @web.get("/cases")
    def cases_page() -> ResponseReturnValue:
        words, status = request.args.get("q", "").strip(), request.args.get("status", "")
        page = request.args.get("page", 1, int)
        found = queries.case_list(runtime.db, words=words, status=status, page=page)
        return render_template("console/cases.html", found=found, q=words, status=status, statuses=list(CaseStatus))

    @web.get("/cases/<path:ref>")
    def case_page(ref: str) -> ResponseReturnValue:
        found = queries.one_case(runtime.db, ref, runtime.clock.now())
        if found is None:
            abort(404)
        return render_template("console/case.html", c=found, phone_url=phone_url)

    @web.get("/inbox")
    def inbox_page() -> ResponseReturnValue:
        return render_template("console/inbox.html", **queries.inbox(runtime.db))

    @web.get("/promises")
    def promises_page() -> ResponseReturnValue:
        return render_template("console/promises.html", rows=queries.promise_list(runtime.db))

    @web.get("/campaigns")
    def campaigns_page() -> ResponseReturnValue:
        return render_template("console/campaigns.html", rows=queries.campaign_list(runtime.db))

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
        return redirect(url_for("console.board_page"))


def _speed(text: str) -> float:
    """Simulated days a minute, as a form says it; anything but a positive number is answered with 400."""
    try:
        speed = float(text)
    except ValueError:
        abort(400)
    if not (math.isfinite(speed) and speed > 0):
        abort(400)
    return speed
