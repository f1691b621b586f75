"""Who may do what: every route of the console with every role, as the table says and as the server answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.console.roles import OPEN, ROUTES, Role, may
from tests.console.conftest import KEY, ROLES, Controls, client, page, sign_in, token
from tests.engine.house import House

# Roles are decided before a database is asked: one of the two is enough.
one_database = pytest.mark.parametrize("shared_db", ["sqlite"], indirect=True, scope="session")
# Written anew from what each of them is there for, not taken from the table under test.
S, A, C, P = Role.SUPERVISOR, Role.AGENT, Role.COMPLIANCE, Role.PROGRAM
EXPECTED: dict[str, set[Role]] = {
    "GET /": {S, A, C},
    "GET /board/fragment": {S, A, C},
    "POST /stop": {S, C},
    "POST /resume": {S},
    "GET /cases": {S, A, C},
    "GET /cases/L1": {S, A, C},
    "GET /inbox": {S, A, C},
    "GET /promises": {S, A, C},
    "GET /campaigns": {S, C},
    "POST /demo/clock": {S},
    "POST /record/note/nobody": {S, A, C},
    "POST /record/stop/nobody": {S, A, C},
    "POST /record/promise/nobody": {S, A},
    "POST /record/callback/nobody": {S, A},
    "POST /record/lift/nobody": {S, A},
    "POST /record/goes_on/nobody": {S, A},
    "POST /record/lift_stop/nobody": {S},
    "POST /tasks/0": {S, A},
    "POST /tasks/0/answer": {S, A},
    "POST /messages/0": {S, A},
    "GET /api/board": {S, C, P},
    "GET /api/cases/L1": {S, C, P},
    "POST /api/judge": {S, C, P},
    "POST /api/payments": {S, P},
    "POST /sign-out": {S, A, C},  # last: it ends the session
}
NAMES = {role: name for name, role in ROLES.items()}


@pytest.fixture(scope="module")
def browsers(house: House) -> Iterator[dict[str, tuple[FlaskClient, dict[str, str]]]]:
    """A browser, and the headers its requests carry, of each role and of a stranger."""
    found: dict[str, tuple[FlaskClient, dict[str, str]]] = {}
    first = client(house, controls=Controls())
    for role, name in NAMES.items():
        web = first.application.test_client()
        sign_in(web, name)
        found[role] = (web, {"X-CSRF-Token": token(page(web, "/promises"))})
    found[P] = (first.application.test_client(), {"Authorization": f"Bearer {KEY}"})
    found["stranger"] = (first.application.test_client(), {})
    yield found


def ask(browser: tuple[FlaskClient, dict[str, str]], route: str) -> int:
    web, headers = browser
    method, path = route.split()
    body = {"json": {}} if path.startswith("/api/") and method == "POST" else {}
    return web.open(path, method=method, headers=headers, **body).status_code  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [S, A, C, P])
@pytest.mark.parametrize("route", EXPECTED)
@one_database
def test_each_role_may_do_its_work_and_no_more(
    browsers: dict[str, tuple[FlaskClient, dict[str, str]]], route: str, role: Role
) -> None:
    status = ask(browsers[role], route)
    assert (status not in (401, 403)) == (role in EXPECTED[route]), status


@pytest.mark.parametrize("route", EXPECTED)
@one_database
def test_strangers_see_nothing(browsers: dict[str, tuple[FlaskClient, dict[str, str]]], route: str) -> None:
    assert ask(browsers["stranger"], route) == (401 if " /api/" in route else 302)


@one_database
def test_every_route_has_its_line_in_the_table(house: House) -> None:
    app: Flask = client(house, controls=Controls()).application
    endpoints = {
        rule.endpoint.removeprefix("console.") for rule in app.url_map.iter_rules() if "console." in rule.endpoint
    }
    assert endpoints == set(ROUTES) | OPEN
    adapter = app.url_map.bind("localhost")
    tried = {adapter.match(path, method)[0].removeprefix("console.") for method, path in map(str.split, EXPECTED)}
    assert tried == set(ROUTES)


def test_what_the_table_does_not_know_is_shut() -> None:
    assert not may("king", "board_page") and not may(Role.SUPERVISOR, "a new route")


@pytest.mark.parametrize(("role", "seen", "hidden"), [
    (S, ["Promise", "Stop contact", "Campaigns"], []),
    (A, ["Promise", "Stop contact"], ["Campaigns"]),
    (C, ["Stop contact", "Campaigns"], ["Record promise", "Note callback"]),
])  # fmt: skip
@one_database
def test_a_page_offers_only_what_one_may_do(house: House, role: Role, seen: list[str], hidden: list[str]) -> None:
    web = client(house)
    sign_in(web, NAMES[role])
    html = page(web, "/cases/L1")
    assert [word for word in seen if word not in html] == [] and [word for word in hidden if word in html] == []


@one_database
def test_health_and_signing_in_are_open_to_all(house: House) -> None:
    web = client(house)
    assert web.get("/healthz").status_code == 200 and web.get("/sign-in").status_code == 200
    assert web.get("/console/static/console.css").status_code == 200
