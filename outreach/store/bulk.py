"""How do thousands of rows get in and out quickly, on SQLite and on PostgreSQL?

Values are given as the tables know them (aware instants, dates, lists for JSON); each helper works inside the caller's
transaction and fires the same triggers as single statements do. PostgreSQL: COPY in, arrays for updates. SQLite: one
prepared statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    any_,
    bindparam,
    cast,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import NULLTYPE, TypeEngine

CHUNK = 2000  # values in one query
# What is not read as it stands, in COPY's text format and in a quoted element of an array.
COPY_MARKS = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
ARRAY_MARKS = str.maketrans({"\\": r"\\", '"': r"\""})
Values = Sequence[Any]


def among(tx: Connection, column: Column[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """`where(among(tx, cases.c.id, ids))`: the column, a whole number, is one of `ids`.

    PostgreSQL takes them as one value: hundreds of parameters are slow to split and cast. It is given as an array, not
    as text to cast: that would be read anew for every row looked at. SQLite as a list, by which it knows how few they are.
    """
    if tx.dialect.name == "sqlite":
        return column.in_(list(ids))
    array = bindparam(None, f"{{{','.join(map(str, ids))}}}", type_=NULLTYPE, unique=True)
    return column == any_(cast(array, ARRAY(BigInteger)))


def insert_rows(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Insert `rows`, each in the order of `columns`. Defaults of the table are not filled in: name every column."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if tx.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        ready = _bound(tx, table, columns, rows)
        tx.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(ready))
        return
    text = _copied(tx, table, columns, rows)
    with _driver(tx).cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        copy.write(text)


def inserting(tx: Connection, table: Table) -> Any:
    """An INSERT that knows what to do where the row is there already (`on_conflict_...`), in the words of this database."""
    return (sqlite if tx.dialect.name == "sqlite" else postgresql).insert(table)


def insert_new(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values], key: str) -> list[bool]:
    """Insert `rows`, each in the order of `columns`, but none whose unique `key` is there already or comes twice. For
    each: was it new?"""
    if not rows:
        return []
    names = ", ".join(f'"{name}"' for name in columns)
    if tx.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        text = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO NOTHING"
        return [_driver(tx).execute(text, row).rowcount == 1 for row in _bound(tx, table, columns, rows)]
    # A column that is the same in every row is given once: an array costs its client more than its server.
    vary = [
        place for place, name in enumerate(columns) if name == key or any(row[place] != rows[0][place] for row in rows)
    ]
    kinds = [f"%s::{table.c[name].type.compile(dialect=tx.dialect)}[]" for name in columns]
    picked = ", ".join(f'v."{name}"' if n in vary else f"({kinds[n]})[1]" for n, name in enumerate(columns))
    arrays, as_named = ", ".join(kinds[n] for n in vary), ", ".join(f'"{columns[n]}"' for n in vary)
    once = [n for n in range(len(columns)) if n not in vary]
    given = _arrays(tx, table, [columns[n] for n in once], [[rows[0][n] for n in once]]) if once else []
    given += _arrays(tx, table, [columns[n] for n in vary], [[row[n] for n in vary] for row in rows])
    with _driver(tx).cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table.name} ({names}) SELECT {picked} FROM unnest({arrays}) AS v({as_named}) "
            f"ON CONFLICT ({key}) DO NOTHING RETURNING {key}",
            given,
        )
        new = {found for (found,) in cursor.fetchall()}
    place = list(columns).index(key)
    first = {row[place]: n for n, row in reversed(list(enumerate(rows)))}
    return [row[place] in new and first[row[place]] == n for n, row in enumerate(rows)]


def update_rows(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Set `columns[1:]` of the row whose `columns[0]` (a key) is given; one of `rows` per row of the table."""
    if not rows:
        return
    key, *moved = columns
    if tx.dialect.name == "sqlite":
        ready = _bound(tx, table, columns, rows)
        sets = ", ".join(f'"{name}" = ?' for name in moved)
        tx.exec_driver_sql(f'UPDATE {table.name} SET {sets} WHERE "{key}" = ?', [(*row[1:], row[0]) for row in ready])
        return
    arrays = [f"%s::{table.c[name].type.compile(dialect=tx.dialect)}[]" for name in columns]
    sets = ", ".join(f'"{name}" = v."{name}"' for name in moved)
    names = ", ".join(f'"{name}"' for name in columns)
    given = _arrays(tx, table, columns, rows)
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
    given: Callable[[list[Any]], Any] = list
    if tx.dialect.name == "sqlite":
        narrowed = query.where(column.in_(bindparam("chunk", expanding=True)))
    else:
        narrowed = query.where(column == any_(cast(bindparam("chunk", type_=NULLTYPE), ARRAY(column.type))))
        given = partial(_array, tx, column.type)
    for start in range(0, len(wanted), CHUNK):
        yield from tx.execute(narrowed, {"chunk": given(wanted[start : start + CHUNK])}).all()


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


def _copied(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> str:
    """The rows as COPY reads them, spelt a column at a time: the driver would look at each value's type anew."""
    given = zip(*rows, strict=True)
    spelt = [
        ["\\N" if text is None else text for text in _escaped(_spelt(tx, table.c[name].type, values), COPY_MARKS)]
        for name, values in zip(columns, given, strict=True)
    ]
    return "\n".join(map("\t".join, zip(*spelt, strict=True))) + "\n"


def _array(tx: Connection, kind: TypeEngine[Any], values: Values) -> str:
    """The values as PostgreSQL spells an array of them; the driver would spell them one by one as well."""
    if isinstance(kind, Integer) and None not in values:
        return f"{{{','.join(map(str, values))}}}"
    spelt = _escaped(_spelt(tx, kind, values), ARRAY_MARKS)
    return "{" + ",".join(["NULL" if text is None else f'"{text}"' for text in spelt]) + "}"


def _arrays(tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> list[str]:
    given = zip(*rows, strict=True)
    return [_array(tx, table.c[name].type, values) for name, values in zip(columns, given, strict=True)]


def _spelt(tx: Connection, kind: TypeEngine[Any], values: Values) -> Sequence[str | None]:
    """How PostgreSQL reads each value; None where there is none."""
    if isinstance(kind, String):
        return values
    if isinstance(kind, JSON):
        return _each(json.dumps, values, repr)
    if isinstance(kind, LargeBinary):
        return [value if value is None else rf"\x{value.hex()}" for value in values]
    if isinstance(kind, Integer) and None not in values:
        return list(map(str, values))
    process = kind.dialect_impl(tx.dialect).bind_processor(tx.dialect) or _same
    return _each(lambda value: value if value is None else str(process(value)), values, None)


def _escaped(values: Sequence[str | None], marks: Mapping[int, str]) -> Sequence[str | None]:
    """With a backslash before what would be read as something else; mostly there is nothing of the kind."""
    together = "".join(filter(None, values))
    if not any(chr(mark) in together for mark in marks):
        return values
    return [value and value.translate(marks) for value in values]


def _same(value: Any) -> Any:
    return value


def _each(process: Callable[[Any], Any], values: Values, key: Callable[[Any], str] | None) -> Values:
    """`process` of each value, worked out once for those that are equal: a batch repeats its instants and dates. What
    can't be compared so (lists) goes by its `key`."""
    keys = values if key is None else list(map(key, values))
    once = {same: process(value) for same, value in dict(zip(keys, values, strict=True)).items()}
    return [once[same] for same in keys]
