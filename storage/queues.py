"""The mails to moderators that are about no single post: what each number in them means.

And which of the regular ones were written already, so that two clocks write one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from storage.database import insert_once
from storage.tables import queue_mail, queue_post, regular


@dataclass(frozen=True, slots=True)
class Queue:
    """A mail to one moderator, by whose mark a reply is known."""

    id: int
    list_id: int
    volunteer_id: int
    kind: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Numbered:
    """One post in a queue mail."""

    number: int
    post_id: int
    flagged: bool
    """Something about it wants a look of its own: "all yes" does not mean it."""


_FIELDS = (
    queue_mail.c.id,
    queue_mail.c.list_id,
    queue_mail.c.volunteer_id,
    queue_mail.c.kind,
    queue_mail.c.made_at,
)


def make(
    tx: Connection,
    list_id: int,
    volunteer_id: int,
    kind: str,
    now: datetime,
    numbered: Sequence[Numbered] = (),
) -> int:
    """Writes down a mail that is about to leave; its id goes into the mark."""
    values = {"list_id": list_id, "volunteer_id": volunteer_id, "kind": kind, "made_at": now}
    number = int(tx.execute(queue_mail.insert().returning(queue_mail.c.id), values).scalar_one())
    rows = [
        {"queue_id": number, "number": n.number, "post_id": n.post_id, "flagged": n.flagged}
        for n in numbered
    ]
    if rows:
        tx.execute(queue_post.insert(), rows)
    return number


def left_as(tx: Connection, queue_id: int, outgoing_id: int) -> None:
    """Notes the mail in the outbox: replies that come without their mark name its Message-ID."""
    here = queue_mail.c.id == queue_id
    tx.execute(update(queue_mail).where(here).values(outgoing_id=outgoing_id))


def by_id(tx: Connection, queue_id: int) -> Queue | None:
    row = tx.execute(select(*_FIELDS).where(queue_mail.c.id == queue_id)).one_or_none()
    return Queue(*row) if row else None


def by_outgoing(tx: Connection, outgoing_id: int) -> Queue | None:
    row = tx.execute(select(*_FIELDS).where(queue_mail.c.outgoing_id == outgoing_id)).first()
    return Queue(*row) if row else None


def posts_of(tx: Connection, queue_id: int) -> dict[int, Numbered]:
    """What each number in that mail means."""
    here = queue_post.c.queue_id == queue_id
    rows = tx.execute(select(queue_post).where(here).order_by(queue_post.c.number))
    return {row.number: Numbered(row.number, row.post_id, row.flagged) for row in rows}


def last_made(tx: Connection, list_id: int, kind: str) -> datetime | None:
    here = (queue_mail.c.list_id == list_id) & (queue_mail.c.kind == kind)
    found: datetime | None = tx.execute(select(func.max(queue_mail.c.made_at)).where(here)).scalar()
    return found


def claim(tx: Connection, list_id: int, kind: str, period: str, now: datetime) -> bool:
    """True for exactly one caller: the regular mail ``kind`` of that ``period`` is theirs."""
    values = {"list_id": list_id, "kind": kind, "period": period, "at": now}
    return insert_once(tx, regular, values) is not None


def was_claimed(tx: Connection, list_id: int, kind: str, period: str) -> bool:
    here = (regular.c.list_id == list_id) & (regular.c.kind == kind)
    here &= regular.c.period == period
    return tx.execute(select(regular.c.id).where(here)).first() is not None
