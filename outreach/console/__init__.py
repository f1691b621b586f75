"""The console: pages for supervisors, agents and compliance, and a JSON API."""

from __future__ import annotations

from typing import Protocol

from flask import Blueprint

from outreach.console import api, pages, signin
from outreach.console.signin import create_user
from outreach.engine.runtime import Runtime

__all__ = ["DemoControls", "blueprint", "create_user"]


class DemoControls(Protocol):
    """What the board may do to a demo's clock. `speed`: simulated days a minute."""

    speed: float
    paused: bool

    def set_speed(self, speed: float) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


def blueprint(
    runtime: Runtime,
    *,
    phone_url: str | None = None,
    controls: DemoControls | None = None,
    sign_in_free: bool = False,
) -> Blueprint:
    """Every page and the API. `phone_url`: where a debtor's simulated phone is, `{e164}` in it; `sign_in_free`: demo only."""
    web = Blueprint(
        "console", __name__, template_folder="templates", static_folder="static", static_url_path="/console/static"
    )
    signin.guard(web, runtime, free=sign_in_free)
    pages.register(web, runtime, phone_url, controls)
    api.register(web, runtime)
    return web
