"""How do thousands of rows get in and out quickly, on SQLite and on PostgreSQL?

Values are given as the tables know them (aware instants, dates, lists for JSON); each helper works inside the caller's
transaction and fires the same triggers as single statements do. PostgreSQL: COPY in, arrays for updates. SQLite: one
prepared statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    any_,
    bindparam,
    cast,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import NULLTYPE

CHUNK = 2000  # values in one query
Values = Sequence[Any]


def among(tx: Connection, column: Column[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """`where(among(tx, cases.c.id, ids))`: the column, a whole number, is one of `ids`.

    PostgreSQL takes them as one value: hundreds of parameters are slow to split and cast. It is given as an array, not
    as text to cast: that would be read anew for every row looked at. SQLite as a list, by which it knows how few they are.
    """
    if tx.dialect.name == "sqlite":
        return column.in_(list(ids))
    array = bindparam(None, _spelled(tuple(ids)), type_=NULLTYPE, unique=True)
    return column == any_(cast(array, ARRAY(BigInteger)))


@lru_cache(maxsize=16)  # a batch asks every table about the same debtors
def _spelled(ids: tuple[int, ...]) -> str:
    return f"{{{','.join(map(str, ids))}}}"


def insert_rows(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Insert `rows`, each in the order of `columns`. Defaults of the table are not filled in: name every column."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    ready = _bound(tx, table, columns, rows)
    if tx.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        tx.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(ready))
        return
    with (
        _driver(tx).cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
    ):
        for row in ready:
            copy.write_row(row)


def inserting(tx: Connection, table: Table) -> Any:
    """An INSERT that knows what to do where the row is there already (`on_conflict_...`), in the words of this database."""
    return (sqlite if tx.dialect.name == "sqlite" else postgresql).insert(table)


def insert_new(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values], key: str) -> list[bool]:
    """Insert `rows`, each in the order of `columns`, but none whose unique `key` is there already or comes twice. For
    each: was it new?"""
    if not rows:
        return []
    names = ", ".join(f'"{name}"' for name in columns)
    ready = list(_bound(tx, table, columns, rows))
    if tx.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        text = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO NOTHING"
        return [_driver(tx).execute(text, row).rowcount == 1 for row in ready]
    # A column that is the same in every row is given once: an array costs its client more than its server.
    given = {name: list(column) for name, column in zip(columns, zip(*ready, strict=True), strict=True)}
    vary = [name for name in columns if name == key or any(value != given[name][0] for value in given[name])]
    kinds = {name: table.c[name].type.compile(dialect=tx.dialect) for name in columns}
    picked = ", ".join(f'v."{name}"' if name in vary else f"%s::{kinds[name]}" for name in columns)
    # In binary (%b): as text each quote of a JSON is escaped, one after the other, in Python.
    arrays = ", ".join(f"%b::{kinds[name]}[]" for name in vary)
    as_named = ", ".join(f'"{name}"' for name in vary)
    with _driver(tx).cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table.name} ({names}) SELECT {picked} FROM unnest({arrays}) AS v({as_named}) "
            f"ON CONFLICT ({key}) DO NOTHING RETURNING {key}",
            [given[name][0] for name in columns if name not in vary] + [given[name] for name in vary],
        )
        new = {found for (found,) in cursor.fetchall()}
    place = list(columns).index(key)
    first = {row[place]: n for n, row in reversed(list(enumerate(ready)))}
    return [row[place] in new and first[row[place]] == n for n, row in enumerate(ready)]


def update_rows(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Set `columns[1:]` of the row whose `columns[0]` (a key) is given; one of `rows` per row of the table."""
    if not rows:
        return
    key, *moved = columns
    ready = list(_bound(tx, table, columns, rows))
    if tx.dialect.name == "sqlite":
        sets = ", ".join(f'"{name}" = ?' for name in moved)
        tx.exec_driver_sql(f'UPDATE {table.name} SET {sets} WHERE "{key}" = ?', [(*row[1:], row[0]) for row in ready])
        return
    arrays = [f"%s::{table.c[name].type.compile(dialect=tx.dialect)}[]" for name in columns]
    sets = ", ".join(f'"{name}" = v."{name}"' for name in moved)
    names = ", ".join(f'"{name}"' for name in columns)
    given = [_array(column) for column in zip(*ready, strict=True)]
    with _driver(tx).cursor() as cursor:
        # The keys once more by themselves: for a join alone PostgreSQL reads the whole table where it is not very large.
        cursor.execute(
            f"UPDATE {table.name} t SET {sets} FROM unnest({', '.join(arrays)}) AS v({names}) "
            f'WHERE t."{key}" = v."{key}" AND t."{key}" = ANY({arrays[0]})',
            [*given, given[0]],
        )


def new_ids(tx: Connection, table: Table, count: int) -> list[int]:
    """`count` ids nobody else will get, ascending (on SQLite because this transaction is the only writer)."""
    if tx.dialect.name == "sqlite":
        last = tx.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()
        return list(range(last + 1, last + 1 + count))
    sequence = f"(SELECT pg_get_serial_sequence('{table.name}', 'id')::regclass)"  # looked up once, not for each id
    query = f"SELECT array_agg(nextval({sequence})) FROM generate_series(1, {count})"
    return sorted(tx.exec_driver_sql(query).scalar_one() or ())


def rows_in(tx: Connection, query: Select[Any], column: Column[Any], values: Iterable[Any]) -> Iterator[Row[Any]]:
    """The rows of `query` whose `column` is one of `values`, a chunk of values at a time, in ascending values."""
    wanted = sorted(set(values))
    if tx.dialect.name == "sqlite":
        narrowed = query.where(column.in_(bindparam("chunk", expanding=True)))
    else:
        narrowed = query.where(column == any_(bindparam("chunk", type_=ARRAY(column.type))))
    for start in range(0, len(wanted), CHUNK):
        yield from tx.execute(narrowed, {"chunk": wanted[start : start + CHUNK]}).all()


def _array(values: Values) -> Any:
    """A column as PostgreSQL reads an array. What is spelt here is most of what we write, in a fifth of the time the
    driver takes for a list."""
    for kind, spell in _SPELT.items():
        if all(map(kind.__instancecheck__, values)):
            return f"{{{','.join(map(spell, values))}}}"
    return list(values)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_SPELT: dict[type, Callable[[Any], str]] = {str: _quoted, int: int.__repr__, datetime: datetime.isoformat}


def _driver(tx: Connection) -> Any:
    return tx.connection.driver_connection


def _bound(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> Iterable[tuple[Any, ...]]:
    """Each row as the driver wants it; worked out a column at a time, as few columns need anything done."""
    given: list[Values] = list(zip(*rows, strict=True))
    for place, name in enumerate(columns):
        kind = table.c[name].type
        if process := kind.dialect_impl(tx.dialect).bind_processor(tx.dialect):
            given[place] = _each(process, given[place], repr if isinstance(kind, JSON) else None)
    return zip(*given, strict=True)


def _each(process: Callable[[Any], Any], values: Values, key: Callable[[Any], str] | None) -> Values:
    """`process` of each value, worked out once for those that are equal: a batch repeats its instants and dates. What
    can't be compared so (lists) goes by its `key`."""
    keys = values if key is None else list(map(key, values))
    once = {same: process(value) for same, value in dict(zip(keys, values, strict=True)).items()}
    return [once[same] for same in keys]
