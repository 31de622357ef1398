"""Writes down what became of each mail before its connection sends the next.

Connections that finish together share one commit, so certainty costs little; and at most one
mail for each connection is in doubt when the machine dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage import outgoing
from storage.database import Database, Unavailable

Write = Callable[[Connection], None]

log = logging.getLogger("postround.sender")

PATIENCE_SECONDS = 600.0
"""Shorter than a sender's lease: nobody else may take up meanwhile what we are about to note."""
AGAIN_AFTER_SECONDS = 1.0


class Noting:
    def __init__(self, database: Database, claim: str, stop: asyncio.Event) -> None:
        self._database = database
        self._claim = claim
        self._stop = stop
        self._waiting: list[tuple[Write, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def sent(self, outgoing_id: int, now: datetime) -> None:
        await self._write(lambda tx: outgoing.note_sent(tx, [outgoing_id], self._claim, now))

    async def later(self, outgoing_id: int, reason: str, next_at: datetime) -> None:
        await self._write(
            lambda tx: outgoing.note_later(tx, outgoing_id, self._claim, reason, next_at)
        )

    async def refused(self, outgoing_id: int, reason: str) -> None:
        await self._write(lambda tx: outgoing.note_refused(tx, outgoing_id, self._claim, reason))

    async def dropped(self, outgoing_id: int, reason: str) -> None:
        await self._write(lambda tx: outgoing.note_dropped(tx, outgoing_id, self._claim, reason))

    async def given_back(self, outgoing_ids: Sequence[int]) -> None:
        await self._write(lambda tx: outgoing.release(tx, outgoing_ids, self._claim))

    async def _write(self, write: Write) -> None:
        """Returns when ``write`` is committed; raises what the database raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((write, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._commit_all())
        await done

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._commit_patiently([write for write, _ in batch])
            except Exception as error:  # noqa: BLE001 - it belongs to those who wait
                for done in _awaited(batch):
                    done.set_exception(error)
            else:
                for done in _awaited(batch):
                    done.set_result(None)

    async def _commit_patiently(self, writes: list[Write]) -> None:
        """What has left and is not noted would leave again: a database that is away is waited
        for, until the stop."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_SECONDS
        while True:
            last = self._stop.is_set() or loop.time() > until
            try:
                return await asyncio.to_thread(self._commit, writes)
            except Unavailable as error:
                if last:
                    raise
                log.warning("the database is away: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), AGAIN_AFTER_SECONDS)

    def _commit(self, writes: list[Write]) -> None:
        with self._database.write() as tx:
            for write in writes:
                write(tx)


def _awaited(batch: list[tuple[Write, asyncio.Future[None]]]) -> list[asyncio.Future[None]]:
    return [done for _, done in batch if not done.done()]
