"""The town for tests of the round-ups, on both databases."""

from __future__ import annotations

import pytest

import digest.make
from storage.database import Database
from tests.digest.town import Town, settle


@pytest.fixture(autouse=True)
def _out_of_breath(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the file between two batches, but in the test of just that."""
    if request.node.originalname != "test_another_process_gets_its_turn_between_long_batches":
        monkeypatch.setattr(digest.make, "BREATH", 0.0)


@pytest.fixture
def town(database: Database) -> Town:
    return settle(database)


@pytest.fixture
def week(town: Town) -> Town:
    """The town on Monday 16 November 2026 after ten: its list is running, and empty."""
    town.days("2026-11-15", "2026-11-16")
    return town
