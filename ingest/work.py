"""Takes kept letters one after the other: read, prove, route, settle.

Several threads do it side by side, in any number of processes. A letter that breaks our code is
marked stuck and kept for a person; one that finds the database away is simply taken again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from config import Settings
from delivery.addresses import read_address
from delivery.letters import Desk, Pen
from ingest.draft import Draft
from ingest.proof import is_trusted, prove
from ingest.reading import read_and_draft
from ingest.resolver import Resolver
from ingest.route import Matter, Outcome, route
from ingest.supervise import ReadingRoom, Unreadable
from storage import letters, lists
from storage.database import Database, Unavailable
from storage.letters import Damaged
from storage.records import Letter, Proof, Reading

log = logging.getLogger("postround.letters")

LEASE = timedelta(minutes=5)
IDLE_SECONDS = 0.5


class Workers:
    """The threads that work through the letters, and the children that read for them."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        resolver: Resolver,
        *,
        threads: int = 4,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._desk = Desk.of(settings)
        self._resolver = resolver
        self._clock = clock
        self._room = ReadingRoom(children=2, imports=["ingest.reading"])
        self._stop = threading.Event()
        self._come = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve, name=f"letters-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Says that a letter has come, so that nobody sleeps on it."""
        self._come.set()

    def close(self, seconds: float = 8.0) -> None:
        """Finishes the letters in hand; a letter that takes longer is taken up at the next start."""
        self._stop.set()
        self._come.set()
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        self._room.close()

    def work_off(self) -> int:
        """Works until no letter waits; how many there were. For commands and tests."""
        done = 0
        while self._next():
            done += 1
        return done

    def _serve(self) -> None:
        while not self._stop.is_set():
            if not self._next():
                self._come.wait(IDLE_SECONDS)
                self._come.clear()

    def _next(self) -> bool:
        """Takes one letter to its outcome; False when there is none, or no database."""
        try:
            with self._database.write() as tx:
                taken = letters.take(tx, self._clock(), LEASE)
        except Unavailable as error:
            log.warning("the database is away: %s", type(error).__name__)
            return False
        except Damaged as error:
            log.error("%s", error)
            return False
        for letter in taken:
            self._bring(letter)
        return bool(taken)

    def _bring(self, letter: Letter) -> None:
        try:
            reading, draft = self._room.ask(read_and_draft, letter.raw)
            proof = self._prove(letter)
            outcome = self._settle(letter, reading, draft, proof)
        except Unavailable as error:
            log.warning("letter %d waits for the database: %s", letter.id, type(error).__name__)
            return
        except Unreadable as error:
            self._stuck(letter, error.reason)
            return
        except Exception as error:  # whatever it is, the letter must be kept and the others served
            log.exception("letter %d broke our code", letter.id)
            self._stuck(letter, f"Our program failed on it: {type(error).__name__}.")
            return
        log.info("letter %d: %s (%s)", letter.id, outcome.name, outcome.reason)

    def _prove(self, letter: Letter) -> Proof:
        settings = self._settings
        return prove(
            letter.raw,
            letter.mail_from,
            letter.helo,
            letter.peer,
            resolver=self._resolver,
            trusted_relays=settings.trusted_relays,
            authserv_id=settings.authserv_id,
            trusted_sealers=settings.arc_sealers,
            received_at=letter.received_at,
        )

    def _settle(self, letter: Letter, reading: Reading, draft: Draft, proof: Proof) -> Outcome:
        """Everything that the letter causes, and its outcome, in one transaction."""
        with self._database.write() as tx:
            to = read_address(letter.recipient, lists.every(tx))
            if to is None:
                outcome = Outcome("refused", "The list is gone.")
            else:
                pen = Pen(tx, self._desk, to.list, self._clock())
                source = self._source(letter)
                matter = Matter(pen, self._settings, letter, to, reading, proof, draft, source)
                outcome = route(matter)
            sender = reading.sender.address if reading.sender else ""
            mine = letters.settle(
                tx,
                letter.id,
                outcome.name,
                outcome.reason,
                subject=reading.subject,
                sender=sender,
            )
            if not mine:
                raise Unavailable("another process had settled the letter")
        return outcome

    def _source(self, letter: Letter) -> str:
        local = letter.peer.startswith("127.") or letter.peer in ("", "::1", "unix")
        if local or is_trusted(letter.peer, self._settings.trusted_relays):
            return ""
        return f"mail {letter.peer}"

    def _stuck(self, letter: Letter, reason: str) -> None:
        log.error("letter %d is stuck: %s", letter.id, reason)
        try:
            with self._database.write() as tx:
                letters.settle(tx, letter.id, "stuck", reason)
        except Unavailable as error:
            log.warning("letter %d waits for the database: %s", letter.id, type(error).__name__)
