"""Who may see the console? People with a password and a role; forms carry a token of their session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import insert, select
from werkzeug.security import check_password_hash, generate_password_hash

from outreach.core.terms import OutreachError
from outreach.engine.runtime import Runtime
from outreach.store.database import Database
from outreach.store.tables import users

ROLES = frozenset({"supervisor", "agent", "compliance"})
SHORTEST = 10
TRIES = 5  # wrong passwords in one session before it is turned away
NOBODY = generate_password_hash(secrets.token_hex(8))  # checked for unknown names, so that they take as long


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    name: str
    role: str


def create_user(db: Database, name: str, password: str, role: str) -> None:
    """Let somebody sign in. Raises OutreachError for a short password, an unknown role or a taken name."""
    if len(password) < SHORTEST:
        raise OutreachError(f"the password is too short, expected at least {SHORTEST} characters")
    if role not in ROLES:
        raise OutreachError(f"no role {role!r}, expected one of {', '.join(sorted(ROLES))}")
    with db.begin() as tx:
        if tx.scalar(select(users.c.id).where(users.c.name == name)) is not None:
            raise OutreachError(f"{name} may sign in already")
        values = {"name": name, "password_hash": generate_password_hash(password), "role": role}
        tx.execute(insert(users).values(**values, active=True))


def guard(web: Blueprint, runtime: Runtime, *, free: bool) -> None:
    """Put every page behind sign-in, unless `free` (the demo, on this machine only), and forms behind their token."""

    @web.before_request
    def only_known_people() -> ResponseReturnValue | None:
        if request.endpoint in OPEN:
            return None
        if not free and not _still_here(runtime.db):
            asked_by_program = request.path.startswith("/api/")
            return (jsonify(error="sign in first"), 401) if asked_by_program else redirect(url_for("console.sign_in"))
        if request.method == "POST" and not request.path.startswith("/api/"):
            _check_token()
        return None

    @web.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> ResponseReturnValue:
        if request.method == "GET":
            return render_template("console/sign_in.html", wrong=False)
        _check_token()
        if int(session.get("tries", 0)) >= TRIES:
            abort(429)
        person = _known(runtime.db, request.form.get("name", ""), request.form.get("password", ""))
        if person is None:
            session["tries"] = int(session.get("tries", 0)) + 1
            return Response(render_template("console/sign_in.html", wrong=True), status=401)
        session.clear()
        session.update(name=person.name, role=person.role)
        return redirect(url_for("console.board_page"))

    @web.route("/sign-out", methods=["POST"])
    def sign_out() -> ResponseReturnValue:
        session.clear()
        return redirect(url_for("console.sign_in"))

    @web.app_context_processor
    def for_every_page() -> dict[str, Any]:
        return {"token": token, "signed_in": session.get("name")}


OPEN = frozenset({"console.sign_in", "console.static", "console.healthz"})


def token() -> str:
    """The session's own token for forms."""
    return str(session.setdefault("token", secrets.token_hex(16)))


def _check_token() -> None:
    if not secrets.compare_digest(str(session.get("token", "")), request.form.get("token", "-")):
        abort(403)


def _still_here(db: Database) -> bool:
    """Is somebody signed in who may still be? Asked on every request, so that who is let go is out at once."""
    if "name" not in session:
        return False
    with db.read() as connection:
        query = select(users.c.role).where(users.c.name == session["name"], users.c.active)
        return connection.scalar(query) is not None


def _known(db: Database, name: str, password: str) -> Person | None:
    with db.read() as connection:
        row = connection.execute(select(users).where(users.c.name == name, users.c.active)).first()
    right = check_password_hash(row.password_hash if row is not None else NOBODY, password)
    return Person(row.name, row.role) if row is not None and right else None
