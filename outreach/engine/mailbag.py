"""How does a report become durable before it is answered, without a commit of its own for each?

Whoever comes while another's commit is under way waits for it to end; then one of those waiting writes for all of them,
in one transaction. Nobody waits for company, and a lone report is written at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach.store.bulk import insert_new
from outreach.store.database import DATABASE_AWAY, Database
from outreach.store.tables import carrier_inbox

MOST = 200  # in one transaction
COLUMNS = ("carrier", "kind", "dedupe", "received_at", "raw", "state", "tries")


class Unwritten(Exception):
    """This process is being ended: the carrier tells it again."""


@dataclass(slots=True, eq=False)
class Letter:
    """One row of the inbox on its way. `told`: it is written (`new`: it was not there), could not be (`error`), or whoever
    brought it is to write for all who wait (`leads`)."""

    row: Mapping[str, Any]
    told: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    written: bool = False
    new: bool = False
    error: Exception | None = None


@dataclass(slots=True)
class Mailbag:
    """Shared by all threads of a process that are told something."""

    _waiting: list[Letter] = field(default_factory=list)
    _writing: bool = False  # somebody writes; who comes now waits
    _look: threading.Lock = field(default_factory=threading.Lock)

    def put(self, db: Database, row: Mapping[str, Any]) -> bool:
        """Store a row of the inbox durably. False: one of the same `dedupe` is there. Raises what the database raises."""
        letter = Letter(row)
        with self._look:
            self._waiting.append(letter)
            letter.leads, self._writing = not self._writing, True
        if not letter.leads:
            letter.told.wait()
        if letter.leads and not letter.written:
            self._write(db)
        if letter.error is not None:
            raise letter.error
        return letter.new

    def _write(self, db: Database) -> None:
        """Write for all who wait, then let the first of those who came meanwhile do the same."""
        with self._look:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            _deliver(db, batch)
        finally:  # whoever waits is told in any case
            self._pass_on()
            for letter in batch:
                letter.told.set()

    def _pass_on(self) -> None:
        with self._look:
            self._writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].told.set()


def deliver(db: Database, rows: Sequence[Mapping[str, Any]]) -> list[Letter]:
    """Store rows of the inbox durably, by one commit if all can be. What became of each stands in its letter."""
    batch = [Letter(row) for row in rows]
    if batch:
        _deliver(db, batch)
    return batch


def _deliver(db: Database, batch: Sequence[Letter]) -> None:
    try:
        try:
            _store(db, batch)
        except DATABASE_AWAY as error:
            if not error.connection_invalidated:
                raise
            _store(db, batch)  # that connection was cut; what it may have stored is not stored twice
    except DATABASE_AWAY as error:
        _failed(batch, error)
    except Exception:  # one that can't be stored must not take the others with it
        for letter in batch:
            try:
                _store(db, [letter])
            except Exception as its_own:
                _failed([letter], its_own)
    finally:
        _failed([letter for letter in batch if not letter.written], Unwritten("the writing was broken off"))


def _store(db: Database, batch: Sequence[Letter]) -> None:
    with db.begin(one_statement=True) as tx:
        rows = [tuple(letter.row[name] for name in COLUMNS) for letter in batch]
        new = insert_new(tx, carrier_inbox, COLUMNS, rows, "dedupe")
    for letter, is_new in zip(batch, new, strict=True):
        letter.new, letter.written = is_new, True


def _failed(batch: Iterable[Letter], error: Exception) -> None:
    for letter in batch:
        letter.error, letter.written = error, True
