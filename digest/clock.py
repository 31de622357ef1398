"""The alarm clock: wakes ``tick`` at each slot and every few seconds. It decides nothing.

What is due is computed from the database, so a missed, doubled or late alarm does no harm.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from digest.run import tick
from digest.timetable import SCHEDULED, Slot, WrongTimetable, next_slot, of_list
from storage import lists
from storage.database import Database, Unavailable
from storage.records import MailingList

LOOK_EVERY_SECONDS = 5
"""For posts that go straight away, for new lists, and for what another clock left behind."""

Chore = Callable[[datetime], object]
"""What others have to do at each tick: it is told the time, and finds out itself what is due."""

logger = logging.getLogger(__name__)


async def run_clock(db: Database, stop: asyncio.Event, chores: Sequence[Chore] = ()) -> None:
    """Makes editions when they are due, until ``stop`` is set; the batch in hand is finished.

    After each look it calls the ``chores``.
    """
    for mailing_list in await asyncio.to_thread(_lists, db):
        logger.info("%s: next round-up %s", mailing_list.address, _words(mailing_list))
    alarm = _Alarm(db, chores)
    # An alarm that is missed or late still counts, and several missed ones count once.
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True}
    )
    scheduler.add_job(alarm.ring, "interval", seconds=LOOK_EVERY_SECONDS, args=[scheduler])
    scheduler.add_job(alarm.ring, args=[scheduler])
    scheduler.start()
    try:
        await stop.wait()
    finally:
        alarm.stop.set()
        await asyncio.to_thread(scheduler.shutdown)


def next_round_up(mailing_list: MailingList, now: datetime) -> tuple[str, Slot] | None:
    """(frequency, slot) of the list's next round-up; None when no timetable can be read."""
    coming = []
    for frequency in SCHEDULED:
        try:
            coming.append((next_slot(of_list(mailing_list, frequency), now), frequency))
        except WrongTimetable as error:
            logger.error("%s: %s", mailing_list.address, error)
    slot, name = min(coming, default=(None, ""))
    return (name, slot) if slot else None


class _Alarm:
    def __init__(self, db: Database, chores: Sequence[Chore]) -> None:
        self.stop = threading.Event()
        self._db = db
        self._chores = chores
        self._busy = threading.Lock()

    def ring(self, scheduler: BackgroundScheduler) -> None:
        """One tick. An alarm during a tick is dropped: the tick's end sets the next one."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            self._guarded(lambda now: tick(self._db, now, self.stop.is_set))
            for chore in self._chores:
                self._guarded(chore)
            self._guarded(lambda _: self._set_next(scheduler))
        finally:
            self._busy.release()

    def _guarded(self, work: Chore) -> None:
        """A fault in one of them keeps none of the others waiting."""
        if self.stop.is_set():
            return
        try:
            work(datetime.now(UTC))
        except Unavailable as error:
            logger.warning("the database is away, trying again: %s", error)
        except Exception:
            logger.exception("the clock goes on")

    def _set_next(self, scheduler: BackgroundScheduler) -> None:
        """An alarm at the very moment of the next slot of any list."""
        now = datetime.now(UTC)
        coming = [found[1] for one in _lists(self._db) if (found := next_round_up(one, now))]
        if coming and not self.stop.is_set():
            at = min(coming).at
            scheduler.add_job(
                self.ring, "date", run_date=at, args=[scheduler], id="slot", replace_existing=True
            )


def _lists(db: Database) -> list[MailingList]:
    with db.read() as tx:
        return lists.every(tx)


def _words(mailing_list: MailingList) -> str:
    found = next_round_up(mailing_list, datetime.now(UTC))
    if found is None:
        return "never: its timetable cannot be read"
    frequency, slot = found
    return f"{slot.at.isoformat(timespec='minutes')} ({frequency})"
