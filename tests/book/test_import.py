"""What may stand in a row? What can't be loaded goes into a file beside the book with its reasons; the rest is loaded."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.audit import audit
from outreach.book import import_book
from outreach.book.loading import MANY
from outreach.book.merging import merge
from outreach.book.rows import BookRow, RowReader
from outreach.core.terms import ConfigError
from outreach.samples.make import BOOK
from outreach.store.database import Database
from outreach.store.tables import addresses, case_events, cases, consents, debtors, phones
from tests.book.shelf import NOW, Shelf, row


def test_a_row_becomes_a_debtor_a_number_and_a_case(shelf: Shelf) -> None:
    outcome = shelf.load(row(tags="vip;late; vip"))
    assert (outcome.rows, outcome.created, outcome.debtors_created, outcome.rejected) == (1, 1, 1, 0)
    assert outcome.rejects is None and not shelf.rejects.exists()
    [debtor], [phone], [address] = shelf.rows(debtors), shelf.rows(phones), shelf.rows(addresses)
    assert (debtor.ref, debtor.name, debtor.language, debtor.country) == ("D1", "Maria Lopez", "es", "US")
    assert (phone.e164, phone.kind, phone.place, phone.rank) == ("+15185550123", "mobile", "personal", 0)
    assert (address.street, address.region, address.postcode) == ("1 Elm Street", "NY", "12207")
    case = shelf.case()
    assert (case.status, case.amount_due_minor, case.balance_minor) == ("active", 12000, 90000)
    assert (case.due_on.isoformat(), case.tags, case.plan_dirty) == ("2027-03-15", ["late", "vip"], True)
    given = {(c.kind, c.given_to, c.at.date().isoformat(), c.phone_id) for c in shelf.rows(consents)}
    assert given == {(kind, "us", "2026-01-01", phone.id) for kind in ("sms", "recorded_call")}
    [(kind, detail)] = shelf.log()
    assert kind == "opened" and detail["phones"] == [phone.digest] and detail["now"]["status"] == "active"
    assert audit(shelf.db) == []


def test_the_log_tells_nothing_personal(shelf: Shelf) -> None:
    shelf.load(row())
    shelf.load(row(name="Marie Lopez", phone="+15185550188", address="2 Oak Street", email="new@example.com"))
    said = re.sub(r"\b[0-9a-f]{64}\b", "digest", " ".join(e.detail for e in shelf.rows(case_events)))
    assert "digest" in said
    for word in ("Maria", "Marie", "Lopez", "5185550", "Elm", "Oak", "example.com", "2345"):
        assert word not in said


def test_the_sample_book(shelf: Shelf) -> None:
    outcome = import_book(shelf.db, BOOK, NOW, rejects=shelf.rejects)
    assert outcome.rejected == 0 and outcome.created == len(shelf.rows(cases)) >= 520
    assert audit(shelf.db) == []
    again = import_book(shelf.db, BOOK, NOW, rejects=shelf.rejects)
    assert (again.created, again.updated, again.unchanged) == (0, 0, outcome.created)


def test_rows_of_one_debtor_are_one_person(shelf: Shelf) -> None:
    outcome = shelf.load(
        row(),
        row(phone="(518) 555-0124", phone_place="work", phone_kind=""),
        row(loan_ref="L2", amount_due="7"),
        row(debtor_ref="D2", name="Ana Ruiz", loan_ref="L3"),
        row(name="", loan_ref="L2", amount_due="7", phone="518.555.0125", address="9 Ash Street"),
    )
    assert (outcome.created, outcome.debtors_created) == (3, 2)
    ids = {d.ref: d.id for d in shelf.rows(debtors)}
    numbers = {(p.debtor_id, p.e164): (p.kind, p.place, p.rank) for p in shelf.rows(phones)}
    assert numbers == {
        (ids["D1"], "+15185550123"): ("mobile", "personal", 0),
        (ids["D1"], "+15185550124"): ("unknown", "work", 1),
        (ids["D1"], "+15185550125"): ("mobile", "personal", 2),
        (ids["D2"], "+15185550123"): ("mobile", "personal", 0),
    }
    assert {(c.ref, c.debtor_id) for c in shelf.rows(cases)} == {
        ("L1", ids["D1"]), ("L2", ids["D1"]), ("L3", ids["D2"]),
    }  # fmt: skip
    assert [a.street for a in shelf.rows(addresses) if a.debtor_id == ids["D1"]] == ["1 Elm Street", "9 Ash Street"]


def test_the_same_row_twice_is_one(shelf: Shelf) -> None:
    outcome = shelf.load(row(), row(), row())
    assert (outcome.rows, outcome.created, outcome.unchanged, outcome.rejected) == (3, 1, 0, 0)
    assert len(shelf.rows(phones)) == len(shelf.rows(case_events)) == 1 and len(shelf.rows(consents)) == 2


# What is said of each bad cell, in words that name the column and what was expected.
BAD: tuple[tuple[dict[str, str], str], ...] = (
    ({"due_on": "2027-02-30"}, "due_on: '2027-02-30' is no date, expected YYYY-MM-DD"),
    ({"due_on": "15/03/2027"}, "due_on: '15/03/2027' is no date, expected YYYY-MM-DD"),
    ({"due_on": "2027-3-5"}, "due_on: '2027-3-5' is no date, expected YYYY-MM-DD"),
    ({"due_on": "20270315"}, "due_on: '20270315' is no date"),
    ({"due_on": "0027-03-15"}, "due_on: '0027-03-15' can't be meant, expected a year from 1970 to 2100"),
    ({"due_on": ""}, "due_on: is empty"),
    ({"amount_due": "1,200.00"}, "amount_due: '1,200.00' is no amount"),
    ({"amount_due": "-120.00"}, "amount_due: '-120.00' is no amount"),
    ({"amount_due": "$120"}, "amount_due: '$120' is no amount"),
    ({"amount_due": "120,50"}, "amount_due: '120,50' is no amount"),
    ({"amount_due": "1.2E+05"}, "amount_due: '1.2E+05' is no amount"),
    ({"amount_due": "NaN"}, "amount_due: 'NaN' is no amount"),
    ({"amount_due": "١٢٠"}, "amount_due: '١٢٠' is no amount"),
    ({"amount_due": "120.005"}, "amount_due: '120.005' has more decimals than USD knows (2)"),
    ({"amount_due": "999999999999999"}, "amount_due: '999999999999999' can't be meant"),
    ({"amount_due": "999999999999999", "currency": "CLF"}, "amount_due: '999999999999999' can't be meant"),
    ({"amount_due": "120.50", "currency": "JPY", "balance": ""}, "amount_due: '120.50' has more decimals than JPY"),
    ({"balance": "lots"}, "balance: 'lots' is no amount"),
    ({"currency": "usd"}, "currency: 'usd' is no ISO 4217 currency, did you mean 'USD'?"),
    ({"currency": "DOLLARS"}, "currency: 'DOLLARS' is no ISO 4217 currency"),
    ({"phone": "12"}, "phone: '12' is no number that exists in US"),
    ({"phone": "n/a"}, "phone: 'n/a' is no phone number in US"),
    ({"phone": "1.51856E+10"}, "phone: '1.51856E+10' is no phone number in US"),
    ({"phone": "+1 518 555 0123 ext 5"}, "phone: '+1 518 555 0123 ext 5' has an extension"),
    ({"phone": "518-555-0123, 518-555-0124"}, "phone: '518-555-0123, 518-555-0124' is no phone number"),
    ({"phone": "+19005550123"}, "phone: '+19005550123' is a premium-rate number, not a person's"),
    ({"phone": "8005550123"}, "phone: '8005550123' is a toll-free number, not a person's"),
    ({"phone": "+442079460000", "country": "XX"}, "country: 'XX' is no country"),
    ({"country": "us"}, "country: 'us' is no country, did you mean 'US'?"),
    ({"country": "United States"}, "country: 'United States' is no country, did you mean 'US'?"),
    ({"country": "UK"}, "country: 'UK' is no country, did you mean 'GB'?"),
    ({"region": "New York"}, "region: 'New York' is no region of US"),
    ({"region": "ny"}, "region: 'ny' is no region of US, did you mean 'NY'?"),
    ({"region": "US-NY"}, "region: 'US-NY' is no region of US, did you mean 'NY'?"),
    ({"region": "ON"}, "region: 'ON' is no region of US"),
    ({"timezone": "EST5"}, "timezone: 'EST5' is no IANA time zone"),
    ({"timezone": "America/New York"}, "timezone: 'America/New York' is no IANA time zone, did you mean 'America/New_"),
    ({"language": "klingonese"}, "language: 'klingonese' is no language"),
    ({"email": "maria at example"}, "email: 'maria at example' is no e-mail address"),
    ({"email": "ma\x00ria@example.com"}, "email: 'ma\\x00ria@example.com' is no e-mail address"),
    ({"phone_kind": "cell"}, "phone_kind: 'cell' is not one of mobile, landline, voip, unknown"),
    ({"phone_place": "office"}, "phone_place: 'office' is not one of personal, work"),
    ({"collector": "third-party"}, "collector: 'third-party' is not one of first_party, third_party, did you mean 'th"),
    ({"sms_consent_on": "yes"}, "sms_consent_on: 'yes' is no date, expected YYYY-MM-DD"),
    ({"recorded_call_consent_on": "TRUE"}, "recorded_call_consent_on: 'TRUE' is no date"),
    ({"sms_consent_on": "2027-03-11"}, "sms_consent_on: 2027-03-11 is still to come"),
    ({"name": "=HYPERLINK(\"http://x\")"}, "name: '=HYPERLINK(\"http://x' begins like a spreadsheet formula"),
    ({"name": "@SUM(A1)"}, "name: '@SUM(A1)' begins like a spreadsheet formula"),
    ({"address": "+cmd|' /C calc'!A0"}, "address: \"+cmd|' /C calc'!A0\" begins like a spreadsheet formula"),
    ({"tags": "vip;-2+3+cmd"}, "tags: '-2+3+cmd' begins like a spreadsheet formula"),
    ({"loan_ref": "L\n1"}, "loan_ref: there are control characters or odd spaces in it"),
    ({"debtor_ref": "D\u00a01"}, "debtor_ref: there are control characters or odd spaces in it"),
    ({"name": "x" * 201}, "name: 201 characters, at most 200 are kept"),
    ({"address": "y" * 100_000}, "address: 100000 characters, at most 300 are kept"),
    ({"phone": "5" * 100_000}, "phone: '5555555555"),
    ({"timezone": "z" * 100_000}, "timezone: 'zzzzzzzzzz"),
    ({"tags": "t" * 51}, "tags: tag 'tttttttttttttttttttt'... is longer than 50"),
)  # fmt: skip


def test_each_bad_row_is_named_and_all_others_are_loaded(shelf: Shelf) -> None:
    bad = [row(**({"debtor_ref": f"D{n}", "loan_ref": f"L{n}"} | cells)) for n, (cells, _) in enumerate(BAD, 100)]
    outcome = shelf.load(row(debtor_ref="first", loan_ref="first"), *bad, row(debtor_ref="last", loan_ref="last"))
    assert (outcome.rows, outcome.created, outcome.rejected) == (len(bad) + 2, 2, len(bad))
    assert outcome.rejects == shelf.rejects
    assert [case.ref for case in shelf.rows(cases)] == ["first", "last"]
    found = list(shelf.reasons().values())
    missing = [(said, told) for (_, told), said in zip(BAD, found, strict=True) if not said.startswith(told)]
    assert missing == []
    assert max(map(len, found)) < 400


def test_every_reason_of_a_row_is_told_at_once(shelf: Shelf) -> None:
    shelf.load(row(phone="12", due_on="soon", amount_due="", currency="EURO"))
    assert shelf.reasons() == {
        2: "amount_due: is empty; currency: 'EURO' is no ISO 4217 currency, did you mean 'EUR'?; "
        "due_on: 'soon' is no date, expected YYYY-MM-DD; phone: '12' is no number that exists in US"
    }


def test_rejects_keep_the_row_as_it_was_and_are_imported_once_mended(shelf: Shelf) -> None:
    """Lines are those of the file, where a quoted line end counts; what was mended is imported with our columns in it."""
    bad = row(debtor_ref="D2", loan_ref="L2", due_on="soon", address='5 "B" Street, rear', name="李 梅")
    shelf.load(row(address="1 Elm Street\nApt 4"), bad)
    [kept] = shelf.refused()
    assert list(kept)[:2] == ["rejected_line", "rejected_because"] and kept["rejected_line"] == "4"
    assert {name: kept[name] for name in bad} == bad
    mended = kept | {"due_on": "2027-03-20"}
    outcome = shelf.load(mended)
    assert (outcome.created, outcome.rejected) == (1, 0) and not shelf.rejects.exists()
    assert {d.ref: d.name for d in shelf.rows(debtors)} == {"D1": "Maria Lopez", "D2": "李 梅"}


def test_rows_of_another_width_are_rejected_with_every_cell(shelf: Shelf) -> None:
    header = "debtor_ref,phone,country,loan_ref,creditor,collector,currency,amount_due,due_on"
    short = "D1,+15185550123,US,L1"
    long = "D2,+15185550123,US,L2,Blue Bank, Inc.,first_party,USD,120.00,2027-03-15"
    shelf.raw(f"{header}\n{short}\n{long}\n")
    assert shelf.reasons() == {2: "4 cells, the header has 9", 3: "10 cells, the header has 9"}
    assert shelf.rejects.read_text().splitlines()[1:] == [
        f'2,"4 cells, the header has 9",{short}',
        f'3,"10 cells, the header has 9",{long}',
    ]


def test_formulas_are_harmless_in_the_rejects_file(shelf: Shelf) -> None:
    shelf.load(row(name='=HYPERLINK("http://x")', phone="=1+1", balance="-5", city="@x"))
    [kept] = shelf.refused()
    assert (kept["name"], kept["phone"], kept["balance"]) == ('\'=HYPERLINK("http://x")', "'=1+1", "-5")
    shelf.load({name: cell for name, cell in kept.items() if name in row()})
    assert shelf.reasons()[2].count("begins like a spreadsheet formula") == 2  # not mended: rejected again


def test_what_stands_between_the_lines_is_read_kindly(shelf: Shelf) -> None:
    outcome = shelf.load(
        row(
            name="Maria\u00a0 Lopez\n", address="1 Elm Street\r\nApt\t4", city="\u3000Albany", creditor="Blue  Bank",
            product="-", tags=" ; ", language="ES_mx", phone="'+1 (518) 555-0123",
        ),
        row(debtor_ref="D2", loan_ref="L2", name="می\u200cخواهم"),
    )  # fmt: skip
    assert outcome.rejected == 0, shelf.reasons()
    first, second = shelf.rows(debtors)
    assert (first.name, first.language, second.name) == ("Maria Lopez", "es", "می\u200cخواهم")
    assert shelf.rows(addresses)[0].street == "1 Elm Street Apt 4"
    assert (shelf.case().creditor, shelf.case().tags) == ("Blue Bank", [])


QUARRELS: tuple[tuple[dict[str, str], str], ...] = (
    ({"name": "Mario Lopez"}, "rows of debtor 'D1' contradict each other: name in lines 2, 3"),
    ({"timezone": "America/Chicago"}, ""),  # an empty cell contradicts nothing
    ({"debtor_ref": "D2"}, "rows of loan 'L1' contradict each other: debtor_ref in lines 2, 3"),
    ({"due_on": "2027-03-16"}, "rows of loan 'L1' contradict each other: due_on in lines 2, 3"),
    ({"amount_due": "120.01"}, "rows of loan 'L1' contradict each other: amount_due in lines 2, 3"),
    ({"phone_kind": "landline"}, "rows of number '+15185550123' contradict each other: phone_kind in lines 2, 3"),
)


@pytest.mark.parametrize(("cells", "said"), QUARRELS, ids=[str(cells) for cells, _ in QUARRELS])
def test_rows_that_contradict_each_other_are_all_left_out(
    cells: dict[str, str], said: str, sqlite_db: object, tmp_path: Path
) -> None:
    shelf = Shelf(sqlite_db, tmp_path)  # type: ignore[arg-type]
    shelf.load(row(), row(**cells), row(debtor_ref="D9", loan_ref="L9"))
    assert set(shelf.reasons().values()) == ({said} if said else set())
    assert [case.ref for case in shelf.rows(cases)] == (["L9"] if said else ["L1", "L9"])


def test_nothing_due_opens_and_closes(shelf: Shelf) -> None:
    shelf.load(row(amount_due="0"))
    assert (shelf.kinds(), shelf.case().status) == (["opened", "closed"], "closed")
    assert audit(shelf.db) == []


def test_many_parts_and_one_debtor_larger_than_a_part(shelf: Shelf) -> None:
    many = [row(debtor_ref=f"D{n}", loan_ref=f"L{n}") for n in range(1100)]
    big = [row(debtor_ref="Big", loan_ref=f"B{n}") for n in range(1050)]
    seen: list[tuple[int, int]] = []
    shelf.load(row())
    shelf.path.write_text(shelf.path.read_text())
    outcome = shelf.load(*many[:600], *big[:700], *many[600:], *big[700:])
    assert (outcome.created, outcome.debtors_created) == (2149, 1100)  # D1 and L1 stood already
    import_book(shelf.db, shelf.path, NOW, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and seen[-1][0] == seen[-1][1]
    with shelf.db.read() as connection:
        refs = connection.scalars(select(cases.c.debtor_id).where(cases.c.ref.like("B%"))).all()
    assert len(refs) == 1050 and len(set(refs)) == 1


def test_postgresql_knows_how_large_its_tables_are_after_a_large_import(pg_db: Database, tmp_path: Path) -> None:
    """Else it reads whole tables, debtor by debtor, until it looks by itself: five times as long for every step."""
    shelf = Shelf(pg_db, tmp_path)
    shelf.load(*(row(loan_ref=f"L{n}", debtor_ref=f"D{n}") for n in range(MANY)))
    with pg_db.read() as connection:
        known = connection.exec_driver_sql("SELECT reltuples FROM pg_class WHERE relname = 'phones'").scalar()
    assert known == MANY


def test_the_collector_is_as_it_was_after_an_import_whatever_came_of_it(shelf: Shelf) -> None:
    shelf.load(row())
    assert gc.isenabled()
    with pytest.raises(ConfigError):
        shelf.raw(shelf.path.read_text() + 'D2,"never closed')
    assert gc.isenabled()


def test_a_new_case_is_written_once_with_its_first_line_in_place(pg_db: Database) -> None:
    """A second version at once would have to be told to its indexes, and taken away later."""
    reader = RowReader(tuple(row()), NOW.date())
    read = [reader.read(n, [*row(loan_ref=f"L{n}", debtor_ref=f"D{n}").values()]) for n in range(MANY)]
    query = "SELECT n_tup_ins, n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'cases'"
    with pg_db.begin() as tx:
        merge(tx, [outcome for outcome in read if isinstance(outcome, BookRow)], NOW)
        assert tx.exec_driver_sql(query).one() == (MANY, 0)
