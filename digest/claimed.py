"""A run in hand: what is made, by whom, and its lease. What is made of it stands in make.py."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from digest.timetable import read_zone
from storage import editions, history
from storage.database import Database
from storage.records import Edition, MailingList, Plan

LEASE = timedelta(minutes=2)


class Overtaken(Exception):
    """Another clock goes on with this run, because we were silent for too long."""


@dataclass(frozen=True, slots=True)
class Run:
    """Editions that fell due together, and by whom they are made."""

    db: Database
    mailing_list: MailingList
    group: tuple[Edition, ...]
    """The lead first."""
    claim: str
    now: datetime
    """When the making began, by the clock on the wall."""
    plan: Plan | None = None
    """What the people who run the list want of it."""
    begun: float = field(default_factory=time.monotonic)

    @property
    def lead(self) -> Edition:
        return self.group[0]

    @property
    def day(self) -> date:
        """The local date that the mail is headed with: that of its slot, also when it is late."""
        return self.lead.end.astimezone(read_zone(self.mailing_list.timezone)).date()

    def clock(self) -> datetime:
        # Somebody may set the wall clock while we work; our lease must not jump with it.
        return self.now + timedelta(seconds=time.monotonic() - self.begun)

    def start_batch(self, tx: Connection) -> int:
        """The last reader who was seen to. Raises Overtaken when the run is not ours any more."""
        last = editions.start_batch(tx, self.lead.id, self.claim, self.clock(), LEASE)
        if last is None:
            raise Overtaken
        return last

    def release(self) -> None:
        """Lets another clock go on at once."""
        with self.db.write() as tx:
            editions.release(tx, self.lead.id, self.claim, self.clock())

    def note(self, tx: Connection, what: str, detail: str, **about: int) -> None:
        """Tells the operator by the history; ``about`` is a post_id or a subscriber_id."""
        own = self.mailing_list.id
        history.note(tx, self.clock(), "postround", what, list_id=own, detail=detail, **about)
