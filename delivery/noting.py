"""Writes down what became of each mail before its connection sends the next.

Connections that finish together share one commit, so certainty costs little; and at most one
mail for each connection is in doubt when the machine dies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from storage import outgoing
from storage.database import Database

Write = Callable[[Connection], None]


class Noting:
    def __init__(self, database: Database, claim: str) -> None:
        self._database = database
        self._claim = claim
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
                await asyncio.to_thread(self._commit, [write for write, _ in batch])
            except Exception as error:  # noqa: BLE001 - it belongs to those who wait
                for done in _awaited(batch):
                    done.set_exception(error)
            else:
                for done in _awaited(batch):
                    done.set_result(None)

    def _commit(self, writes: list[Write]) -> None:
        with self._database.write() as tx:
            for write in writes:
                write(tx)


def _awaited(batch: list[tuple[Write, asyncio.Future[None]]]) -> list[asyncio.Future[None]]:
    return [done for _, done in batch if not done.done()]
