"""The town for tests of the round-ups, on both databases."""

from __future__ import annotations

import pytest

from storage.database import Database
from tests.digest.town import Town, settle


@pytest.fixture
def town(database: Database) -> Town:
    return settle(database)


@pytest.fixture
def week(town: Town) -> Town:
    """The town on Monday 16 November 2026 after ten: its list is running, and empty."""
    town.days("2026-11-15", "2026-11-16")
    return town
