"""Who is asking? People sign in with a password, programs bring a key; what either may do stands in `roles`.

Sessions are Flask-Login's, in "strong" protection: a cookie taken to another browser or address is signed out. They end
with the browser, and after `LIFETIME` at the latest. A form carries its session's token; a request to the API under a
session carries it as the header `X-CSRF-Token`, and one with a key needs none, since browsers never add a key by themselves.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Request, Response, abort, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import Row, insert, select
from werkzeug.security import check_password_hash, generate_password_hash

from outreach.console.roles import OPEN, PEOPLE, Role, may
from outreach.console.throttle import Throttle
from outreach.core.terms import OutreachError
from outreach.engine.runtime import Runtime
from outreach.store.database import Database
from outreach.store.tables import users

SHORTEST = 10
LIFETIME = timedelta(hours=12)  # a long shift; then everybody signs in anew
LARGEST = 16 * 1024 * 1024  # bytes of a request: some 100,000 payments
HASH = "scrypt"


class Caller(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """Who is asking. `identity`: what the session keeps (empty for those who have none)."""

    def __init__(self, name: str, role: str, identity: str = "") -> None:
        self.name = name
        self.role = role
        self.identity = identity

    def get_id(self) -> str:
        return self.identity


ANYBODY = Caller("you", Role.SUPERVISOR)  # in a demo on one's own machine
PROGRAM = Caller("api", Role.PROGRAM)


def create_user(db: Database, name: str, password: str, role: str, *, method: str = HASH) -> None:
    """Let somebody sign in. Raises OutreachError for a short password, an unknown role or a taken name.

    `method`: how the password is hashed, as werkzeug spells it.
    """
    if len(password) < SHORTEST:
        raise OutreachError(f"the password is too short, expected at least {SHORTEST} characters")
    if role not in PEOPLE:
        raise OutreachError(f"no role {role!r}, expected one of {', '.join(sorted(PEOPLE))}")
    with db.begin() as tx:
        if tx.scalar(select(users.c.id).where(users.c.name == name)) is not None:
            raise OutreachError(f"{name} may sign in already")
        values = {"name": name, "password_hash": generate_password_hash(password, method), "role": role}
        tx.execute(insert(users).values(**values, active=True))


def guard(web: Blueprint, runtime: Runtime, *, free: bool, secure: bool, keys: Sequence[str], hashing: str) -> None:
    """Put every route behind `roles`.

    `free`: no sign-in (a demo); `secure`: cookies over https only; `keys`: of programs; `hashing`: how passwords are
    hashed, so that an unknown name takes as long as a known one.
    """

    @web.record
    def settle(state: BlueprintSetupState) -> None:
        assert isinstance(state.app, Flask)
        _configure(state.app, secure=secure, free=free)
        _manager(runtime, free=free, keys=keys).init_app(state.app)

    @web.before_request
    def only_who_may() -> ResponseReturnValue | None:
        request.max_content_length = LARGEST
        route = (request.endpoint or "").removeprefix(f"{web.name}.")
        if route in OPEN:
            return None
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        if not may(current_user.role, route):
            abort(403, f"This is not open to the role {current_user.role}.")
        _check_origin()
        return None

    _routes(web, runtime, hashing)

    @web.app_context_processor
    def for_every_page() -> dict[str, Any]:
        known = current_user if current_user and current_user.is_authenticated else None
        return {
            "token": token,
            "signed_in": known.name if known and known.identity else None,
            "may": lambda route: known is not None and may(known.role, route),
        }


def _configure(app: Flask, *, secure: bool, free: bool) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="outreach",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=LIFETIME,  # also the age at which any session cookie is refused
        SESSION_PROTECTION=None if free else "strong",
    )


def _manager(runtime: Runtime, *, free: bool, keys: Sequence[str]) -> LoginManager:
    manager = LoginManager()
    hashed = [_digest(key) for key in keys]

    def from_session(identity: str) -> Caller | None:
        return None if free else _still_here(runtime.db, identity, session.get("since"), runtime.clock.now())

    def from_key(asked: Request) -> Caller | None:
        if "Authorization" in asked.headers:
            return PROGRAM if _has_key(asked, hashed) else None
        return ANYBODY if free else None

    manager.user_loader(from_session)
    manager.request_loader(from_key)
    return manager


def _routes(web: Blueprint, runtime: Runtime, hashing: str) -> None:
    throttle = Throttle()

    @web.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> ResponseReturnValue:
        if request.method == "GET":
            known = current_user.is_authenticated
            return redirect(url_for("console.board_page")) if known else render_template("console/sign_in.html")
        check_token()
        name, address, now = request.form.get("name", "").strip(), _address(), runtime.clock.now()
        wait = throttle.take(name, address, now)
        if wait is not None:
            return _turned_away(wait)
        row = _known(runtime.db, name, request.form.get("password", ""), hashing)
        if row is None:
            return Response(render_template("console/sign_in.html", wrong=True, name=name), status=401)
        throttle.succeeded(name, address)
        session.clear()
        session["since"] = now.isoformat()
        login_user(Caller(row.name, row.role, _identity(row)))
        return redirect(_inside(request.args.get("next", "")))

    @web.post("/sign-out")
    def sign_out() -> ResponseReturnValue:
        logout_user()
        session.clear()
        return redirect(url_for("console.sign_in"))


def _turned_away(wait: timedelta) -> Response:
    seconds = max(1, int(wait.total_seconds()) + 1)
    page = render_template("console/sign_in.html", wait=-(-seconds // 60))
    return Response(page, status=429, headers={"Retry-After": str(seconds)})


def _inside(target: str) -> str:
    """A path of ours to go on to after signing in; never another site."""
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if ours else url_for("console.board_page")


def _ask_to_sign_in() -> ResponseReturnValue:
    if for_program():
        abort(401, "a key is needed: Authorization: Bearer KEY")
    wanted = request.full_path.rstrip("?") if request.method == "GET" and request.endpoint in LANDINGS else None
    return redirect(url_for("console.sign_in", next=wanted))


LANDINGS = frozenset({"console.cases_page", "console.case_page", "console.inbox_page", "console.promises_page"})


def for_program() -> bool:
    """Is this one of the API's routes?"""
    return request.path.startswith("/api/")


def token() -> str:
    """The session's own token for forms."""
    return str(session.setdefault("token", secrets.token_hex(16)))


def check_token() -> None:
    """Was this form (or this header) made under this very session? 403 otherwise."""
    told = request.headers.get("X-CSRF-Token") or request.form.get("token", "")
    if not told or not secrets.compare_digest(str(session.get("token", "")).encode(), told.encode()):
        abort(403, "This form is no longer valid. Go back, load the page anew and send it again.")


def _check_origin() -> None:
    """Nobody else's page may act, or read the API, in the name of who is signed in."""
    if not for_program():
        if request.method == "POST":
            check_token()
    elif current_user.identity:
        check_token()
    elif request.method == "POST" and not request.is_json:  # a form of another site can't claim to be JSON
        abort(415, "expected Content-Type: application/json")


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _has_key(asked: Request, hashed: Sequence[bytes]) -> bool:
    """Every key is compared, so that time tells nothing."""
    kind, _, key = asked.headers["Authorization"].partition(" ")
    brought = _digest(key.strip())
    found = [secrets.compare_digest(brought, known) for known in hashed]
    return kind.lower() == "bearer" and any(found)


def _address() -> str:
    """Where the request comes from. A proxy on this machine is believed about the last hop, and nobody else."""
    peer = request.remote_addr or ""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    try:
        return hops[-1] if hops and ipaddress.ip_address(peer).is_loopback else peer
    except ValueError:
        return peer


def _identity(row: Row[Any]) -> str:
    """What a session keeps: the person, and which password it was; with another password the session is over."""
    return f"{row.id}.{hashlib.sha256(row.password_hash.encode()).hexdigest()[:16]}"


def _still_here(db: Database, identity: str, since: str | None, now: datetime) -> Caller | None:
    """Asked on every request, so that who is let go, or gets another role, is so at once."""
    number = identity.partition(".")[0]
    if not since or not number.isdecimal() or datetime.fromisoformat(since) + LIFETIME <= now:
        return None
    with db.read() as connection:
        row = connection.execute(select(users).where(users.c.id == int(number), users.c.active)).first()
    if row is None or not secrets.compare_digest(_identity(row), identity):
        return None
    return Caller(row.name, row.role, identity)


@cache
def _nobody(hashing: str) -> str:
    """Checked for unknown names."""
    return generate_password_hash(secrets.token_hex(8), hashing)


def _known(db: Database, name: str, password: str, hashing: str) -> Row[Any] | None:
    with db.read() as connection:
        row = connection.execute(select(users).where(users.c.name == name, users.c.active)).first()
    right = check_password_hash(row.password_hash if row is not None else _nobody(hashing), password)
    return row if right else None
