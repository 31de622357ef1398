"""Takes kept letters to their outcomes: several are examined at a time, and settled in turns.

One thread talks to the database. Each of its turns is one transaction, which settles what has been
examined and takes what is to be examined next. A letter that breaks our code is marked stuck and
kept for a person; a database that is away is waited for, with the letters in hand.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from config import Settings
from delivery.letters import Desk
from ingest import stuck
from ingest.examine import Examiner, Failed
from ingest.hand import Hand, Ready
from ingest.matter import Outcome
from ingest.resolver import Resolver
from ingest.settle import Overtaken, settle
from storage import letters
from storage.database import Database, DiskFull, Unavailable
from storage.records import Letter

log = logging.getLogger("postround.letters")

LEASE = timedelta(seconds=15)
"""So long after a kill the letters that were in hand are taken up again."""
RENEW_SECONDS = 5.0
IDLE_SECONDS = 0.5
HANDS = 24
"""Letters examined at a time: most of that is waiting for name servers."""
TOGETHER = 16
"""Letters settled in one transaction: it lasts some tenths of a second at most."""
ODD_SECONDS = 1.0
AWAITED_SECONDS = 3.0
TELL_SECONDS = 60.0
MOST_FAILURES = 3


@dataclass(slots=True)
class _Alarms:
    """Moments of the monotonic clock at which something rarer is done in a turn."""

    renew: float = 0.0
    odd: float = 0.0
    awaited: float = 0.0
    tell: float = 0.0


class Workers:
    """The thread that settles, the threads that examine, and the children that read for them."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        resolver: Resolver,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._desk = Desk.of(settings)
        self._clock = clock
        self._come = threading.Event()
        self._closing = threading.Event()
        self._stop = threading.Event()
        self._examiner = Examiner(settings, resolver)
        self._hand = Hand(self._examiner.examine, self._come.set, HANDS)
        self._at = _Alarms()
        self._thread = threading.Thread(target=self._serve, name="letters", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Says that a letter has come, so that nobody sleeps on it."""
        self._come.set()

    def close(self, seconds: float = 6.0) -> None:
        """Finishes the letters in hand; those that take longer are put back for the next start."""
        until = time.monotonic() + seconds
        for said, share in ((self._closing, 0.6), (self._stop, 0.9)):
            said.set()
            self._come.set()
            if self._thread.ident is not None:
                self._thread.join(max(0.0, until - seconds * (1 - share) - time.monotonic()))
        if not self._thread.is_alive():
            self._put_back()
        self._examiner.close(max(0.1, until - time.monotonic()))

    def work_off(self) -> int:
        """Works until no letter waits; how many were settled. For commands and tests."""
        settled = 0
        while True:
            self._at.odd = 0.0
            done, taken = self._turn()
            settled += done
            if not (done or taken or self._hand):
                return settled
            if not (done or taken):
                self._sleep()

    def _serve(self) -> None:
        while not self._stop.is_set() and (self._hand or not self._closing.is_set()):
            try:
                moved = any(self._turn())
                self._tell()
            except Exception:  # a thread that ends here would leave every letter unread
                log.exception("a turn broke our code")
                moved = False
            if not moved:
                self._sleep()

    def _sleep(self) -> None:
        self._come.wait(IDLE_SECONDS)
        self._come.clear()

    # A turn ------------------------------------------------------------------------------------

    def _turn(self) -> tuple[int, int]:
        """One transaction; how many letters it settled, and how many it took."""
        group = self._hand.due(TOGETHER)
        try:
            with self._database.write() as tx:
                outcomes = [self._settle(tx, one) for one in group]
                self._keep_claims(tx)
                taken = self._take(tx, self._hand.room + len(group))
        except Exception as error:  # noqa: BLE001 - one letter may be to blame, and is looked for
            self._note(error, known=bool(group))
            return self._one_by_one(group), 0
        for one, outcome in zip(group, outcomes, strict=True):
            self._settled(one, outcome)
        for letter in taken:
            self._hand.take(letter)
        return len(group), len(taken)

    def _settle(self, tx: Connection, one: Ready) -> Outcome:
        return settle(tx, self._settings, self._desk, self._clock(), one.found)

    def _keep_claims(self, tx: Connection) -> None:
        moment = time.monotonic()
        if len(self._hand) and moment >= self._at.renew:
            self._at.renew = moment + RENEW_SECONDS
            letters.keep_claim(tx, self._hand.ids, self._clock() + LEASE)

    def _take(self, tx: Connection, room: int) -> list[Letter]:
        """In a flood, those that somebody waits for come first, and then those from where little
        comes; what is odd comes one by one."""
        if self._closing.is_set() or room <= 0:
            return []
        now, moment = self._clock(), time.monotonic()
        taken: list[Letter] = []
        if self._examiner.hurried and moment >= self._at.awaited:
            self._at.awaited = moment + AWAITED_SECONDS
            taken += letters.take(tx, now, LEASE, room // 2, "awaited")
            taken += letters.take(tx, now, LEASE, room // 2, "rare")
        if len(taken) < room:
            taken += letters.take(tx, now, LEASE, room - len(taken), "common")
        self._examiner.hurried = len(taken) >= room
        if moment >= self._at.odd and not self._hand.has_odd:
            odd = letters.take(tx, now, LEASE, 1, "alone")
            self._at.odd = 0.0 if odd else moment + ODD_SECONDS
            taken += odd
        return taken

    def _settled(self, one: Ready, outcome: Outcome) -> None:
        self._hand.let_go(one.letter)
        level = logging.ERROR if outcome.name == "stuck" else logging.INFO
        log.log(level, "letter %d: %s (%s)", one.letter.id, outcome.name, outcome.reason)
        if outcome.name == "stuck":
            self._at.tell = 0.0

    # When a turn fails -----------------------------------------------------------------------

    def _one_by_one(self, group: list[Ready]) -> int:
        """Finds the letter that is to blame for a turn that failed, if it was one; how many
        the others were."""
        settled = 0
        while group and self._is_there():
            settled += self._alone(group.pop(0))
        for one in group:
            self._hand.put_back(one)
        return settled

    def _is_there(self) -> bool:
        """Whether the database works at all."""
        try:
            with self._database.write() as tx:
                letters.keep_claim(tx, self._hand.ids, self._clock() + LEASE)
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
            self._hand.let_go(one.letter)
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
            self._hand.put_back(one)
            return
        log.error("letter %d broke our code", one.letter.id, exc_info=error)
        if isinstance(one.found, Failed):
            self._hand.let_go(one.letter)  # it comes back when its claim has run out
            return
        reason = f"Our program failed on it: {type(error).__name__}."
        self._hand.put_back(Ready(Failed(one.letter, reason)))

    def _note(self, error: Exception, *, known: bool = False) -> None:
        """A traceback only for what nothing else will explain."""
        known |= isinstance(error, Unavailable)
        log.warning("a turn failed: %s", type(error).__name__, exc_info=None if known else error)

    # Beside the turns ------------------------------------------------------------------------

    def _tell(self) -> None:
        """Organisers hear of stuck letters."""
        if time.monotonic() < self._at.tell:
            return
        self._at.tell = time.monotonic() + TELL_SECONDS
        try:
            with self._database.write() as tx:
                stuck.tell(tx, self._desk, self._clock())
        except Unavailable as error:
            self._note(error)

    def _put_back(self) -> None:
        if not len(self._hand):
            return
        try:
            with self._database.write() as tx:
                letters.give_back(tx, self._hand.ids)
        except Unavailable as error:
            self._note(error)  # they are taken up when their claims have run out
