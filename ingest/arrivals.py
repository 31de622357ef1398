"""Group commit: what arrives at the same time shares one commit, and everybody gets an own answer.

Knows neither SMTP nor SQL: ``keep`` is handed in, and runs in one thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.database import DiskFull, Unavailable
from storage.records import Arrival

Keep = Callable[[list[Arrival]], object]
"""Commits all of the arrivals with fsync, or raises and has kept none."""

PATIENCE_SECONDS = 8.0
"""The client's answer must be out within 10 s, also when the database is away."""
MOST_WAITING = 2000
MOST_TOGETHER = 100
MOST_BYTES_TOGETHER = 8 * 1024 * 1024
LARGE_BYTES = 256 * 1024
"""From here on an arrival is written alone, in turn with all the small ones, so that no small one
waits for more than one large."""

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Waiting:
    arrival: Arrival
    answer: asyncio.Future[None]
    given_up: bool = False
    until: float = field(default_factory=lambda: time.monotonic() + PATIENCE_SECONDS)


class Arrivals:
    """The one writer of what comes in. Make it inside the running event loop, and close it."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._small: deque[_Waiting] = deque()
        self._large: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._waiting = 0
        self._closed = False
        self._thread = threading.Thread(target=self._write, name="arrivals", daemon=True)
        self._thread.start()

    async def keep(self, arrival: Arrival, when_done: Callable[[], None] | None = None) -> None:
        """Returns once the arrival is committed.

        Raises what ``keep`` raised, TimeoutError after PATIENCE_SECONDS, or Unavailable when too
        many wait. A cancelled caller (the client hung up) does not cancel the commit.
        ``when_done`` is called when the arrival is no longer in memory here, however that ended.
        """
        waiting = _Waiting(arrival, self._loop.create_future())
        if when_done is not None:
            waiting.answer.add_done_callback(lambda _: when_done())
        if self._closed or self._waiting >= MOST_WAITING:
            waiting.answer.cancel()
            raise Unavailable("too many arrivals wait, or we are closing")
        self._waiting += 1
        with self._changed:
            kind = self._large if len(arrival.raw) > LARGE_BYTES else self._small
            kind.append(waiting)
            self._changed.notify()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.shield(waiting.answer)
        except TimeoutError:
            waiting.given_up = True
            raise

    async def close(self, grace_seconds: float = 5.0) -> None:
        """Writes what waits, then stops."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join, grace_seconds)

    # In the writer's thread ----------------------------------------------------------------

    def _write(self) -> None:
        large_next = False
        while batch := self._next_batch(large_next):
            large_next = not large_next
            self._tell(batch, self._keep_all(batch))

    def _next_batch(self, large_next: bool) -> list[_Waiting]:
        """One large arrival, or all the small ones that wait, within limits; [] is the end."""
        with self._changed:
            while not (self._small or self._large or self._closed):
                self._changed.wait()
            if self._large and (large_next or not self._small):
                return [self._large.popleft()]
            batch: list[_Waiting] = []
            size = 0
            while self._small and len(batch) < MOST_TOGETHER and size < MOST_BYTES_TOGETHER:
                batch.append(self._small.popleft())
                size += len(batch[-1].arrival.raw)
            return batch

    def _keep_all(self, batch: list[_Waiting]) -> list[Exception | None]:
        wanted = [waiting for waiting in batch if not waiting.given_up]
        error = self._try([waiting.arrival for waiting in wanted])
        # When the database is away it is so for each of them; else one bad arrival may be to blame.
        for_all = isinstance(error, Unavailable) and not isinstance(error, DiskFull)
        if error is None or for_all or len(wanted) == 1:
            return [error] * len(batch)
        return [self._keep_one(waiting, error) for waiting in batch]

    def _keep_one(self, waiting: _Waiting, error: Exception) -> Exception | None:
        if waiting.given_up or time.monotonic() > waiting.until:
            return error
        return self._try([waiting.arrival])

    def _try(self, arrivals: list[Arrival]) -> Exception | None:
        if not arrivals:
            return None
        try:
            self._keep(arrivals)
        except Exception as error:  # noqa: BLE001 - the sender gets the answer; the thread lives on
            log.warning("could not keep %d arrivals: %s", len(arrivals), type(error).__name__)
            return error
        return None

    def _tell(self, batch: list[_Waiting], errors: list[Exception | None]) -> None:
        # One wake-up of the event loop for the whole batch. A closed loop has nobody to tell.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer, batch, errors)

    # In the event loop ---------------------------------------------------------------------

    def _answer(self, batch: list[_Waiting], errors: list[Exception | None]) -> None:
        self._waiting -= len(batch)
        for waiting, error in zip(batch, errors, strict=True):
            if waiting.answer.done():
                continue
            if waiting.given_up:
                waiting.answer.cancel()
            elif error is None:
                waiting.answer.set_result(None)
            else:
                waiting.answer.set_exception(error)
