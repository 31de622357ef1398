"""What is kept for how long, and then deleted: a few rows in each transaction, so that nobody who
writes has to wait. A stuck letter, a held post and a post of the archive never go by age."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

_last = func.coalesce(post.c.approved_at, post.c.decided_at, post.c.held_at)


@dataclass(frozen=True, slots=True)
class Periods:
    """In days; 0 keeps for ever."""

    letters: int
    confirmations: int
    left: int
    sent: int
    posts: int


Here = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What of one table was kept long enough, as of a moment. Looked for and ended apart: looking
    goes through many rows, and whoever looks must not keep others from writing."""

    table: Table
    here: Here
    instead: Mapping[str, Any] | None = None
    """What these columns become, where the row itself stays."""

    def find(self, tx: Connection, now: datetime) -> Sequence[int]:
        """The ids of a batch of them; it may be run without a lock."""
        number = self.table.c.id
        return (
            tx.execute(select(number).where(self.here(now)).order_by(number).limit(BATCH))
            .scalars()
            .all()
        )

    def end(self, tx: Connection, now: datetime, numbers: Sequence[int]) -> int:
        """Ends those of a batch of which it is true still; how many."""
        these = self.table.c.id.in_(numbers) & self.here(now)
        if self.instead is None:
            return tx.execute(delete(self.table).where(these)).rowcount
        return tx.execute(update(self.table).where(these).values(**self.instead)).rowcount


def rules(periods: Periods) -> dict[str, Rule]:
    """By the name of what goes."""
    found = {"pieces": Rule(piece, _pieces), "frames": Rule(frame, _frames)}
    if periods.letters:
        found["letters"] = Rule(raw_message, _before(periods.letters, _letters))
        nothing = {"recipient": "", "message": None}
        found["addresses of mails"] = Rule(outgoing, _before(periods.letters, _addresses), nothing)
    if periods.confirmations:
        found["confirmations"] = _by_age(confirmation, "created_at", periods.confirmations)
    if periods.sent:
        found["mails"] = Rule(outgoing, _before(periods.sent, _mails))
        found["history"] = _by_age(history, "at", periods.sent)
        # What numbers meant, and which regular mails were written: no reply is about it any more.
        found["regular mails"] = _by_age(regular, "at", periods.sent)
        found["queue mails"] = _by_age(queue_mail, "made_at", periods.sent)
    if periods.posts:
        found["posts"] = Rule(post, _before(periods.posts, _posts))
    return found


def left_before(tx: Connection, since: datetime) -> list[tuple[int, Subscriber]]:
    """(list id, reader) of those who left before then, a batch of them."""
    here = (subscriber.c.state == "left") & (subscriber.c.left_at < since)
    chosen = select(subscriber.c.id).where(here).order_by(subscriber.c.id).limit(BATCH)
    found = [by_id(tx, number) for number in tx.execute(chosen).scalars()]
    return [(one.list_id, one) for one in found if one is not None]


def _before(days: int, here: Here) -> Here:
    return lambda now: here(now - timedelta(days=days))


def _by_age(table: Table, column: str, days: int) -> Rule:
    return Rule(table, _before(days, lambda since: table.c[column] < since))


def _letters(since: datetime) -> ColumnElement[bool]:
    """The bytes as they came, with their letters; those of a post from its decision on."""
    of_it = post.c.letter_id == letter.c.id
    young = (post.c.state == "held") | (post.c.decided_at >= since)
    needed = letter.c.state.in_(("new", "reading", "stuck")) | (letter.c.received_at >= since)
    needed |= exists().where(of_it & young)
    of_raw = letter.c.raw_id == raw_message.c.id
    return exists().where(of_raw) & ~exists().where(of_raw & needed)


def _addresses(since: datetime) -> ColumnElement[bool]:
    """What was sent stays known by its number, without the address and the words."""
    there = (outgoing.c.recipient != "") | outgoing.c.message.is_not(None)
    return _mails(since) & there


def _mails(since: datetime) -> ColumnElement[bool]:
    return outgoing.c.state.in_(ENDED) & (outgoing.c.created_at < since)


def _posts(since: datetime) -> ColumnElement[bool]:
    ended = post.c.state.in_(("approved", "rejected", "spam", "withdrawn"))
    return ended & (post.c.held_at < since) & (_last < since)


def _pieces(now: datetime) -> ColumnElement[bool]:
    """Ready pieces of posts that no edition takes any more; a reader who asks gets new ones."""
    return exists().where((post.c.id == piece.c.post_id) & (_last < now - PIECES_KEPT))


def _frames(now: datetime) -> ColumnElement[bool]:
    """Of editions whose mails have all left."""
    of_it = outgoing.c.edition_id == frame.c.edition_id
    waits = exists().where(of_it & outgoing.c.state.not_in(ENDED))
    made = edition.c.finished_at < now - timedelta(days=7)
    return exists().where((edition.c.id == frame.c.edition_id) & made) & ~waits
