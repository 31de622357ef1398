"""How things stand, counted: for the checks, the metrics and whoever looks. Changes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, func, select, text

from storage import outgoing as mails
from storage.database import Database
from storage.tables import (
    edition,
    history,
    letter,
    metadata,
    outgoing,
    post,
    raw_message,
    subscriber,
)

_WAITS = outgoing.c.state == "waiting"


@dataclass(frozen=True, slots=True)
class Outbox:
    waiting: int
    refused: int
    doubtful: int
    forgotten_since: datetime | None
    """When the mail was due that nobody has tried for the longest time."""
    in_vain_since: datetime | None
    """When the oldest mail was written that was put off, if nothing could be sent since."""


@dataclass(frozen=True, slots=True)
class Rates:
    """In the last 24 hours."""

    letters: int
    posts: int
    mails: int


@dataclass(frozen=True, slots=True)
class Room:
    """Of the disk that holds a folder."""

    free: float
    """The share of bytes, between 0 and 1, that we may still write."""
    free_bytes: int
    files: float
    """The same of files; 1 where the file system sets no limit."""


def outbox(tx: Connection, now: datetime) -> Outbox:
    counts = mails.counts(tx)
    due = select(func.min(outgoing.c.next_at)).where(_WAITS & (outgoing.c.next_at <= now))
    put_off = select(func.min(outgoing.c.created_at)).where(_WAITS & (outgoing.c.attempts > 0))
    oldest: datetime | None = tx.execute(put_off).scalar()
    return Outbox(
        counts.get("waiting", 0) + counts.get("sending", 0),
        counts.get("refused", 0),
        counts.get("perhaps sent", 0),
        tx.execute(due).scalar(),
        oldest if oldest and _nothing_left_since(tx, oldest) else None,
    )


def _nothing_left_since(tx: Connection, moment: datetime) -> bool:
    """Asked only while something was put off: it has to look at many rows."""
    return (
        tx.execute(select(outgoing.c.id).where(outgoing.c.sent_at >= moment).limit(1)).first()
        is None
    )


def rates(tx: Connection, now: datetime) -> Rates:
    since = now - timedelta(days=1)

    def count(column: Column[Any]) -> int:
        return int(tx.execute(select(func.count()).where(column >= since)).scalar_one())

    return Rates(count(letter.c.received_at), count(post.c.held_at), count(outgoing.c.sent_at))


def letters_waiting(tx: Connection) -> tuple[int, datetime | None]:
    """How many letters are not settled, and since when the oldest waits."""
    here = letter.c.state.in_(("new", "reading"))
    row = tx.execute(select(func.count(), func.min(letter.c.received_at)).where(here)).one()
    return int(row[0]), row[1]


def people(tx: Connection) -> dict[str, int]:
    """Readers by their state."""
    rows = tx.execute(select(subscriber.c.state, func.count()).group_by(subscriber.c.state))
    return {row[0]: row[1] for row in rows}


def held_posts(tx: Connection) -> int:
    here = post.c.state == "held"
    return int(tx.execute(select(func.count()).select_from(post).where(here)).scalar_one())


def editions_made(tx: Connection) -> int:
    here = edition.c.state == "finished"
    return int(tx.execute(select(func.count()).select_from(edition).where(here)).scalar_one())


def newest_moment(tx: Connection) -> datetime | None:
    """The latest time that stands in the database: the clock once showed it."""
    moments = [
        tx.execute(select(func.max(column))).scalar()
        for column in (letter.c.received_at, outgoing.c.created_at, history.c.at)
    ]
    return max((moment for moment in moments if moment is not None), default=None)


def clock_of_server(tx: Connection) -> datetime | None:
    """PostgreSQL's own time; None for SQLite, which has none."""
    if tx.dialect.name == "sqlite":
        return None
    found: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found


def damage(database: Database) -> str:
    """What the database says about itself; "" when it finds nothing wrong."""
    with database.read() as tx:
        if database.sqlite:
            found = tx.exec_driver_sql("PRAGMA quick_check(3)").scalars().all()
            return "" if found == ["ok"] else str(found[0]).splitlines()[-1]
        for table in metadata.sorted_tables:
            tx.execute(select(table).limit(1))
    return ""


def size(database: Database) -> int:
    """Bytes that the database takes on its disk."""
    with database.read() as tx:
        if database.sqlite:
            pages = int(tx.exec_driver_sql("PRAGMA page_count").scalar() or 0)
            return pages * int(tx.exec_driver_sql("PRAGMA page_size").scalar() or 0)
        return int(tx.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0)


def bytes_per_month(tx: Connection, now: datetime) -> int:
    """What came in during the last 30 days, or in fewer, reckoned for 30."""
    first = tx.execute(select(func.min(letter.c.received_at))).scalar()
    if first is None:
        return 0
    since = max(first, now - timedelta(days=30))
    both = letter.join(raw_message, raw_message.c.id == letter.c.raw_id)
    chosen = select(func.coalesce(func.sum(func.length(raw_message.c.content)), 0))
    came = int(
        tx.execute(chosen.select_from(both).where(letter.c.received_at >= since)).scalar_one()
    )
    rows = int(tx.execute(select(func.count()).where(outgoing.c.created_at >= since)).scalar_one())
    days = max((now - since) / timedelta(days=1), 1.0)
    # A row of the outbox with its indexes takes about half a kilobyte.
    return int((2 * came + 500 * rows) / days * 30)


def room(folder: Path) -> Room:
    found = os.statvfs(folder)
    files = found.f_favail / found.f_files if found.f_files else 1.0
    return Room(found.f_bavail / max(found.f_blocks, 1), found.f_bavail * found.f_frsize, files)
