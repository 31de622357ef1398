"""What the clock does for readers to whom mails came back, beside the editions.

Each chore looks in the database for what is due, so it may be late, doubled or cut off at will.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from delivery.letters import Desk, Pen
from ingest.to_bounces import note_refused
from preferences import returned, unreachable
from storage import bounces, lists
from storage.database import Database

EVERY = timedelta(minutes=1)


class Returned:
    """To be called at each tick; once a minute it does what is due."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._due: datetime | None = None

    def __call__(self, now: datetime) -> None:
        if self._due is not None and now < self._due:
            return
        self._due = now + EVERY
        for chore in (note_refused, go_on_with_stopped, tell_of_unreachable):
            with self._database.write() as tx:
                chore(tx, self._desk, now)


def go_on_with_stopped(tx: Connection, desk: Desk, now: datetime) -> None:
    """Probes readers to whom mails came back, and takes off who never answers."""
    every = {one.id: one for one in lists.every(tx)}
    for one in bounces.all_stopped(tx):
        if one.list_id in every:
            returned.go_on(Pen(tx, desk, every[one.list_id], now), one)


def tell_of_unreachable(tx: Connection, desk: Desk, now: datetime) -> None:
    """Tells the organisers of each list whom to ring."""
    for one in lists.every(tx):
        unreachable.tell(Pen(tx, desk, one, now))
