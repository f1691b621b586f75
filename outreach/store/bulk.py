"""How do thousands of rows get in and out quickly, on SQLite and on PostgreSQL?

Values are given as the tables know them (aware instants, dates, lists for JSON); each helper works inside the caller's
transaction and fires the same triggers as single statements do. PostgreSQL: COPY in, arrays for updates. SQLite: one
prepared statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, JSON, Column, Connection, Row, Select, Table, any_, bindparam

CHUNK = 2000  # values in one query
Values = Sequence[Any]


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
    arrays = ", ".join(f"%s::{table.c[name].type.compile(dialect=tx.dialect)}[]" for name in columns)
    sets = ", ".join(f'"{name}" = v."{name}"' for name in moved)
    names = ", ".join(f'"{name}"' for name in columns)
    with _driver(tx).cursor() as cursor:
        cursor.execute(
            f'UPDATE {table.name} t SET {sets} FROM unnest({arrays}) AS v({names}) WHERE t."{key}" = v."{key}"',
            [list(column) for column in zip(*ready, strict=True)],
        )


def new_ids(tx: Connection, table: Table, count: int) -> list[int]:
    """`count` ids nobody else will get, ascending (on SQLite because this transaction is the only writer)."""
    if tx.dialect.name == "sqlite":
        last = tx.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()
        return list(range(last + 1, last + 1 + count))
    query = f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, {count})"
    return sorted(tx.exec_driver_sql(query).scalars())


def rows_in(tx: Connection, query: Select[Any], column: Column[Any], values: Iterable[Any]) -> Iterator[Row[Any]]:
    """The rows of `query` whose `column` is one of `values`, a chunk of values at a time, in ascending values."""
    wanted = sorted(set(values))
    if tx.dialect.name == "sqlite":
        narrowed = query.where(column.in_(bindparam("chunk", expanding=True)))
    else:
        narrowed = query.where(column == any_(bindparam("chunk", type_=ARRAY(column.type))))
    for start in range(0, len(wanted), CHUNK):
        yield from tx.execute(narrowed, {"chunk": wanted[start : start + CHUNK]})


def _driver(tx: Connection) -> Any:
    return tx.connection.driver_connection


def _bound(tx: Connection, table: Table, columns: Sequence[str], rows: Iterable[Values]) -> Iterator[tuple[Any, ...]]:
    """Each row as the driver wants it."""
    processors: list[tuple[int, Any, dict[Any, Any] | None]] = []
    for place, name in enumerate(columns):
        kind = table.c[name].type.dialect_impl(tx.dialect)
        process = kind.bind_processor(tx.dialect)
        if process is not None:
            once: dict[Any, Any] | None = None if isinstance(table.c[name].type, JSON) else {}
            processors.append((place, process, once))
    if not processors:
        yield from map(tuple, rows)
        return
    for row in rows:
        values = list(row)
        for place, process, once in processors:
            value = values[place]
            if once is None:
                values[place] = process(value)
            elif value in once:  # a batch repeats its instants and dates
                values[place] = once[value]
            else:
                values[place] = once[value] = process(value)
        yield tuple(values)
