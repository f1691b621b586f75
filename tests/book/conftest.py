"""Fixtures for the import of books."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.store.database import Database
from tests.book.shelf import Shelf


@pytest.fixture
def shelf(db: Database, tmp_path: Path) -> Shelf:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return Shelf(db, folder)
