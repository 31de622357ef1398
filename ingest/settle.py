"""Settles one letter within the caller's transaction: everything that it causes, and its outcome.

Both together or neither, so that nobody is written to twice about the same letter.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from config import Settings
from delivery.addresses import read_address
from delivery.letters import Desk, Pen
from ingest.door import UNIX
from ingest.examine import Examined, Failed
from ingest.matter import Matter, Outcome
from ingest.proof import is_trusted
from ingest.route import route
from storage import letters, lists
from storage.records import Letter, Proof

AGAIN_AFTER = timedelta(seconds=2)
MOST_READERS = 3
"""So many readers may end over a letter, by no fault of its own, before a person looks at it."""


class Overtaken(Exception):
    """Another process settled the letter, because we were silent for too long."""


def settle(
    tx: Connection, settings: Settings, desk: Desk, now: datetime, found: Examined | Failed
) -> Outcome:
    """What became of the letter. Raises Overtaken, and then the transaction must not be kept."""
    if isinstance(found, Failed):
        return _failed(tx, now, found)
    letter, reading = found.letter, found.reading
    outcome = _outcome(tx, settings, desk, now, found)
    mine = letters.settle(
        tx,
        letter.id,
        outcome.name,
        outcome.reason,
        subject=reading.subject,
        sender=reading.sender.address if reading.sender else "",
    )
    if not mine:
        raise Overtaken
    return outcome


def _failed(tx: Connection, now: datetime, found: Failed) -> Outcome:
    letter = found.letter
    if found.again and letter.attempts < MOST_READERS:
        letters.keep_claim(tx, [letter.id], now + AGAIN_AFTER)
        return Outcome("again", found.reason)
    if not letters.set_stuck(tx, letter.id, found.reason, now):
        raise Overtaken
    return Outcome("stuck", found.reason)


def _outcome(
    tx: Connection, settings: Settings, desk: Desk, now: datetime, found: Examined
) -> Outcome:
    every = lists.every(tx)
    letter = found.letter
    to = read_address(letter.recipient, every)
    if to is None:
        return Outcome("refused", "The list is gone.")
    matter = Matter(
        pen=Pen(tx, desk, to.list, now),
        settings=settings,
        letter=letter,
        to=to,
        reading=found.reading,
        proof=found.proof,
        draft=found.draft,
        source=_source(letter, settings, found.proof),
        every=every,
    )
    return route(matter)


def _source(letter: Letter, settings: Settings, proof: Proof) -> str:
    """Whoever proves the address bombs nobody; a front server's own address says nothing."""
    in_front = letter.peer == UNIX or is_trusted(letter.peer, settings.trusted_relays)
    return "" if in_front or proof.aligned else f"mail {letter.peer}"
