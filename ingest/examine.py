"""Finds out all there is to know about one letter: what it says, who sent it, whether it is spam.

Outside any transaction, because it may take seconds. What becomes of it is for the desks to say.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from config import Settings
from ingest.drafted import Draft
from ingest.proof import only_for, prove
from ingest.reading import IMPORTS, read_and_draft
from ingest.resolver import Hurried, Resolver
from ingest.screen import Scanning
from ingest.supervise import ReadingRoom, Unreadable
from storage.records import Letter, Proof, Reading

HURRIED_SECONDS = 1.0
"""For all questions to the DNS about one letter, while many others wait. What is not answered in
that time is not proven, which never refuses anything."""

log = logging.getLogger("postround.letters")


@dataclass(frozen=True, slots=True)
class Examined:
    letter: Letter
    reading: Reading
    draft: Draft
    proof: Proof


@dataclass(frozen=True, slots=True)
class Failed:
    letter: Letter
    reason: str
    again: bool = False
    """The letter is not to blame."""


class Examiner:
    """Examines letters, for several threads at once. Close it at the end."""

    def __init__(self, settings: Settings, resolver: Resolver) -> None:
        self._settings = settings
        self._resolver = resolver
        self._scanning = Scanning(settings.spam_scanner)
        self._room = ReadingRoom(children=2, imports=IMPORTS)
        self.hurried = False
        """Others wait: nobody's name server may hold them up."""

    def examine(self, letter: Letter) -> Examined | Failed:
        """Takes up to a minute, and never raises."""
        try:
            reading, draft = self._room.ask(read_and_draft, letter.raw)
            if reading.auto_submitted or reading.bounce is not None:
                # Such a letter is noted and never answered, whoever sent it.
                return Examined(letter, reading, draft, Proof())
            proof = only_for(self._prove(letter), reading.sender)
            reasons = self._scanning.suspicions(letter, reading, proof)
            draft = replace(draft, notes=(*reasons, *draft.notes))
            return Examined(letter, reading, draft, proof)
        except Unreadable as error:
            return Failed(letter, error.reason, error.again)
        except Exception as error:  # whatever it is, the letter must be kept and the others served
            log.exception("letter %d broke our code", letter.id)
            return Failed(letter, f"Our program failed on it: {type(error).__name__}.")

    def is_warm(self, seconds: float) -> bool:
        """Whether letters can be read at once; waits so long for that."""
        return self._room.is_warm(seconds)

    def close(self, seconds: float) -> None:
        """Ends the reading children; one that is busy is not waited for longer than that."""
        closing = threading.Thread(target=self._room.close, daemon=True)
        closing.start()
        closing.join(seconds)

    def _prove(self, letter: Letter) -> Proof:
        settings = self._settings
        hurried = Hurried(self._resolver, HURRIED_SECONDS)
        return prove(
            letter.raw,
            letter.mail_from,
            letter.helo,
            letter.peer,
            resolver=hurried if self.hurried else self._resolver,
            trusted_relays=settings.trusted_relays,
            authserv_id=settings.authserv_id,
            trusted_sealers=settings.arc_sealers,
            received_at=letter.received_at,
        )
