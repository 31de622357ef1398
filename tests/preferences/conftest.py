"""The desk for tests of preferences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.preferences.desk import Preferences, settle


@pytest.fixture
def both(database: Database) -> Preferences:
    """On both databases."""
    return settle(database)


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Preferences]:
    """On SQLite: for what is not said in SQL."""
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()
