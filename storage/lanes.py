"""Which of the waiting letters are read next: oldest first, unless so many wait that somebody would
wait for long. Not for claiming them, and never for refusing one: the order is all that changes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, case, exists, func, or_, select, true

from storage.tables import author, letter, mailing_list, raw_message, subscriber, volunteer

Lane = Literal["any", "common", "awaited", "rare", "alone"]
"""common: small ones that nobody took before. Of these, awaited: what answers a mail of ours or
comes from somebody whom a list knows; rare: what comes from where little comes from. alone: large
ones and those that were taken before, of which one at a time is enough."""

LARGE = 1024 * 1024
"""Bytes from which on a letter is no common one."""
LOOKED_AT = 5000
"""So many of the newest are looked at for rare ones: two minutes of a flood."""


def free_in(tx: Connection, lane: Lane, now: datetime, limit: int) -> dict[int, int]:
    """The ids of letters that may be taken now, in order, and how often each was taken before."""
    free = letter.c.state == "new"
    if lane in ("any", "alone"):
        free |= (letter.c.state == "reading") & (letter.c.lease_until < now)
    free &= _LANES[lane]
    if lane == "rare":
        free &= letter.c.id.in_(_rare(tx, limit))
    order = (_SUSPECTED, letter.c.id) if lane == "alone" else (letter.c.id,)
    chosen = select(letter.c.id, letter.c.attempts).where(free).order_by(*order).limit(limit)
    rows = tx.execute(chosen.with_for_update(skip_locked=True))
    return {row.id: row.attempts for row in rows}


def _rare(tx: Connection, limit: int) -> list[int]:
    newest = select(letter.c.id, letter.c.mail_from).where(letter.c.state == "new")
    found = tx.execute(newest.order_by(letter.c.id.desc()).limit(LOOKED_AT))
    domains = {row.id: row.mail_from.lower().rpartition("@")[2] for row in found}
    how_many = Counter(domains.values())
    return sorted(domains, key=lambda number: (how_many[domains[number]], number))[:limit]


_SMALL = exists().where(
    raw_message.c.id == letter.c.raw_id, func.length(raw_message.c.content) < LARGE
)
_COMMON = (letter.c.attempts == 0) & _SMALL
# Of many that were in hand when a process was killed at most one is to blame: each is tried once
# alone before any is tried again, or a few kills in a row would leave the oldest one stuck.
_SUSPECTED = case((letter.c.attempts > 1, letter.c.attempts), else_=0)
# The envelope can be forged, so this only ever changes the order.
_KNOWN = or_(
    *(
        exists().where(
            table.c.list_id.in_(select(mailing_list.c.id)),  # with it the index serves
            table.c.address_key == func.lower(letter.c.mail_from),
            known,
        )
        for table, known in (
            (author, author.c.approved > 0),
            (subscriber, subscriber.c.state == "active"),
            (volunteer, volunteer.c.removed_at.is_(None)),
        )
    )
)
_LANES = {
    "any": true(),
    "common": _COMMON,
    "rare": _COMMON,
    "awaited": _COMMON & (letter.c.recipient.like("%-%+%") | _KNOWN),
    "alone": ~_COMMON,
}
