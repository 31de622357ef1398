"""What is kept for how long, and then deleted: a few rows in each transaction, so that nobody who
writes has to wait. A stuck letter, a held post and a post of the archive never go by age."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, select, update

from storage.records import Subscriber
from storage.subscribers import by_id
from storage.tables import (
    confirmation,
    edition,
    frame,
    history,
    letter,
    outgoing,
    piece,
    post,
    queue_mail,
    raw_message,
    regular,
    subscriber,
)

BATCH = 100
ENDED = ("sent", "refused", "dropped")
PIECES_KEPT = timedelta(days=70)
"""A monthly edition takes a post within 31 days; nobody is owed what is older than two months."""


@dataclass(frozen=True, slots=True)
class Periods:
    """In days; 0 keeps for ever."""

    letters: int
    confirmations: int
    left: int
    sent: int
    posts: int


Rule = Callable[[Connection, datetime], int]


def rules(periods: Periods) -> dict[str, Rule]:
    """Each deletes one batch of what was kept long enough and says how many rows that were."""
    found: dict[str, Rule] = {"pieces": _pieces, "frames": _frames}
    if periods.letters:
        found["letters"] = _within(periods.letters, _letters)
        found["addresses of mails"] = _within(periods.letters, _addresses)
    if periods.confirmations:
        found["confirmations"] = _within(periods.confirmations, _confirmations)
    if periods.sent:
        found["mails"] = _within(periods.sent, _mails)
        found["history"] = _within(periods.sent, _history)
        found["queue mails"] = _within(periods.sent, _queues)
    if periods.posts:
        found["posts"] = _within(periods.posts, _posts)
    return found


def left_before(tx: Connection, since: datetime) -> list[tuple[int, Subscriber]]:
    """(list id, reader) of those who left before then, a batch of them."""
    here = (subscriber.c.state == "left") & (subscriber.c.left_at < since)
    chosen = select(subscriber.c.id).where(here).order_by(subscriber.c.id).limit(BATCH)
    found = [by_id(tx, number) for number in tx.execute(chosen).scalars()]
    return [(one.list_id, one) for one in found if one is not None]


def _within(days: int, work: Callable[[Connection, datetime], int]) -> Rule:
    return lambda tx, now: work(tx, now - timedelta(days=days))


def _letters(tx: Connection, since: datetime) -> int:
    """The bytes as they came, with their letters; those of a post from its decision on."""
    of_it = post.c.letter_id == letter.c.id
    young = (post.c.state == "held") | (post.c.decided_at >= since)
    needed = letter.c.state.in_(("new", "reading", "stuck")) | (letter.c.received_at >= since)
    needed |= exists().where(of_it & young)
    of_raw = letter.c.raw_id == raw_message.c.id
    done = exists().where(of_raw) & ~exists().where(of_raw & needed)
    return _delete(tx, raw_message, done)


def _confirmations(tx: Connection, since: datetime) -> int:
    return _delete(tx, confirmation, confirmation.c.created_at < since)


def _addresses(tx: Connection, since: datetime) -> int:
    """What was sent stays known by its number, without the address and the words."""
    here = outgoing.c.state.in_(ENDED) & (outgoing.c.created_at < since)
    here &= (outgoing.c.recipient != "") | outgoing.c.message.is_not(None)
    numbers = _some(tx, outgoing, here)
    values: dict[str, Any] = {"recipient": "", "message": None}
    tx.execute(update(outgoing).where(outgoing.c.id.in_(numbers)).values(values))
    return len(numbers)


def _mails(tx: Connection, since: datetime) -> int:
    return _delete(tx, outgoing, outgoing.c.state.in_(ENDED) & (outgoing.c.created_at < since))


def _history(tx: Connection, since: datetime) -> int:
    return _delete(tx, history, history.c.at < since)


def _queues(tx: Connection, since: datetime) -> int:
    """What numbers meant, and which regular mails were written: no reply is about it any more."""
    gone = _delete(tx, regular, regular.c.at < since)
    return gone + _delete(tx, queue_mail, queue_mail.c.made_at < since)


def _posts(tx: Connection, since: datetime) -> int:
    ended = post.c.state.in_(("approved", "rejected", "spam", "withdrawn"))
    last = func.coalesce(post.c.approved_at, post.c.decided_at, post.c.held_at)
    return _delete(tx, post, ended & (post.c.held_at < since) & (last < since))


def _pieces(tx: Connection, now: datetime) -> int:
    """Ready pieces of posts that no edition takes any more; a reader who asks gets new ones."""
    last = func.coalesce(post.c.approved_at, post.c.decided_at, post.c.held_at)
    old = exists().where((post.c.id == piece.c.post_id) & (last < now - PIECES_KEPT))
    return _delete(tx, piece, old)


def _frames(tx: Connection, now: datetime) -> int:
    """Of editions whose mails have all left."""
    of_it = outgoing.c.edition_id == frame.c.edition_id
    waits = exists().where(of_it & outgoing.c.state.not_in(ENDED))
    made = edition.c.finished_at < now - timedelta(days=7)
    old = exists().where((edition.c.id == frame.c.edition_id) & made)
    return _delete(tx, frame, old & ~waits)


def _delete(tx: Connection, table: Table, here: ColumnElement[bool]) -> int:
    numbers = _some(tx, table, here)
    if numbers:
        tx.execute(delete(table).where(table.c.id.in_(numbers)))
    return len(numbers)


def _some(tx: Connection, table: Table, here: ColumnElement[bool]) -> Sequence[int]:
    return (
        tx.execute(select(table.c.id).where(here).order_by(table.c.id).limit(BATCH)).scalars().all()
    )
