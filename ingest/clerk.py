"""Settles what was examined and takes what is to be examined next, one transaction after another.

A letter that breaks our code is marked stuck and kept for a person; a database that is away is
waited for, with the letters in hand. Everything here belongs to one thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config import Settings
from delivery.letters import Desk
from ingest import stuck
from ingest.examine import Examiner, Failed
from ingest.hand import Hand, Ready
from ingest.matter import Outcome
from ingest.settle import Overtaken, settle
from storage import letters
from storage.database import Database, DiskFull, Unavailable
from storage.records import Letter

log = logging.getLogger("postround.letters")

LEASE = timedelta(seconds=15)
"""So long after a kill the letters that were in hand are taken up again."""
RENEW_SECONDS = 5.0
HANDS = 24
"""Letters examined at a time: most of that is waiting for name servers."""
TOGETHER = 16
"""Letters settled in one transaction: it lasts some tenths of a second at most."""
ODD_SECONDS = 1.0
AWAITED_SECONDS = 1.0
TELL_SECONDS = 60.0
MOST_FAILURES = 3


@dataclass(slots=True)
class _Alarms:
    """Moments of the monotonic clock at which something rarer is done."""

    renew: float = 0.0
    odd: float = 0.0
    awaited: float = 0.0
    tell: float = 0.0


class Clerk:
    """Works in turns. ``when_examined`` is called, in another thread, when a turn has work."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        examiner: Examiner,
        when_examined: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._settings = settings
        self._desk = Desk.of(settings)
        self._examiner = examiner
        self._clock = clock
        self.hand = Hand(examiner.examine, when_examined, HANDS)
        self.closing = False
        """No more letters are taken."""
        self.at = _Alarms()

    def turn(self) -> tuple[int, int]:
        """One transaction; how many letters it settled, and how many it took."""
        group = self.hand.due(TOGETHER)
        try:
            with self._database.write() as tx:
                outcomes = [self._settle(tx, one) for one in group]
                self._keep_claims(tx)
                taken = self._take(tx, self.hand.room + len(group))
        except Exception as error:  # noqa: BLE001 - one letter may be to blame, and is looked for
            self._note(error, known=bool(group))
            return self._one_by_one(group), 0
        for one, outcome in zip(group, outcomes, strict=True):
            self._settled(one, outcome)
        for letter in taken:
            self.hand.take(letter)
        return len(group), len(taken)

    def _settle(self, tx: Connection, one: Ready) -> Outcome:
        return settle(tx, self._settings, self._desk, self._clock(), one.found)

    def _keep_claims(self, tx: Connection) -> None:
        moment = time.monotonic()
        if len(self.hand) and moment >= self.at.renew:
            self.at.renew = moment + RENEW_SECONDS
            letters.keep_claim(tx, self.hand.ids, self._clock() + LEASE)

    def _take(self, tx: Connection, room: int) -> list[Letter]:
        """In a flood, those that somebody waits for come first, and then those from where little
        comes; what is odd comes one by one."""
        if self.closing or room <= 0:
            return []
        now, moment = self._clock(), time.monotonic()
        taken: list[Letter] = []
        if self._examiner.hurried and moment >= self.at.awaited:
            self.at.awaited = moment + AWAITED_SECONDS
            # However little room there is: in a flood there is hardly ever any.
            taken += letters.take(tx, now, LEASE, HANDS // 2, "awaited")
            taken += letters.take(tx, now, LEASE, HANDS // 4, "rare")
        if len(taken) < room:
            taken += letters.take(tx, now, LEASE, room - len(taken), "common")
        self._examiner.hurried = len(taken) >= room
        if moment >= self.at.odd and not self.hand.has_odd:
            odd = letters.take(tx, now, LEASE, 1, "alone")
            self.at.odd = 0.0 if odd else moment + ODD_SECONDS
            taken += odd
        return taken

    def _settled(self, one: Ready, outcome: Outcome) -> None:
        self.hand.let_go(one.letter)
        level = logging.ERROR if outcome.name == "stuck" else logging.INFO
        log.log(level, "letter %d: %s (%s)", one.letter.id, outcome.name, outcome.reason)
        if outcome.name == "stuck":
            self.at.tell = 0.0

    def tell(self) -> None:
        """Organisers hear of stuck letters. For after a turn: looks once a minute."""
        if time.monotonic() < self.at.tell:
            return
        self.at.tell = time.monotonic() + TELL_SECONDS
        try:
            with self._database.write() as tx:
                stuck.tell(tx, self._desk, self._clock())
        except Unavailable as error:
            self._note(error)

    def put_back(self) -> None:
        """At the end: what is still in hand is for the next start."""
        if not len(self.hand):
            return
        try:
            with self._database.write() as tx:
                letters.give_back(tx, self.hand.ids)
        except Unavailable as error:
            self._note(error)  # they are taken up when their claims have run out

    # When a turn fails -----------------------------------------------------------------------

    def _one_by_one(self, group: list[Ready]) -> int:
        """Finds the letter that is to blame for a turn that failed, if it was one; how many
        the others were."""
        settled = 0
        while group and self._is_there():
            settled += self._alone(group.pop(0))
        for one in group:
            self.hand.put_back(one)
        return settled

    def _is_there(self) -> bool:
        """Whether the database works at all."""
        try:
            with self._database.write() as tx:
                letters.keep_claim(tx, self.hand.ids, self._clock() + LEASE)
        except Exception as error:  # noqa: BLE001 - whatever it is, the letters wait
            self._note(error)
            return False
        return True

    def _alone(self, one: Ready) -> bool:
        try:
            with self._database.write() as tx:
                outcome = self._settle(tx, one)
        except Overtaken:
            log.warning("letter %d was settled by somebody else meanwhile", one.letter.id)
            self.hand.let_go(one.letter)
        except Exception as error:  # noqa: BLE001 - the letter is kept and the others are served
            self._failed(one, error)
        else:
            self._settled(one, outcome)
            return True
        return False

    def _failed(self, one: Ready, error: Exception) -> None:
        """Tried again when it may pass; else, and after some tries, the letter is stuck."""
        one.failures += not isinstance(error, DiskFull)
        if isinstance(error, Unavailable) and one.failures < MOST_FAILURES:
            self._note(error)
            self.hand.put_back(one)
            return
        log.error("letter %d broke our code", one.letter.id, exc_info=error)
        if isinstance(one.found, Failed):
            self.hand.let_go(one.letter)  # it comes back when its claim has run out
            return
        reason = f"Our program failed on it: {type(error).__name__}."
        self.hand.put_back(Ready(Failed(one.letter, reason)))

    def _note(self, error: Exception, *, known: bool = False) -> None:
        """A traceback only for what nothing else will explain."""
        known |= isinstance(error, Unavailable)
        log.warning("a turn failed: %s", type(error).__name__, exc_info=None if known else error)
