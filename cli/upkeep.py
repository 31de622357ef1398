"""What a running service does for itself: gives signs of life, deletes what was kept long enough,
and writes to the operator once a week."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from cli.weekly_mail import is_due, write_weekly
from config import Settings
from delivery.letters import Desk, Pen
from preferences.prints import prints
from storage import forgotten, lists, pulses, retention, schema, subscribers
from storage.database import Database, Unavailable
from storage.records import Subscriber
from storage.retention import BATCH, Periods, Rule

LOOK_SECONDS = 5.0
REST_SECONDS = 0.05
"""Between two batches, for whoever waits to write."""
TIDY_EVERY = timedelta(hours=1)

log = logging.getLogger("postround.upkeep")


async def run_upkeep(
    database: Database,
    settings: Settings,
    parts: Sequence[str],
    counts: Mapping[str, int],
    stop: asyncio.Event,
    show: Callable[[Iterable[str]], None],
) -> None:
    """Until ``stop`` is set.

    ``counts`` are this process's own; see pulses.beat. ``show`` is told the addresses of our lists
    now and then: one may be added while we run.
    """
    upkeep = Upkeep(database, settings, parts, counts, stop.is_set, show=show)
    while not stop.is_set():
        await asyncio.to_thread(upkeep.look)
        if upkeep.outdated:
            log.error("the database was brought to another version: this process stops")
            stop.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
    await asyncio.to_thread(upkeep.end)


class Upkeep:
    def __init__(
        self,
        database: Database,
        settings: Settings,
        parts: Sequence[str],
        counts: Mapping[str, int],
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        show: Callable[[Iterable[str]], None] = lambda _: None,
    ) -> None:
        self._show = show
        self._database = database
        self._settings = settings
        self._parts = parts
        self._counts = counts
        self._stopped = stopped
        self._clock = clock
        self._host = socket.gethostname()
        self._started = clock()
        self._version = schema.newest()
        self.outdated = False
        """Whether the tables are of another version now; an old process must not go on."""
        self._due: dict[str, float] = {}

    def look(self) -> None:
        """Does what is due. Whatever fails is told in the log and tried again."""
        self._now_and_then("version", timedelta(seconds=10), self._compare)
        if self.outdated:
            return
        self._now_and_then("beat", pulses.EVERY, self._beat)
        self._now_and_then("lists", timedelta(seconds=10), self._show_lists)
        if "clock" in self._parts:
            self._now_and_then("weekly", timedelta(minutes=5), self._weekly)
            self._now_and_then("tidy", TIDY_EVERY, self.tidy)

    def end(self) -> None:
        with contextlib.suppress(Unavailable), self._database.write() as tx:
            for part in self._parts:
                pulses.stop(tx, part, self._host)

    def tidy(self) -> dict[str, int]:
        """Deletes what was kept long enough; how many rows, by kind."""
        s = self._settings
        periods = Periods(
            s.keep_letters_days,
            s.keep_confirmations_days,
            s.keep_left_days,
            s.keep_sent_days,
            s.keep_posts_days,
        )
        found = {kind: self._all_of(rule) for kind, rule in retention.rules(periods).items()}
        if periods.left:
            found["readers who left"] = self._in_batches(self._forget_left)
        gone = {kind: count for kind, count in found.items() if count}
        if gone:
            log.info("kept long enough: %s", ", ".join(f"{gone[kind]} {kind}" for kind in gone))
        return gone

    def _all_of(self, rule: Rule) -> int:
        return self._in_batches(lambda: self._end_some(rule))

    def _end_some(self, rule: Rule) -> int:
        now = self._clock()
        with self._database.read() as tx:
            numbers = rule.find(tx, now)
        if not numbers:
            return 0
        with self._database.write() as tx:
            return rule.end(tx, now, numbers)

    def _in_batches(self, work: Callable[[], int]) -> int:
        total = 0
        while not self._stopped():
            count = work()
            total += count
            if count < BATCH:
                break
            time.sleep(REST_SECONDS)
        return total

    def _forget_left(self) -> int:
        """Of who left long ago a keyed hash stays, so that no import brings them back."""
        now = self._clock()
        since = now - timedelta(days=self._settings.keep_left_days)
        with self._database.read() as tx:
            found = retention.left_before(tx, since)
        if found:
            with self._database.write() as tx:
                # Looked up anew: somebody may just have come back.
                found = retention.left_before(tx, since)
                self._forget(tx, found, now)
        return len(found)

    def _forget(self, tx: Connection, found: list[tuple[int, Subscriber]], now: datetime) -> None:
        desk = Desk.of(self._settings)
        for list_id, reader in found:
            of_list = lists.by_id(tx, list_id)
            assert of_list is not None
            print_ = prints(Pen(tx, desk, of_list, now), reader.address)[0]
            forgotten.remember(tx, print_, now)
            # As a reader only: the same address may still write posts.
            subscribers.forget(tx, of_list.id, reader.address)

    def _compare(self) -> None:
        self.outdated = schema.version(self._database) != self._version

    def _show_lists(self) -> None:
        with self._database.read() as tx:
            self._show(one.address for one in lists.every(tx))

    def _beat(self) -> None:
        with self._database.write() as tx:
            for part in self._parts:
                counts = self._counts if part == "smtp" else {}
                pulses.beat(tx, part, self._host, self._started, self._clock(), counts)

    def _weekly(self) -> None:
        with self._database.read() as tx:
            if not is_due(tx, self._settings, self._clock()):
                return
        with self._database.write() as tx:
            write_weekly(tx, Desk.of(self._settings), self._settings, self._clock())

    def _now_and_then(self, name: str, every: timedelta, work: Callable[[], object]) -> None:
        if self._due.get(name, 0.0) > time.monotonic() or self._stopped():
            return
        self._due[name] = time.monotonic() + every.total_seconds()
        try:
            work()
        except Unavailable as error:
            log.warning("%s: the database is away, trying again: %s", name, error)
        except Exception:  # the service goes on without
            log.exception("%s: this broke our code", name)
