"""The sample book is the one the generator makes, fictional throughout, and holds what a demo has to show."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from outreach.samples.make import BOOK, COLUMNS, START_ON, book_rows, make_book
from outreach.samples.places import words

FICTIONAL = re.compile(
    r"\+1\d{3}55501\d\d|\+447700900\d{3}|\+442079460\d{3}|\+61491570\d{3}|\+86199000\d{5}", re.ASCII
)  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return book_rows(START_ON)


def test_committed_book_is_what_the_generator_makes(tmp_path: Path) -> None:
    loans = make_book(START_ON, tmp_path / "book.csv")
    assert loans >= 520
    assert (tmp_path / "book.csv").read_bytes() == BOOK.read_bytes()
    with BOOK.open(encoding="utf-8", newline="") as file:
        assert csv.DictReader(file).fieldnames == list(COLUMNS)


def test_another_start_moves_the_dates_and_nothing_else(rows: list[dict[str, str]]) -> None:
    later = book_rows(START_ON + timedelta(days=100))
    dates = {"due_on", "sms_consent_on", "recorded_call_consent_on"}
    for before, after in zip(rows, later, strict=True):
        assert {k: v for k, v in before.items() if k not in dates} == {k: v for k, v in after.items() if k not in dates}
        for name in dates:
            moved = date.fromisoformat(before[name]) + timedelta(days=100) if before[name] else None
            assert after[name] == (moved.isoformat() if moved else "")


def test_another_seed_is_another_book(rows: list[dict[str, str]]) -> None:
    assert book_rows(START_ON, seed=8) != rows


def test_every_number_is_fictional_possible_and_one_persons(rows: list[dict[str, str]]) -> None:
    owners: dict[str, set[str]] = {}
    for row in rows:
        assert FICTIONAL.fullmatch(row["phone"]), row["phone"]
        assert phonenumbers.is_possible_number(phonenumbers.parse(row["phone"]))
        owners.setdefault(row["phone"], set()).add(row["debtor_ref"])
    assert {len(found) for found in owners.values()} == {1}


def test_only_the_drama_mobiles_of_the_united_kingdom_are_unassigned_to_phonenumbers(
    rows: list[dict[str, str]],
) -> None:
    unknown = {row["phone"] for row in rows if not phonenumbers.is_valid_number(phonenumbers.parse(row["phone"]))}
    assert unknown and all(phone.startswith("+447700900") for phone in unknown)


def test_dates_amounts_and_columns_are_as_the_contract_says(rows: list[dict[str, str]]) -> None:
    required = (
        "debtor_ref",
        "phone",
        "country",
        "loan_ref",
        "creditor",
        "collector",
        "currency",
        "amount_due",
        "due_on",
    )
    for row in rows:
        assert all(row[name] for name in required)
        assert -35 <= (date.fromisoformat(row["due_on"]) - START_ON).days <= 12
        assert Decimal(0) < Decimal(row["amount_due"]) < Decimal(row["balance"])
        if row["timezone"]:
            ZoneInfo(row["timezone"])


def test_one_loan_has_one_set_of_terms_and_one_debtor_one_name(rows: list[dict[str, str]]) -> None:
    terms: dict[str, set[tuple[str, ...]]] = {}
    names: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        about = ("creditor", "amount_due", "due_on", "balance", "product", "sms_consent_on", "debtor_ref")
        terms.setdefault(row["loan_ref"], set()).add(tuple(row[name] for name in about))
        person = ("name", "language", "country", "region", "city", "postcode", "timezone", "email", "tags")
        names.setdefault(row["debtor_ref"], set()).add(tuple(row[name] for name in person))
    assert all(len(found) == 1 for found in (*terms.values(), *names.values()))


def test_the_book_shows_what_a_demo_has_to_show(rows: list[dict[str, str]]) -> None:
    loans = {row["loan_ref"]: row for row in rows}
    debtors = Counter(row["debtor_ref"] for row in loans.values())
    phones = Counter(debtor for debtor, _ in {(row["debtor_ref"], row["phone"]) for row in rows})
    assert len(loans) >= 520
    assert len(debtors) >= 470
    assert max(debtors.values()) >= 2
    assert max(phones.values()) >= 2
    assert {"US", "CA", "CN", "GB", "AU"} == {row["country"] for row in rows}
    assert {"en", "es", "zh"} == {row["language"] for row in rows}
    assert {"personal", "auto", "card", "microloan"} == {row["product"] for row in rows}
    assert {"vip", "habitual_late"} <= {tag for row in rows for tag in row["tags"].split(";")}
    states = {row["region"] for row in rows if row["country"] == "US"}
    assert states >= set(words("FL TN KY IN ND SD ID OR MA NY WA HI AZ PR AK CA TX"))
    assert {row["region"] for row in rows if row["country"] == "CA"} == {"ON", "QC", "BC"}
    assert any(row["postcode"].startswith("10") and row["region"] == "NY" for row in rows)
    assert any(row["region"] == "CA" and row["country"] == "US" and row["phone"][2:5] in {"212", "617"} for row in rows)
    assert any(not row["region"] for row in rows)  # only the number says where


def test_texts_for_other_lenders_are_mostly_not_consented_to(rows: list[dict[str, str]]) -> None:
    third = [row for row in rows if row["collector"] == "third_party" and row["country"] == "US"]
    first = [row for row in rows if row["collector"] == "first_party"]
    assert sum(bool(row["sms_consent_on"]) for row in third) < 0.35 * len(third)
    assert 0.8 * len(first) < sum(bool(row["sms_consent_on"]) for row in first) < len(first)
