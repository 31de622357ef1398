"""Says that a sender is alive while it has mails in hand, and frees those of senders that are not.

A sender that was killed is missed within a minute. One that only cannot reach the database is
given time to note what it has sent, once the database is back: else others would send it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from storage import outgoing
from storage.database import Database, Unavailable

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 10.0
GRACE_SECONDS = 20.0
"""So long the database must have been well before others are taken for dead."""

log = logging.getLogger("postround.sender")


class Leases:
    def __init__(self, database: Database, claim: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._claim = claim
        self._clock = clock
        self._well_since = time.monotonic()
        self._beaten_at = time.monotonic()

    @property
    def sure(self) -> bool:
        """Whether what we have in hand is still ours for a while: else nothing more is begun."""
        return time.monotonic() - self._beaten_at < LEASE.total_seconds() / 2

    async def beat(self, stop: asyncio.Event) -> None:
        """Until the stop; what is in hand then is given back by others."""
        while not stop.is_set():
            try:
                freed = await asyncio.to_thread(self._renew)
            except Unavailable as error:
                log.warning("the database is away: %s", error)
                self._well_since = time.monotonic()
            else:
                self._beaten_at = time.monotonic()
                if freed:
                    log.warning("%d mails of a sender that is gone are sent by others", freed)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEAT_SECONDS)

    def _renew(self) -> int:
        now = self._clock()
        with self._database.write() as tx:
            outgoing.extend(tx, self._claim, now + LEASE)
            well = time.monotonic() - self._well_since
            return outgoing.release_expired(tx, now) if well >= GRACE_SECONDS else 0
