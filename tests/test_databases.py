"""The two databases that tests get: fresh, separate, and really the one that was asked for."""

from __future__ import annotations

from sqlalchemy import create_engine, text


def test_every_test_gets_a_fresh_database(database_url: str) -> None:
    _leave_a_trace(database_url)


def test_no_test_meets_what_another_left(database_url: str) -> None:
    _leave_a_trace(database_url)


def _leave_a_trace(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE trace (id INTEGER)"))
    engine.dispose()
