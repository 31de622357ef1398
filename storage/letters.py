"""Letters: kept before anybody reads them, then taken one by one until each has an outcome."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    func,
    select,
    text,
    update,
)

from storage import history, journal
from storage.addresses import fold
from storage.lanes import Lane, free_in
from storage.records import Arrival, Letter
from storage.tables import letter, raw_message

RESENT_WITHIN = timedelta(days=7)
MAX_ATTEMPTS = 5
"""A letter may be in hand by chance when its process is killed; five times is no chance."""
STUCK = "letter stuck"
"""In the history: a letter, by its number, was left to a person."""

# Trace headers differ from one try of the same message to the next (RFC 5321 §4.4).
_TRACE = (b"received:", b"return-path:", b"delivered-to:", b"x-", b"authentication-results:")
_SAME = select(letter.c.fingerprint, letter.c.recipient, letter.c.received_at).where(
    letter.c.fingerprint.in_(bindparam("prints", expanding=True))
)
_NEW_RAW = raw_message.insert().returning(raw_message.c.id, sort_by_parameter_order=True)
_NEW_LETTER = letter.insert().returning(letter.c.id, sort_by_parameter_order=True)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class Damaged(Exception):
    """The stored bytes are not the ones that came in."""


def keep(tx: Connection, arrivals: Sequence[Arrival]) -> list[int]:
    """Stores the messages, one letter for each of our addresses; the ids of the new letters.

    A message that was sent again (the same bytes but for trace headers, to the same address,
    within seven days) makes no second letter: the sender missed our 250 (RFC 1047). A batch takes
    three statements, however many arrivals share its commit.
    """
    prints = [fingerprint(arrival.raw) for arrival in arrivals]
    _wait_for_twins(tx, prints)
    known = _known(tx, prints)
    new: list[tuple[Arrival, str, list[str]]] = []
    for arrival, print_ in zip(arrivals, prints, strict=True):
        missing = _missing(arrival, known[print_])
        if missing:
            new.append((arrival, print_, missing))
    return _insert(tx, new)


def fingerprint(raw: bytes) -> str:
    """SHA-256 of the message without the trace headers that change from try to try."""
    blank = _BLANK_LINE.search(raw)
    end = blank.start() if blank else len(raw)
    kept, skipping = hashlib.sha256(), False
    # Whatever ends its lines: two letters taken for one would lose the second.
    for line in raw[:end].splitlines():
        if not line.startswith((b" ", b"\t")):
            skipping = line[:24].lower().startswith(_TRACE)
        if not skipping:
            kept.update(line + b"\n")
    kept.update(raw[end:])
    return kept.hexdigest()


def _wait_for_twins(tx: Connection, prints: Sequence[str]) -> None:
    """Lets a second transaction with the same message see what the first one kept.

    On SQLite there is only one writer anyway.
    """
    if tx.dialect.name == "sqlite":
        return
    keys = sorted({int.from_bytes(bytes.fromhex(one[:16]), signed=True) for one in prints})
    locks = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
    tx.execute(locks, {"keys": keys})


def _known(tx: Connection, prints: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """For each fingerprint the recipients that have it, and when they last got it."""
    known: dict[str, dict[str, datetime]] = {print_: {} for print_ in prints}
    for print_, recipient, received_at in tx.execute(_SAME, {"prints": list(known)}):
        here = known[print_]
        here[fold(recipient)] = max(received_at, here.get(fold(recipient), received_at))
    return known


def _missing(arrival: Arrival, known: dict[str, datetime]) -> list[str]:
    """The recipients who lack it; noted as having it, for a batch may hold the same twice."""
    since = arrival.received_at - RESENT_WITHIN
    missing = []
    for address in arrival.recipients:
        had_at = known.get(fold(address))
        if had_at is None or had_at < since:
            missing.append(address)
            known[fold(address)] = arrival.received_at
    return missing


def _insert(tx: Connection, new: list[tuple[Arrival, str, list[str]]]) -> list[int]:
    if not new:
        return []
    raws = [
        {"sha256": hashlib.sha256(arrival.raw).hexdigest(), "content": arrival.raw}
        for arrival, _, _ in new
    ]
    rows = [
        {
            "raw_id": raw_id,
            "received_at": arrival.received_at,
            "peer": arrival.peer,
            "helo": arrival.helo,
            "mail_from": arrival.mail_from,
            "recipient": recipient,
            "fingerprint": print_,
        }
        for raw_id, (arrival, print_, recipients) in zip(
            tx.execute(_NEW_RAW, raws).scalars(), new, strict=True
        )
        for recipient in recipients
    ]
    return list(tx.execute(_NEW_LETTER, rows).scalars())


def take(
    tx: Connection, now: datetime, lease: timedelta, limit: int = 1, lane: Lane = "any"
) -> list[Letter]:
    """Letters to read next, oldest first, claimed until ``now + lease``.

    Those whose claim ran out, because the process that had it died, are taken again; one that
    outlived MAX_ATTEMPTS of them is marked stuck and left to a person.
    """
    free = free_in(tx, lane, now, limit)
    for number in (number for number, attempts in free.items() if attempts >= MAX_ATTEMPTS):
        set_stuck(tx, number, "Reading it failed several times without an answer.", now)
    ids = [number for number, attempts in free.items() if attempts < MAX_ATTEMPTS]
    if not ids:
        return []
    claim = {
        "state": "reading",
        "lease_until": now + lease,
        "attempts": letter.c.attempts + 1,
    }
    tx.execute(update(letter).where(letter.c.id.in_(ids)).values(claim))
    found = tx.execute(_whole().where(letter.c.id.in_(ids)).order_by(letter.c.id)).all()
    return [taken for row in found if (taken := _undamaged(tx, row, now)) is not None]


def _undamaged(tx: Connection, row: Sequence[Any], now: datetime) -> Letter | None:
    """The letter; one whose bytes changed is set aside, so that it never holds up the others."""
    try:
        return _letter(row)
    except Damaged as error:
        set_stuck(tx, row[0], str(error), now)
        return None


def keep_claim(tx: Connection, letter_ids: Sequence[int], until: datetime) -> None:
    """Says that these letters are still being worked on."""
    here = letter.c.id.in_(letter_ids) & (letter.c.state == "reading")
    tx.execute(update(letter).where(here).values(lease_until=until))


def give_back(tx: Connection, letter_ids: Sequence[int]) -> None:
    """Puts letters back that were taken and not tried, for example at a stop."""
    here = letter.c.id.in_(letter_ids) & (letter.c.state == "reading")
    values = {"state": "new", "lease_until": None, "attempts": letter.c.attempts - 1}
    tx.execute(update(letter).where(here).values(values))


def set_stuck(tx: Connection, letter_id: int, reason: str, now: datetime) -> bool:
    """Leaves a letter to a person; False when somebody settled it before."""
    here = (letter.c.id == letter_id) & letter.c.state.in_(("new", "reading"))
    values = {"state": "stuck", "reason": reason, "lease_until": None}
    if tx.execute(update(letter).where(here).values(values)).rowcount != 1:
        return False
    history.note(tx, now, "postround", STUCK, detail=str(letter_id))
    return True


def settle(
    tx: Connection,
    letter_id: int,
    outcome: str,
    reason: str = "",
    *,
    subject: str = "",
    sender: str = "",
) -> bool:
    """Notes what became of a letter that is being read; False when somebody settled it before."""
    values = {
        "state": outcome,
        "reason": reason,
        "subject": subject,
        "sender": fold(sender) if sender else "",
        "lease_until": None,
    }
    if tx.execute(_SETTLE, values | {"which": letter_id}).rowcount != 1:
        return False
    journal.note(tx, "letter", id=letter_id, state=outcome)
    return True


def put_back(tx: Connection, letter_id: int) -> bool:
    """Lets a letter be read again: after a repair, or because the database was away."""
    states = ("reading", "stuck", "refused")
    here = (letter.c.id == letter_id) & letter.c.state.in_(states)
    values = {"state": "new", "attempts": 0, "reason": "", "lease_until": None}
    return tx.execute(update(letter).where(here).values(values)).rowcount == 1


def by_id(tx: Connection, letter_id: int) -> Letter | None:
    """Raises Damaged when the stored bytes changed since they came in."""
    row = tx.execute(_whole().where(letter.c.id == letter_id)).one_or_none()
    return _letter(row) if row else None


def subject_of(tx: Connection, letter_id: int) -> str:
    """ "" where it has none, or where the letter is gone."""
    return tx.execute(select(letter.c.subject).where(letter.c.id == letter_id)).scalar() or ""


def waiting_for_a_person(tx: Connection) -> list[Letter]:
    """Stuck and refused letters, without their bytes."""
    here = letter.c.state.in_(("stuck", "refused"))
    return [_letter(row) for row in tx.execute(_bare().where(here).order_by(letter.c.id))]


def has_stuck(tx: Connection) -> bool:
    return (
        tx.execute(select(letter.c.id).where(letter.c.state == "stuck").limit(1)).first()
        is not None
    )


def counts(tx: Connection) -> dict[str, int]:
    """How many letters there are in each state."""
    rows = tx.execute(select(letter.c.state, func.count()).group_by(letter.c.state))
    return {row[0]: row[1] for row in rows}


_SETTLE = update(letter).where(letter.c.id == bindparam("which"), letter.c.state == "reading")

_ENVELOPE = (
    letter.c.mail_from,
    letter.c.recipient,
    letter.c.peer,
    letter.c.helo,
    letter.c.received_at,
    letter.c.state,
    letter.c.reason,
    letter.c.subject,
    letter.c.sender,
    letter.c.attempts,
)


def _whole() -> Select[Any]:
    joined = letter.join(raw_message, raw_message.c.id == letter.c.raw_id)
    columns = (letter.c.id, raw_message.c.content, *_ENVELOPE, raw_message.c.sha256)
    return select(*columns).select_from(joined)


def _bare() -> Select[Any]:
    return select(letter.c.id, *_ENVELOPE)


def _letter(row: Sequence[Any]) -> Letter:
    if len(row) == len(_ENVELOPE) + 1:
        return Letter(row[0], b"", *row[1:])
    number, raw, *envelope, sha256 = row
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise Damaged(f"Letter {number} is not what came in: its checksum differs.")
    return Letter(number, raw, *envelope)
