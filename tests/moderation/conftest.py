"""The desk for tests of moderation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.moderation.office import Office, settle


@pytest.fixture
def office(database: Database) -> Office:
    """On both databases."""
    return settle(database)


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Office]:
    """On SQLite: for what is not said in SQL."""
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()
