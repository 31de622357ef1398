"""Carries the outbox to the outside: claims mails, hands them over, notes what became of each.

Mails to people who wait for an answer have a connection of their own and never stand behind
ten thousand round-ups. Any number of senders may work on one database, on any machines.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from datetime import UTC, datetime, timedelta

from config import Settings
from delivery.back_off import rest_after
from delivery.lane import Build, Done, Lane, Office, Ready
from delivery.leases import Leases
from delivery.noting import Noting
from delivery.pace import Pace
from delivery.transport import WrongPassword, open_transport
from storage import halts
from storage.database import Database, Unavailable
from storage.outgoing import LANE_EDITIONS, LANE_PEOPLE

__all__ = ["Build", "Ready", "clock", "run_sender"]

log = logging.getLogger("postround.sender")

WRONG_PASSWORDS = 3
AFTER_WRONG_PASSWORD_SECONDS = 5.0
PAUSE_AFTER_WRONG_PASSWORDS = timedelta(minutes=15)
"""One try after each pause: providers lock accounts that try more often."""


def clock() -> datetime:
    return datetime.now(UTC)


async def run_sender(
    database: Database, settings: Settings, build: Build, stop: asyncio.Event
) -> None:
    """Sends until ``stop`` is set; then finishes what is in hand and gives the rest back."""
    sender = _Sender(database, settings, build, stop)
    await sender.begin()
    # With one connection alone it serves both lanes, people first.
    lanes = [LANE_PEOPLE, LANE_EDITIONS] if settings.send_connections > 1 else [None]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sender.office.leases.beat(stop))
        for lane in lanes:
            width = max(settings.send_connections - 1, 1) if lane == LANE_EDITIONS else 1
            tasks.create_task(sender.serve(lane, width))


class _Sender:
    def __init__(
        self, database: Database, settings: Settings, build: Build, stop: asyncio.Event
    ) -> None:
        self._settings = settings
        self._wrong_passwords = 0
        claim = secrets.token_hex(8)

        def now() -> datetime:
            return clock()  # looked up each time: a test may set it forward

        self.office = Office(
            database=database,
            build=build,
            stop=stop,
            claim=claim,
            clock=now,
            noting=Noting(database, claim, stop, now),
            leases=Leases(database, claim, now),
            pace=Pace(settings.send_rate, settings.send_rate_per_domain),
        )

    async def begin(self) -> None:
        """Whoever starts us may have put the password right."""
        now = self.office.clock()
        with contextlib.suppress(Unavailable):
            await self.office.noting.write(lambda tx: halts.end(tx, now, login_only=True))

    async def serve(self, number: int | None, width: int) -> None:
        """Works through one lane over ``width`` connections until the stop."""
        way_out = self._settings.outgoing, self._settings.hostname
        transports = [open_transport(*way_out) for _ in range(width)]
        lane, failures = Lane(self.office, number, transports), 0
        try:
            while not self.office.stop.is_set():
                done = await self._stretch(lane)
                failures = failures + 1 if done == "broken" else 0
                if done != "worked":
                    await self._rest(rest_after(failures))
        finally:
            for transport in transports:
                await transport.close()

    async def _stretch(self, lane: Lane) -> Done:
        """ "broken" says that the way out or the database is away."""
        try:
            done = await lane.stretch()
        except WrongPassword as error:
            await self._wrong_password(error)
            return "broken"
        except Unavailable as error:
            log.warning("the database is away: %s", error)
            return "broken"
        if done == "worked":
            self._wrong_passwords = 0
        return done

    async def _wrong_password(self, error: WrongPassword) -> None:
        self._wrong_passwords += 1
        log.error("the mail server refuses our login: %s", error)
        if self._wrong_passwords < WRONG_PASSWORDS:
            await self._rest(AFTER_WRONG_PASSWORD_SECONDS)
            return
        now = self.office.clock()
        until = now + PAUSE_AFTER_WRONG_PASSWORDS
        reason = f"the mail server refuses our login: {error}"
        with contextlib.suppress(Unavailable):
            await self.office.noting.write(lambda tx: halts.begin(tx, reason, now, until=until))
        log.error("nothing is sent for a while; after a repair: `postround outgoing retry`")

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.office.stop.wait(), seconds)
