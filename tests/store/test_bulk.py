"""Many rows at once say what as many single statements would, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from outreach.core.terms import AttemptState
from outreach.store.bulk import among, insert_new, insert_rows, new_ids, rows_in, update_rows
from outreach.store.database import Database
from outreach.store.tables import agents, carrier_inbox, debtors, settings

COLUMNS = ("carrier", "kind", "dedupe", "received_at", "raw", "state", "tries")
AT = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)


def report(dedupe: str) -> tuple[object, ...]:
    return ("fake", "inbound_sms", dedupe, AT, f'{{"said": "{dedupe}"}}', "new", 0)


@pytest.fixture
def three(db: Database) -> list[int]:
    with db.begin() as tx:
        insert_rows(tx, carrier_inbox, COLUMNS, [report(name) for name in "abc"])
        return list(tx.scalars(select(carrier_inbox.c.id).order_by(carrier_inbox.c.id)))


def test_among_finds_those_and_no_others(db: Database, three: list[int]) -> None:
    with db.read() as connection:
        query = select(carrier_inbox.c.dedupe).where(
            among(connection, carrier_inbox.c.id, (three[2], three[0], 10**12))
        )
        assert sorted(connection.scalars(query)) == ["a", "c"]
        none = select(carrier_inbox.c.dedupe).where(among(connection, carrier_inbox.c.id, []))
        assert list(connection.scalars(none)) == []


def test_among_gives_postgresql_an_array_and_no_text_to_read_anew_for_every_row(db: Database, three: list[int]) -> None:
    if db.is_sqlite:
        return
    with db.read() as connection:
        query = select(carrier_inbox.c.dedupe).where(among(connection, carrier_inbox.c.id, three))
        compiled = query.compile(dialect=connection.dialect)
        connection.execute(text("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars().all()
    assert any("Filter" in line and "bigint[]" in line for line in plan), plan
    assert not any("cstring" in line or "text" in line for line in plan), plan


def test_rows_come_in_ascending_values_however_many(db: Database, three: list[int]) -> None:
    with db.read() as connection:
        found = rows_in(
            connection, select(carrier_inbox.c.id), carrier_inbox.c.id, [*range(-5000, 0), *reversed(three)]
        )
        assert [row.id for row in found] == three


def test_updates_reach_each_its_own_row(db: Database, three: list[int]) -> None:
    with db.begin() as tx:
        update_rows(tx, carrier_inbox, ("id", "state", "tries"), [(three[0], "applied", 2), (three[2], "unmatched", 3)])
        rows = tx.execute(select(carrier_inbox.c.state, carrier_inbox.c.tries).order_by(carrier_inbox.c.id)).all()
    assert [tuple(row) for row in rows] == [("applied", 2), ("new", 0), ("unmatched", 3)]


AWKWARD = ('"', "\\", '\\"', "{a,b}", "NULL", "null", "", " ", "a\nb\t", "€ 分 é", "'; --", AttemptState.PLACED)


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_is_written_as_it_is(db: Database, three: list[int], text: str) -> None:
    with db.begin() as tx:
        update_rows(tx, carrier_inbox, ("id", "error", "raw"), [(three[0], text, "x"), (three[1], "y", None)])
        found = tx.execute(select(carrier_inbox.c.error, carrier_inbox.c.raw).order_by(carrier_inbox.c.id)).all()
    assert found[:2] == [(text, "x"), ("y", None)]


def test_what_is_there_or_comes_twice_is_not_inserted(db: Database, three: list[int]) -> None:
    assert three
    with db.begin() as tx:
        rows = [report(name) for name in ("d", "a", "d", "e")]
        assert insert_new(tx, carrier_inbox, COLUMNS, rows, "dedupe") == [True, False, False, True]
        assert sorted(tx.scalars(select(carrier_inbox.c.dedupe))) == ["a", "b", "c", "d", "e"]


ODD = ('{"a": "b\\\\c\\""}', "{,}", "NULL", "", "a\tb\n", "'好' \\N")


def test_each_row_keeps_its_own_values_also_where_most_are_the_same(db: Database) -> None:
    """Columns that are the same in all rows are given once; texts with every sign that means something to somebody."""
    rows = [("fake", "sms", f"d{n}", AT + timedelta(n % 2), raw, "new", n) for n, raw in enumerate((*ODD, None))]
    same = [("fake", "sms", f"e{n}", AT, None, "new", 0) for n in range(2)]
    query = select(*(carrier_inbox.c[name] for name in COLUMNS)).order_by(carrier_inbox.c.id)
    with db.begin() as tx:
        assert all(insert_new(tx, carrier_inbox, COLUMNS, rows, "dedupe"))
        assert all(insert_new(tx, carrier_inbox, COLUMNS, same, "dedupe"))
        assert [tuple(row) for row in tx.execute(query)] == rows + same


def test_one_statement_is_a_transaction_of_its_own(db: Database, three: list[int]) -> None:
    assert three
    with db.begin(one_statement=True) as tx:
        insert_new(tx, carrier_inbox, COLUMNS, [report("d")], "dedupe")
    with pytest.raises(DBAPIError), db.begin(one_statement=True) as tx:
        insert_new(tx, carrier_inbox, COLUMNS, [report("e"), (*report("f")[:-1], None)], "dedupe")
    with db.begin() as tx, tx.begin_nested() as inner:  # the connections are as they were
        insert_new(tx, carrier_inbox, COLUMNS, [report("g")], "dedupe")
        inner.rollback()
    with db.read() as connection:
        assert sorted(connection.scalars(select(carrier_inbox.c.dedupe))) == ["a", "b", "c", "d"]


def test_new_ids_are_nobody_elses(db: Database, three: list[int]) -> None:
    with db.begin() as tx:
        ids = new_ids(tx, carrier_inbox, 5)
        assert len(set(ids)) == 5 and ids == sorted(ids) and min(ids) > max(three)


def test_values_are_bound_as_the_tables_know_them(db: Database, three: list[int]) -> None:
    with db.begin() as tx:
        insert_rows(tx, settings, ("name", "value"), [("quote", "it's \\ a\ttab\nline"), ("han", "五百")])
        kept = dict(row._tuple() for row in tx.execute(select(settings.c.name, settings.c.value)))
        assert kept["quote"] == "it's \\ a\ttab\nline" and kept["han"] == "五百"
        assert set(tx.scalars(select(carrier_inbox.c.received_at))) == {AT} and three


ODD = [
    "plain",
    "",
    "NULL",
    "null",
    r"\N",
    "tab\tnew\nline\r",
    'a "quote", {braces} and \\ it\'s',
    "五百 👍",
    " ",
    "\x7f\x01",
]


def test_odd_texts_come_back_as_they_were_whichever_way_they_go_in(db: Database) -> None:
    """Copied, updated, inserted where new, looked for: each has its own marks to escape."""
    columns = ("carrier", "kind", "dedupe", "received_at", "raw", "state", "tries", "applied_at")
    rows = [("fake", "x", f"{n}{odd}", AT, odd, "new", n, AT if n % 2 else None) for n, odd in enumerate(ODD)]
    with db.begin() as tx:
        insert_rows(tx, carrier_inbox, columns, rows[:5])
        assert insert_new(tx, carrier_inbox, columns, rows, "dedupe") == [False] * 5 + [True] * 5
        query = select(*(carrier_inbox.c[name] for name in columns))
        found = rows_in(tx, query, carrier_inbox.c.dedupe, [row[2] for row in rows])
        assert sorted(map(tuple, found), key=lambda row: row[6]) == rows
        ids = tx.execute(select(carrier_inbox.c.id).order_by(carrier_inbox.c.tries)).scalars().all()
        moved = [(key, row[4][::-1] or None, row[7] and AT) for key, row in zip(ids, rows, strict=True)]
        update_rows(tx, carrier_inbox, ("id", "error", "applied_at"), moved)
        errors = tx.scalars(select(carrier_inbox.c.error).order_by(carrier_inbox.c.tries)).all()
        assert list(errors) == [error for _, error, _ in moved]


def test_bytes_and_lists_and_no_value_come_back_as_they_were(db: Database) -> None:
    person = ("ref", "salt", "country", "shard", "facts_version", "created_at")
    agent = ("name", "phone", "hours", "timezone", "languages", "active")
    salts = [b"\x00\\\t\n'\"", b"", None]
    hours = [{"mon": ["09:00", "17:00"]}, [], {"say": 'it\'s "so" \\ \n'}]
    with db.begin() as tx:
        insert_rows(tx, debtors, person, [(f"D{n}", salt, "US", 0, 0, AT) for n, salt in enumerate(salts)])
        insert_rows(tx, agents, agent, [(f"A{n}", "1", each, "UTC", ["en"], n == 1) for n, each in enumerate(hours)])
        assert list(tx.scalars(select(debtors.c.salt).order_by(debtors.c.ref))) == salts
        assert [tuple(row) for row in tx.execute(select(agents.c.hours, agents.c.active).order_by(agents.c.name))] == [
            (each, n == 1) for n, each in enumerate(hours)
        ]
        ids = list(tx.scalars(select(agents.c.id).order_by(agents.c.name)))
        update_rows(tx, agents, ("id", "hours", "active"), [(key, [key, "\\"], False) for key in ids])
        assert list(tx.scalars(select(agents.c.hours).order_by(agents.c.name))) == [[key, "\\"] for key in ids]
    with pytest.raises(Exception, match="naive instant"), db.begin() as tx:
        insert_rows(tx, debtors, person, [("D9", None, "US", 0, 0, AT.replace(tzinfo=None))])
