"""A sender at work in a thread, and mails for it to send. No tests here."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from config import Settings
from delivery import sender as sender_module
from delivery.sender import Build, Ready, run_sender
from storage import outgoing
from storage.database import Database
from storage.records import Outgoing

T = TypeVar("T")
ENVELOPE_FROM = "news-bounce+mark@lists.example.org"


class Clock:
    """The wall clock of the sender, which a test may set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def outbox(sqlite_url: str) -> Iterator[Database]:
    """A database on SQLite: for what does not differ between the two."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(sender_module, "clock", made)
    return made


def as_they_are(rows: Sequence[Outgoing]) -> Mapping[int, Ready | None]:
    return {row.id: Ready(ENVELOPE_FROM, row.message) if row.message else None for row in rows}


@contextmanager
def sending(
    database: Database, way_out: str | int, build: Build = as_they_are, **settings: Any
) -> Iterator[None]:
    """A sender that runs meanwhile; ``way_out`` is a port of this machine, or the setting."""
    to = f"smtp://127.0.0.1:{way_out}" if isinstance(way_out, int) else way_out
    stop, loop, failures = asyncio.Event(), asyncio.new_event_loop(), []

    def run() -> None:
        try:
            chosen = replace(Settings(outgoing=to), **settings)
            loop.run_until_complete(run_sender(database, chosen, build, stop))
        except BaseException as error:  # noqa: BLE001 - the test shall see it
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive(), "the sender did not stop"
        loop.close()
    assert not failures, failures


def put(database: Database, to: str, lane: int = outgoing.LANE_PEOPLE, **more: Any) -> int:
    """A mail to send now; its id. Its subject is the address."""
    name = to.partition("@")[0]
    mail = Outgoing(
        id=0,
        list_id=None,
        letter="test",
        to=to,
        message_id=f"{name}@lists.example.org",
        created_at=datetime.now(UTC),
        state="waiting",
        message=f"To: {to}\r\nMessage-ID: <{name}@lists.example.org>\r\n\r\nHello\r\n".encode(),
    )
    with database.write() as tx:
        return outgoing.put(tx, replace(mail, **more), lane=lane)


def row(database: Database, number: int) -> Outgoing:
    with database.read() as tx:
        found = outgoing.by_id(tx, number)
    assert found is not None
    return found


def wait_for(database: Database, number: int, state: str, attempts: int = 1) -> Outgoing:
    """The row when it has come so far."""
    return until(
        lambda: row(database, number), lambda one: (one.state, one.attempts) == (state, attempts)
    )


def until(look: Callable[[], T], good: Callable[[T], bool], seconds: float = 20) -> T:
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"still {seen}"
        time.sleep(0.02)
    return seen
