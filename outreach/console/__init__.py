"""The console: pages for supervisors, agents and compliance, and a JSON API."""

from __future__ import annotations

from typing import Protocol

from flask import Blueprint

from outreach import bootstrap
from outreach.bootstrap import Settings
from outreach.console import api, desk, health, pages, signin, switching
from outreach.console.roles import Role, may
from outreach.console.signin import create_user
from outreach.engine.runtime import Runtime

__all__ = ["DemoControls", "Role", "blueprint", "create_user", "may"]


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
    settings: Settings | None = None,
    phone_url: str | None = None,
    controls: DemoControls | None = None,
    sign_in_free: bool = False,
    hashing: str = signin.HASH,
) -> Blueprint:
    """Every page and the API.

    `settings`: the address people use (https: cookies travel over nothing else) and the keys of programs; left out, they
    are read from the environment, or in a demo there are none. `phone_url`: where a debtor's simulated phone is, `{e164}`
    in it; `sign_in_free`: demo only; `hashing`: of passwords, as `create_user` was told. Raises ConfigError for an
    environment that can't be read.
    """
    if settings is None and not sign_in_free:
        settings = bootstrap.environment_settings()
    web = Blueprint(
        "console", __name__, template_folder="templates", static_folder="static", static_url_path="/console/static"
    )
    signin.guard(
        web,
        runtime,
        free=sign_in_free,
        secure=settings is not None and settings.public_url.startswith("https://"),
        keys=settings.program_keys if settings else (),
        hashing=hashing,
    )
    pages.register(web, runtime, phone_url, controls)
    desk.register(web, runtime, phone_url)
    switching.register(web, runtime, controls)
    api.register(web, runtime)
    health.register(web, runtime)
    return web
