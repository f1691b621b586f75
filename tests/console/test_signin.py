"""Who is let in, for how long, and how often a password may be guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from outreach import console
from outreach.bootstrap import Settings, read_settings
from outreach.console.throttle import BY_ADDRESS, BY_NAME, KEPT, WINDOW, Throttle
from outreach.core.terms import ConfigError, OutreachError
from outreach.store.tables import users
from tests.console.conftest import KEY, PASSWORD, QUICK, START, Clock, client, page, sign_in, token
from tests.engine.house import House

SignedIn = Callable[[str], tuple[FlaskClient, str]]


def own_user(house: House, name: str, role: str = "agent") -> str:
    """Somebody only this test knows, on this database."""
    console.create_user(house.db, name, PASSWORD, role, method=QUICK)
    return name


def test_signing_in_and_out(house: House) -> None:
    web = client(house)
    assert sign_in(web, "sue", "wrong").status_code == 401
    assert sign_in(web, "nobody at all").status_code == 401
    assert sign_in(web, "sue").status_code == 302
    html = page(web, "/")
    assert web.post("/sign-out", data={"token": "forged"}).status_code == 403
    assert web.post("/sign-out", data={"token": token(html)}).status_code == 302
    assert web.get("/").status_code == 302


def test_the_sign_in_form_needs_its_own_token(house: House) -> None:
    web = client(house)
    assert web.post("/sign-in", data={"name": "sue", "password": PASSWORD}).status_code == 403
    assert web.post("/sign-in", data={"name": "sue", "password": PASSWORD, "token": "ü"}).status_code == 403


@pytest.mark.parametrize(
    ("address", "secure"), [("https://outreach.example.com", True), ("http://localhost:8000", False)]
)
def test_the_session_cookie_is_kept_from_scripts_and_other_sites(house: House, address: str, secure: bool) -> None:
    web = client(house, settings=Settings(root=Path(), database_url="", public_url=address))
    answer = sign_in(web, "sue", base_url=address) if not secure else _over_https(web, address)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("outreach="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and ("Secure" in cookie) is secure
    assert "Expires" not in cookie  # it ends with the browser


def _over_https(web: FlaskClient, address: str) -> object:
    html = web.get("/sign-in", base_url=address).text
    return web.post("/sign-in", data={"name": "sue", "password": PASSWORD, "token": token(html)}, base_url=address)


def test_signing_in_begins_a_new_session(house: House) -> None:
    web = client(house)
    before = token(page(web, "/sign-in"))
    sign_in(web, "sue")
    assert token(page(web, "/")) != before


def test_a_session_ends_after_a_shift(house: House) -> None:
    clock = Clock(START)
    web = client(house, replace(house.runtime, clock=clock))
    sign_in(web, "sue")
    clock.at = START + timedelta(hours=11, minutes=59)
    assert web.get("/").status_code == 200
    clock.at = START + timedelta(hours=12)
    assert web.get("/").status_code == 302


@pytest.mark.parametrize("elsewhere", [{"REMOTE_ADDR": "10.9.8.7"}, {"HTTP_USER_AGENT": "another browser"}])
def test_a_cookie_taken_elsewhere_is_signed_out(house: House, elsewhere: dict[str, str]) -> None:
    web = client(house)
    sign_in(web, "sue")
    assert web.get("/", environ_overrides=elsewhere).status_code == 302


@pytest.mark.parametrize(
    ("name", "change"),
    [("gone", {"active": False}), ("new password", {"password_hash": generate_password_hash("another one", QUICK)})],
)
def test_who_is_let_go_or_gets_another_password_is_out_at_once(
    house: House, name: str, change: dict[str, object]
) -> None:
    own_user(house, name)
    web = client(house)
    sign_in(web, name)
    assert web.get("/").status_code == 200
    with house.db.begin() as tx:
        tx.execute(update(users).where(users.c.name == name).values(**change))
    assert web.get("/").status_code == 302


def test_another_role_counts_at_once(house: House) -> None:
    own_user(house, "promoted")
    web = client(house)
    sign_in(web, "promoted")
    assert web.get("/campaigns").status_code == 403
    with house.db.begin() as tx:
        tx.execute(update(users).where(users.c.name == "promoted").values(role="supervisor"))
    assert web.get("/campaigns").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [("/cases/L1", "/cases/L1"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"), ("", "/"),
     ("/a\r\nb", "/")],
)  # fmt: skip
def test_after_signing_in_one_goes_on_but_not_to_other_sites(house: House, wanted: str, goes: str) -> None:
    web = client(house)
    form = {"name": "sue", "password": PASSWORD, "token": token(page(web, "/sign-in"))}
    assert web.post("/sign-in", query_string={"next": wanted}, data=form).headers["Location"] == goes


def test_a_page_asked_for_before_signing_in_is_where_one_lands(house: House) -> None:
    web = client(house)
    asked = web.get("/cases?q=L1").headers["Location"]
    form = {"name": "sue", "password": PASSWORD, "token": token(page(web, asked))}
    assert web.post(asked, data=form).headers["Location"] == "/cases?q=L1"


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("new", "short", "agent"), ("new", PASSWORD, "king"), ("new", PASSWORD, "program"), ("sue", PASSWORD, "agent")],
)
def test_who_may_not_be_let_in(house: House, name: str, password: str, role: str) -> None:
    with pytest.raises(OutreachError):
        console.create_user(house.db, name, password, role)


# --- guessing -----------------------------------------------------------------------------------------------------------


def test_guessing_is_stopped_whatever_cookies_are_brought(house: House) -> None:
    own_user(house, "guessed")
    clock = Clock(START)
    web = client(house, replace(house.runtime, clock=clock))
    for _ in range(BY_NAME):
        assert sign_in(web.application.test_client(), "guessed", "wrong password").status_code == 401
    turned_away = sign_in(web.application.test_client(), "Guessed")  # the right password, and capitals, help nothing
    assert turned_away.status_code == 429 and int(turned_away.headers["Retry-After"]) > 0
    clock.at = START + WINDOW
    assert sign_in(web, "guessed").status_code == 302


def test_one_address_may_not_try_many_names(house: House) -> None:
    web = client(house, replace(house.runtime, clock=Clock(START)))
    tries = [
        sign_in(web, f"name {n}", "x", environ_overrides={"REMOTE_ADDR": "10.0.0.1"}) for n in range(BY_ADDRESS + 1)
    ]
    assert [answer.status_code for answer in tries] == [401] * BY_ADDRESS + [429]
    assert sign_in(web, "sue", environ_overrides={"REMOTE_ADDR": "10.0.0.2"}).status_code == 302


def test_a_proxy_on_this_machine_is_believed_and_others_are_not(house: House) -> None:
    web = client(house, replace(house.runtime, clock=Clock(START)))
    for n in range(BY_ADDRESS):
        sign_in(
            web, f"name {n}", "x", headers={"X-Forwarded-For": f"10.1.1.{n}, 10.0.0.1"}
        )  # the last hop is the proxy's word
    assert sign_in(web, "more", "x", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 429
    assert sign_in(web, "more", "x", headers={"X-Forwarded-For": "10.0.0.2"}).status_code == 401
    other = {"REMOTE_ADDR": "10.0.0.1"}
    assert (
        sign_in(web, "more", "x", headers={"X-Forwarded-For": "10.0.0.3"}, environ_overrides=other).status_code == 429
    )


def test_a_right_password_begins_anew() -> None:
    throttle = Throttle()
    for _ in range(3):
        for _ in range(BY_NAME - 1):
            assert throttle.take("ana", "10.0.0.1", START) is None
        throttle.succeeded("ana", "10.0.0.1")


def test_invented_names_do_not_fill_the_memory() -> None:
    throttle = Throttle()
    for n in range(KEPT):
        throttle.take(f"n{n}", f"a{n}", START + timedelta(microseconds=n))
    assert len(throttle._tries) <= KEPT
    assert all(throttle.take("ana", "10.0.0.1", START + timedelta(seconds=1)) is None for _ in range(BY_NAME))
    assert throttle.take("ana", "10.0.0.2", START + timedelta(seconds=1)) is not None


# --- keys of programs ---------------------------------------------------------------------------------------------------


def test_keys_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path).program_keys == ()
    assert read_settings({"OUTREACH_API_KEY": f"{KEY} {KEY}2"}, tmp_path).program_keys == (KEY, f"{KEY}2")
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert read_settings({"OUTREACH_API_KEY_FILE": str(tmp_path / "key")}, tmp_path).program_keys == (KEY,)
    with pytest.raises(ConfigError, match="OUTREACH_API_KEY: a key is too short"):
        read_settings({"OUTREACH_API_KEY": "short"}, tmp_path)
