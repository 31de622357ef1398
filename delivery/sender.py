"""Carries the outbox to the outside: claims mails, hands them over, notes what became of each.

Mails to people who wait for an answer have a connection of their own and never stand behind
ten thousand round-ups. What a mail says is not looked at here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from config import Settings
from delivery.back_off import GIVE_UP_AFTER, rest_after, wait_after
from delivery.noting import Noting
from delivery.transport import Transport, WrongPassword, open_transport
from storage import outgoing
from storage.database import Database, Unavailable
from storage.outgoing import LANE_EDITIONS, LANE_PEOPLE
from storage.records import Outgoing, Refused, Result, TryLater

log = logging.getLogger("postround.sender")

LEASE = timedelta(minutes=15)
BATCH = 50
BATCH_OF_BOTH_LANES = 5
"""With one connection people wait behind so many round-ups at most."""
STALE_SECONDS = 2.0
PAUSE_AFTER_WRONG_PASSWORD = 900.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail as it leaves: the envelope sender by which a bounce is known, and the bytes."""

    envelope_from: str
    message: bytes


Done = Literal["worked", "idle", "broken"]

Build = Callable[[Sequence[Outgoing]], Mapping[int, Ready | None]]
"""Makes mails ready, in a thread; None for one of which nothing is left to say."""


def clock() -> datetime:
    return datetime.now(UTC)


async def run_sender(
    database: Database, settings: Settings, build: Build, stop: asyncio.Event
) -> None:
    """Sends until ``stop`` is set; then finishes what is in hand and gives the rest back."""
    sender = _Sender(database, settings, build, stop)
    # With one connection alone it serves both lanes, people first.
    lanes = [LANE_PEOPLE, LANE_EDITIONS] if settings.send_connections > 1 else [None]
    async with asyncio.TaskGroup() as tasks:
        for lane in lanes:
            width = max(settings.send_connections - 1, 1) if lane == LANE_EDITIONS else 1
            tasks.create_task(sender.serve(lane, width))


class _Sender:
    def __init__(
        self, database: Database, settings: Settings, build: Build, stop: asyncio.Event
    ) -> None:
        self.database = database
        self.settings = settings
        self.build = build
        self.stop = stop
        self.claim = secrets.token_hex(8)
        self.noting = Noting(database, self.claim, stop)
        self._next_turn = 0.0
        self._wrong_passwords = 0

    async def serve(self, lane: int | None, width: int) -> None:
        """Works through one lane over ``width`` connections until the stop."""
        transports = [open_transport(self.settings.outgoing) for _ in range(width)]
        failures = 0
        try:
            while not self.stop.is_set():
                done = await self._round(lane, transports)
                failures = failures + 1 if done == "broken" else 0
                if done != "worked":
                    await self._rest(rest_after(failures))
        finally:
            for transport in transports:
                await transport.close()

    async def _round(self, lane: int | None, transports: list[Transport]) -> Done:
        """One batch. "broken" says that the way out or the database is away."""
        try:
            rows = await asyncio.to_thread(self._take, lane)
        except Unavailable as error:
            log.warning("the database is away: %s", error)
            return "broken"
        if not rows:
            return "idle"
        queue = _Queue(rows, asyncio.get_running_loop().time())
        try:
            queue.ready = await asyncio.to_thread(self.build, rows)
            carriers = (self._carry(transport, queue) for transport in transports)
            outcomes = await asyncio.gather(*carriers, return_exceptions=True)
        except Unavailable as error:
            outcomes = [error]
        finally:
            await self._give_back(queue)
        return await self._react(outcomes)

    def _take(self, lane: int | None) -> list[Outgoing]:
        now = clock()
        with self.database.write() as tx:
            outgoing.release_expired(tx, now)
            limit = BATCH_OF_BOTH_LANES if lane is None else BATCH
            return outgoing.claim(tx, self.claim, now, LEASE, limit, lane)

    async def _give_back(self, queue: _Queue) -> None:
        if queue.left:
            with contextlib.suppress(Unavailable):  # then the lease gives them back
                await self.noting.given_back([row.id for row in queue.left])

    async def _carry(self, transport: Transport, queue: _Queue) -> Done:
        """Sends from the batch over one connection until it is empty, broken, or time to stop."""
        while queue.left and not queue.is_old() and not self.stop.is_set():
            row = queue.left.pop(0)
            ready = queue.ready.get(row.id)
            if ready is None:
                await self.noting.dropped(row.id, "nothing is left to send")
                continue
            try:
                result = await self._send(transport, queue, row, ready)
            except (WrongPassword, Unavailable):
                queue.left.append(row)  # it was not tried
                raise
            if result is not None:
                await self._note(row, result)
            if isinstance(result, TryLater) and result.connection:
                # Whatever is left would fail in the same way: it keeps its place in the outbox.
                return "broken"
        return "worked"

    async def _send(
        self, transport: Transport, queue: _Queue, row: Outgoing, ready: Ready
    ) -> Result | None:
        """None when the mail is no longer wanted."""
        await self._turn()
        if queue.is_stale() and not await asyncio.to_thread(self._still_wanted, row.id):
            return None
        result = await transport.send(ready.envelope_from, row.to, ready.message)
        self._wrong_passwords = 0
        return result

    def _still_wanted(self, outgoing_id: int) -> bool:
        """Whoever said stop a moment ago gets nothing more."""
        with self.database.read() as tx:
            return outgoing.still_claimed(tx, outgoing_id, self.claim)

    async def _turn(self) -> None:
        """Waits for this mail's turn where a highest rate is set, in mails per second."""
        if self.settings.send_rate:
            now = asyncio.get_running_loop().time()
            self._next_turn = max(self._next_turn, now) + 1 / self.settings.send_rate
            await asyncio.sleep(self._next_turn - 1 / self.settings.send_rate - now)

    async def _note(self, row: Outgoing, result: Result) -> None:
        now = clock()
        if isinstance(result, TryLater) and now - row.created_at > GIVE_UP_AFTER:
            result = Refused(f"given up after 72 hours: {result.reason}")
        if isinstance(result, TryLater):
            await self.noting.later(row.id, result.reason, now + wait_after(row.attempts))
        elif isinstance(result, Refused):
            log.warning("mail %d was refused: %s", row.id, result.reason)
            await self.noting.refused(row.id, result.reason)
        else:
            await self.noting.sent(row.id, now)

    async def _react(self, outcomes: Sequence[Done | BaseException]) -> Done:
        for outcome in outcomes:
            if isinstance(outcome, WrongPassword):
                self._wrong_passwords += 1
                log.error("the smarthost refuses our login: %s", outcome)
                tired = self._wrong_passwords >= 3
                await self._rest(PAUSE_AFTER_WRONG_PASSWORD if tired else 5.0)
            elif isinstance(outcome, Unavailable):
                log.warning("the database is away: %s", outcome)
            elif isinstance(outcome, BaseException):
                raise outcome
        return "worked" if all(outcome == "worked" for outcome in outcomes) else "broken"

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)


@dataclass(slots=True)
class _Queue:
    left: list[Outgoing]
    taken_at: float
    ready: Mapping[int, Ready | None] = field(default_factory=dict)

    def is_stale(self) -> bool:
        return self._age() > STALE_SECONDS

    def is_old(self) -> bool:
        """Whether a mail might still be on its way when somebody else may take it up."""
        return self._age() > LEASE.total_seconds() / 3

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self.taken_at
