"""The town for tests of the round-ups, on both databases."""

from __future__ import annotations

import pytest

from storage.database import Database
from tests.digest.town import Town, settle


@pytest.fixture
def town(database: Database) -> Town:
    return settle(database)
