"""The threads that take kept letters to their outcomes, and the children that read for them.

Starts and stops them; what they do is in ingest/clerk.py and ingest/examine.py.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from config import Settings
from ingest.clerk import Clerk
from ingest.examine import Examiner
from ingest.resolver import Resolver
from storage.database import Database

log = logging.getLogger("postround.letters")

IDLE_SECONDS = 0.5
WARM_UP_SECONDS = 30.0


class Workers:
    """One thread that settles letters, and those that examine them for it."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        resolver: Resolver,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._come = threading.Event()
        self._stop = threading.Event()
        self._examiner = Examiner(settings, resolver)
        self.clerk = Clerk(database, settings, self._examiner, self._come.set, clock)
        self._thread = threading.Thread(target=self._serve, name="letters", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Says that a letter has come, so that nobody sleeps on it."""
        self._come.set()

    def close(self, seconds: float = 6.0) -> None:
        """Finishes the letters in hand; those that take longer are put back for the next start."""
        until = time.monotonic() + seconds
        self.clerk.closing = True
        self._join(0.6 * seconds)
        self._stop.set()
        self._join(0.3 * seconds)
        if not self._thread.is_alive():
            self.clerk.put_back()
        self._examiner.close(max(0.1, until - time.monotonic()))

    def work_off(self) -> int:
        """Works until no letter waits; how many were settled. For commands and tests."""
        settled = 0
        while True:
            self.clerk.at.odd = 0.0
            done, taken = self.clerk.turn()
            settled += done
            if not (done or taken or self.clerk.hand):
                return settled
            if not (done or taken):
                self._sleep()

    def _serve(self) -> None:
        self._warm_up()
        while not self._stop.is_set() and (self.clerk.hand or not self.clerk.closing):
            try:
                moved = any(self.clerk.turn())
                self.clerk.tell()
            except Exception:  # a thread that ends here would leave every letter unread
                log.exception("a turn broke our code")
                moved = False
            if not moved:
                self._sleep()

    def _warm_up(self) -> None:
        """A letter that is taken too soon has been taken once in vain if we are killed now, and
        after some such times it would be left to a person."""
        until = time.monotonic() + WARM_UP_SECONDS
        while not self.clerk.closing and time.monotonic() < until:
            if self._examiner.is_warm(0.2):
                return
            self._stop.wait(0.05)

    def _sleep(self) -> None:
        self._come.wait(IDLE_SECONDS)
        self._come.clear()

    def _join(self, seconds: float) -> None:
        self._come.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)
