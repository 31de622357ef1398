"""One lane of the sender: takes mails, keeps a few ready, and hands them over by its connections.

How fast, how often and whether at all is asked of others; what a mail says is not looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from delivery.back_off import GIVE_UP_AFTER, LEAST_TRIES, wait_after
from delivery.dialogue import PERHAPS_SENT
from delivery.leases import LEASE, Leases
from delivery.noting import Hand, Noting
from delivery.pace import Pace
from delivery.transport import Transport, WrongPassword
from delivery.watch import Watch
from storage import halts, outgoing
from storage.database import Database, Unavailable
from storage.outgoing import LANE_EDITIONS, LANE_PEOPLE
from storage.records import Outgoing, Refused, Result, Sent, TryLater

log = logging.getLogger("postround.sender")

BATCH = 100
BATCH_OF_BOTH_LANES = 5
"""With one connection people wait behind so many round-ups at most."""
STALE_SECONDS = 2.0
LONGEST_TURN_SECONDS = 0.2
"""A mail whose turn is further away goes back, so that it keeps no connection from others."""
REPORT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail as it leaves: the envelope sender by which a bounce is known, and the bytes."""

    envelope_from: str
    message: bytes


Done = Literal["worked", "idle", "broken"]

Build = Callable[[Sequence[Outgoing]], Mapping[int, Ready | None]]
"""Makes mails ready, in a thread; None for one of which nothing is left to say."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the lanes of one sender share."""

    database: Database
    build: Build
    stop: asyncio.Event
    claim: str
    clock: Callable[[], datetime]
    noting: Noting
    leases: Leases
    pace: Pace


@dataclass(frozen=True, slots=True)
class _Item:
    row: Outgoing
    ready: Ready | None
    taken_at: float

    @property
    def stale(self) -> bool:
        return time.monotonic() - self.taken_at > STALE_SECONDS


class Lane:
    """``number`` is the lane of the outbox; None serves all, people first."""

    def __init__(self, office: Office, number: int | None, transports: Sequence[Transport]) -> None:
        self._office = office
        self._number = number
        self._transports = transports
        self._batch = BATCH_OF_BOTH_LANES if number is None else BATCH
        self._watch = Watch()
        self._queue: deque[_Item] = deque()
        self._login_halted = False
        self._report = _Report(number)

    async def stretch(self) -> Done:
        """Sends until there is nothing, it does not work any more, or the stop.

        Raises WrongPassword, and Unavailable when the database is away.
        """
        self._ended = self._dry = self._went_well = False
        self._watch.rest()
        self._more, self._room = asyncio.Event(), asyncio.Event()
        if not await self._fetch():
            return "idle"
        works = [self._fill(), *(self._carry(transport) for transport in self._transports)]
        outcomes = await asyncio.gather(*works, return_exceptions=True)
        await self._give_back([item.row for item in self._queue])
        self._queue.clear()
        self._report.end()
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return "worked" if all(outcome == "worked" for outcome in outcomes) else "broken"

    # Taking ------------------------------------------------------------------------------------

    async def _fill(self) -> Done:
        """Has the next mails ready before those in hand are gone."""
        try:
            while not self._over():
                if len(self._queue) > self._batch // 2:
                    self._room.clear()
                    await self._room.wait()
                elif not await self._fetch():
                    break
        finally:
            self._dry = True
            self._more.set()
        return "worked"

    async def _fetch(self) -> bool:
        rows = await asyncio.to_thread(self._take)
        try:
            ready = await asyncio.to_thread(self._office.build, rows) if rows else {}
        except Unavailable:
            await self._give_back(rows)
            raise
        now = time.monotonic()
        self._queue += [_Item(row, ready.get(row.id), now) for row in rows]
        self._more.set()
        return bool(rows)

    def _take(self) -> list[Outgoing]:
        office, now = self._office, self._office.clock()
        with office.database.read() as tx:
            if not outgoing.any_due(tx, now, self._number):
                return []
        with office.database.write() as tx:
            self._login_halted = any(one.is_login for one in halts.in_force(tx))
            return outgoing.claim(tx, office.claim, now, LEASE, self._batch, self._number)

    async def _give_back(self, rows: Sequence[Outgoing]) -> None:
        if rows:
            with contextlib.suppress(Unavailable):  # then the lease gives them back
                await self._office.noting.given_back([row.id for row in rows])

    # Handing over ------------------------------------------------------------------------------

    async def _carry(self, transport: Transport) -> Done:
        """Sends over one connection as long as there is something."""
        hand = self._office.noting.hand(lambda: self._office.leases.sure)
        begun: list[_Item] = []
        try:
            while (item := await self._next(begun)) is not None:
                if item.ready is None:
                    await self._office.noting.dropped(item.row.id, "nothing is left to send")
                elif await self._its_turn(item):
                    result = await self._send(transport, hand, item.row, item.ready, begun)
                    if not await self._goes_on(hand, item.row, result):
                        return "broken"
        finally:
            self._queue.extendleft(begun)
            self._wake()
            await hand.all_noted()
        return "worked"

    async def _next(self, begun: list[_Item]) -> _Item | None:
        while not self._over():
            if begun:
                return begun.pop()
            if self._queue:
                return self._first()
            if self._dry:
                return None
            self._more.clear()
            await self._more.wait()
        return None

    def _first(self) -> _Item:
        if len(self._queue) <= self._batch // 2:
            self._room.set()
        return self._queue.popleft()

    def _begin(self, begun: list[_Item]) -> tuple[str, str, bytes] | None:
        """The next mail where nothing stands in its way, so that its envelope goes out at once."""
        if not self._queue or self._over() or not self._office.pace.unlimited:
            return None
        item = self._queue[0]
        if item.ready is None or item.stale:
            return None
        begun.append(self._first())
        return item.ready.envelope_from, item.row.to, item.ready.message

    def _over(self) -> bool:
        return self._ended or self._office.stop.is_set() or not self._office.leases.sure

    async def _its_turn(self, item: _Item) -> bool:
        """Waits for it; False when it is not to be sent now, or not at all any more."""
        office, now = self._office, time.monotonic()
        wait = office.pace.turn_to(item.row.to, item.row.id, now)
        if wait > LONGEST_TURN_SECONDS:
            await office.noting.postponed(item.row.id, office.clock() + timedelta(seconds=wait))
            return False
        wait = max(wait, office.pace.turn(now))
        if wait > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(office.stop.wait(), wait)
        if office.stop.is_set():
            self._queue.appendleft(item)
            return False
        return not item.stale or await asyncio.to_thread(self._still_wanted, item.row.id)

    def _still_wanted(self, outgoing_id: int) -> bool:
        """Whoever said stop a moment ago gets nothing more."""
        with self._office.database.read() as tx:
            return outgoing.still_claimed(tx, outgoing_id, self._office.claim)

    async def _send(
        self,
        transport: Transport,
        hand: Hand,
        row: Outgoing,
        ready: Ready,
        begun: list[_Item],
    ) -> Result:
        mail = ready.envelope_from, row.to, ready.message
        try:
            return await transport.send(*mail, hand.before_dot, lambda: self._begin(begun))
        except (WrongPassword, Unavailable):
            self._ended = True
            await self._give_back([row])  # it was not tried
            raise
        finally:
            hand.answered()

    # What became of it -------------------------------------------------------------------------

    async def _goes_on(self, hand: Hand, row: Outgoing, result: Result) -> bool:
        """Notes the result; False when the lane should have a rest."""
        advice = self._watch.note(row, result)
        if isinstance(result, Sent):
            hand.sent(row, row.reason if row.reason.startswith(PERHAPS_SENT) else "")
        elif advice == "halt":
            await self._halt(row, result)
        else:
            await self._note(row, result)
        if isinstance(result, Sent):
            self._went_well = True
            self._report.count()
            if self._login_halted:
                await self._login_works()
        broken = isinstance(result, TryLater) and result.connection
        if broken and self._went_well:
            self._went_well = broken = False  # once is no reason to stop the others
        tired = broken or advice != "on"
        self._ended = self._ended or tired
        return not tired

    async def _note(self, row: Outgoing, result: TryLater | Refused) -> None:
        office, now = self._office, self._office.clock()
        if isinstance(result, TryLater) and _too_late(row, now):
            result = Refused(f"given up after 72 hours: {result.reason}")
        if isinstance(result, TryLater):
            await office.noting.later(row.id, result.reason, now + wait_after(row.attempts))
        else:
            log.warning("mail %d was refused: %s", row.id, result.reason)
            await office.noting.refused(row.id, result.reason)

    async def _halt(self, row: Outgoing, result: Result) -> None:
        """Holds what would be refused as well, and takes the refusals back."""
        reason, now = getattr(result, "reason", ""), self._office.clock()
        numbers, edition_id = [one.id for one in self._watch.streak], self._watch.edition_id
        lane = LANE_PEOPLE if row.edition_id is None else LANE_EDITIONS
        claim = self._office.claim

        def write(tx: Connection) -> bool:
            outgoing.release(tx, numbers, claim)
            outgoing.unrefuse(tx, numbers, now)
            if edition_id is not None:
                return halts.begin(tx, reason, now, edition_id=edition_id)
            return halts.begin(tx, reason, now, lane=lane)

        await self._office.noting.write(write)
        log.error(
            "%d mails in a row were refused alike, so the others are held: %s. "
            "`postround waiting` shows them; `postround outgoing retry` lets them go on.",
            len(numbers),
            reason,
        )

    async def _login_works(self) -> None:
        now, self._login_halted = self._office.clock(), False
        await self._office.noting.write(lambda tx: halts.end(tx, now, login_only=True))
        log.info("the mail server takes our login again")

    def _wake(self) -> None:
        self._more.set()
        self._room.set()


def _too_late(row: Outgoing, now: datetime) -> bool:
    # What waited behind a mail server that was down for days has its tries still before it.
    return now - row.created_at > GIVE_UP_AFTER and row.attempts >= LEAST_TRIES


class _Report:
    """Says in the log how fast a run is, now and then."""

    def __init__(self, number: int | None) -> None:
        self._what = "round-ups" if number == LANE_EDITIONS else "mails"
        self._sent, self._since = 0, time.monotonic()

    def count(self) -> None:
        if not self._sent:
            self._since = time.monotonic()
        self._sent += 1
        if time.monotonic() - self._since > REPORT_SECONDS:
            self.end()

    def end(self) -> None:
        seconds, sent = time.monotonic() - self._since, self._sent
        self._sent = 0
        if sent >= BATCH:
            log.info(
                "%d %s sent in %.0f s, %.0f a second", sent, self._what, seconds, sent / seconds
            )
