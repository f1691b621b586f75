"""Is this process up, is it ready, and what are its figures? For load balancers and for Prometheus.

The figures are those of `outreach.status`, read from the database at each scrape: with many processes any of them may be
asked, and all say the same.
"""

from __future__ import annotations

import ipaddress

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from outreach.console.figures import Figures
from outreach.console.roles import Role
from outreach.engine import workers
from outreach.engine.runtime import Runtime
from outreach.status import status
from outreach.store.migrate import current, head
from outreach.store.tables import workers as table

TEXT = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")  # somebody else asks, through a proxy on this machine


def register(web: Blueprint, runtime: Runtime) -> None:
    """Add `/healthz`, `/readyz` and `/metrics` to `web`."""

    @web.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return Response("ok\n", content_type="text/plain")

    @web.get("/readyz")
    def readyz() -> ResponseReturnValue:
        missing = what_is_missing(runtime)
        return Response(f"{missing or 'ready'}\n", status=503 if missing else 200, content_type="text/plain")

    @web.get("/metrics")
    def metrics() -> ResponseReturnValue:
        if not (_a_program() or _this_machine()):
            abort(403, "Metrics are for a program with a key (Authorization: Bearer KEY), or for this machine.")
        registry = CollectorRegistry()
        registry.register(Figures(status(runtime.db, runtime.clock.now(), runtime.policy)))
        return Response(generate_latest(registry), content_type=TEXT)


def what_is_missing(runtime: Runtime) -> str | None:
    """Why this deployment can't do its work now; None: it can. No worker is expected where none has started."""
    if runtime.closing.is_set():
        return "this process is being shut down"
    try:
        found, needed = current(runtime.db), head()
        with runtime.db.read() as connection:
            ticked_at = connection.scalar(select(func.max(table.c.ticked_at)))
    except DBAPIError as error:
        return f"the database cannot be used: {type(error).__name__}"
    if found != needed:
        return f"the database is at revision {found}, this version needs {needed}"
    now = runtime.clock.now()
    if ticked_at is not None and now - ticked_at > workers.QUIET_AFTER:
        return f"no worker has been heard of for {(now - ticked_at).total_seconds():.0f} s"
    return None


def _a_program() -> bool:
    return bool(current_user.is_authenticated and current_user.role == Role.PROGRAM)


def _this_machine() -> bool:
    try:
        near = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return near and not any(name in request.headers for name in FORWARDED)
