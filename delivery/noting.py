"""Writes down what became of each mail before its connection hands over the next.

Connections that finish together share one commit, so certainty costs little; and at most one
mail for each connection is in doubt when the machine dies. While a commit is under way the next
mail is on its way already, all but its dot: without it there is no mail (RFC 5321 §4.1.1.4).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage import outgoing
from storage.database import Database, Unavailable
from storage.records import Outgoing

Write = Callable[[Connection], object]
_Waiting = list[tuple[Write | Outgoing, asyncio.Future[None]]]

log = logging.getLogger("postround.sender")

AGAIN_AFTER_SECONDS = 1.0
LINGER_SECONDS = 0.003
"""So long a commit waits for connections that are about to finish, to take them along: a disk
takes longer than that for each commit."""


class Noting:
    def __init__(
        self,
        database: Database,
        claim: str,
        stop: asyncio.Event,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._claim = claim
        self._stop = stop
        self._clock = clock
        self._waiting: _Waiting = []
        self._all_here: asyncio.Future[None] | None = None
        self._under_way = 0
        self._running: asyncio.Task[None] | None = None

    def hand(self, is_ours: Callable[[], bool]) -> Hand:
        """``is_ours``: whether what was claimed is surely ours still."""
        return Hand(self, is_ours)

    def sent(self, row: Outgoing, reason: str = "") -> asyncio.Future[None]:
        """Done when it is noted. ``reason``: what is worth knowing later."""
        if not reason:
            return self.begin(row)
        ids, claim, now = [row.id], self._claim, self._clock()
        return self.begin(lambda tx: outgoing.note_sent(tx, ids, claim, now, reason))

    async def later(self, outgoing_id: int, reason: str, next_at: datetime) -> None:
        await self.write(
            lambda tx: outgoing.note_later(tx, outgoing_id, self._claim, reason, next_at)
        )

    async def postponed(self, outgoing_id: int, next_at: datetime) -> None:
        await self.write(lambda tx: outgoing.postpone(tx, outgoing_id, self._claim, next_at))

    async def refused(self, outgoing_id: int, reason: str) -> None:
        await self.write(lambda tx: outgoing.note_refused(tx, outgoing_id, self._claim, reason))

    async def dropped(self, outgoing_id: int, reason: str) -> None:
        await self.write(lambda tx: outgoing.note_dropped(tx, outgoing_id, self._claim, reason))

    async def given_back(self, outgoing_ids: Sequence[int]) -> None:
        await self.write(lambda tx: outgoing.release(tx, outgoing_ids, self._claim))

    async def write(self, what: Write) -> None:
        """Returns when it is committed; raises what the database raised."""
        await self.begin(what)

    def begin(self, what: Write | Outgoing) -> asyncio.Future[None]:
        """Done when it is committed. A row is a mail that was sent: those of one commit are noted
        by one statement."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((what, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._commit_all())
        return done

    def answer_awaited(self) -> None:
        """Something is to be noted soon."""
        self._under_way += 1

    def answer_came(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._enough_waited()

    async def _commit_all(self) -> None:
        while self._waiting:
            await self._linger()
            batch, self._waiting = self._waiting, []
            try:
                await self._commit_patiently([what for what, _ in batch])
            except Exception as error:  # noqa: BLE001 - it belongs to those who wait
                for done in _awaited(batch):
                    done.set_exception(error)
            else:
                for done in _awaited(batch):
                    done.set_result(None)

    async def _linger(self) -> None:
        if self._under_way:
            loop = asyncio.get_running_loop()
            self._all_here = here = loop.create_future()
            timer = loop.call_later(LINGER_SECONDS, self._enough_waited)
            await here
            timer.cancel()
        # Whoever was the last to finish notes it in its next step.
        await asyncio.sleep(0)

    def _enough_waited(self) -> None:
        if self._all_here and not self._all_here.done():
            self._all_here.set_result(None)

    async def _commit_patiently(self, writes: list[Write | Outgoing]) -> None:
        """What has left and is not noted would leave again: a database that is away is waited
        for until the stop. Meanwhile nobody else can take the mails, and afterwards nobody does
        so at once (see Leases)."""
        loop = asyncio.get_running_loop()
        while True:
            last = self._stop.is_set()
            try:
                return await loop.run_in_executor(None, self._commit, writes)
            except Unavailable as error:
                if last:
                    raise
                log.warning("the database is away: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), AGAIN_AFTER_SECONDS)

    def _commit(self, writes: list[Write | Outgoing]) -> None:
        sent = [what for what in writes if isinstance(what, Outgoing)]
        with self._database.write() as tx:
            outgoing.note_handed_over(tx, sent, self._claim, self._clock())
            for write in writes:
                if not isinstance(write, Outgoing):
                    write(tx)


class Hand:
    """One connection's: keeps the dot of its next mail back until the one before is noted."""

    def __init__(self, noting: Noting, is_ours: Callable[[], bool]) -> None:
        self._noting = noting
        self._is_ours = is_ours
        self._noted: asyncio.Future[None] | None = None
        self._is_answered = True

    def sent(self, row: Outgoing, reason: str = "") -> None:
        self._noted = self._noting.sent(row, reason)

    def before_dot(self) -> Awaitable[None] | None:
        if self._noted is None or (self._noted.done() and not self._noted.exception()):
            self._await_answer()
            return None
        return self._until_noted()

    def answered(self) -> None:
        """With or without an answer: the handing over of a mail is over."""
        if not self._is_answered:
            self._is_answered = True
            self._noting.answer_came()

    async def all_noted(self) -> None:
        """Raises what the database raised."""
        if self._noted is not None:
            await self._noted

    async def _until_noted(self) -> None:
        await self.all_noted()
        if not self._is_ours():  # the database was away for long
            raise Unavailable("perhaps others have our mails by now")
        self._await_answer()

    def _await_answer(self) -> None:
        self._is_answered = False
        self._noting.answer_awaited()


def _awaited(batch: _Waiting) -> list[asyncio.Future[None]]:
    return [done for _, done in batch if not done.done()]
