"""Pages over a database with one list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.web.browser import Browser, settle


@pytest.fixture
def browser(sqlite_url: str) -> Iterator[Browser]:
    """On SQLite: the pages say nothing in SQL that the desks do not."""
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()
