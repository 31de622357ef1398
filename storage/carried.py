"""Which round-ups carry a post: how many readers have it, and taking it out of what is left.

What editions may take, and what each reader is owed, is in taken.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, update

from storage import holds
from storage.outgoing import posts_of
from storage.records import Post
from storage.tables import edition, outgoing

LONGEST_ON_THE_WAY = timedelta(days=100)
"""A post is in no edition that is made so long after its approval: a monthly one takes it within
31 days, and nobody is owed what is older than two months."""
CLOCKS_DIFFER = timedelta(hours=1)
LEFT = ("sent", "sending", holds.PERHAPS_SENT)
"""States of mails that somebody has, or may have."""


def count_readers(tx: Connection, post: Post) -> int:
    """How many readers have ``post`` in a round-up that was handed over, or is just now."""
    here = _with(post) & outgoing.c.state.in_(LEFT)
    return int(tx.execute(select(func.count()).where(here)).scalar_one())


def readers_who_had(
    tx: Connection, post: Post, before: datetime, after_id: int, last_id: int
) -> set[int]:
    """Which of the readers from one id to the other got ``post`` before that moment."""
    here = _with(post) & outgoing.c.state.in_(LEFT)
    here &= (outgoing.c.subscriber_id > after_id) & (outgoing.c.subscriber_id <= last_id)
    here &= outgoing.c.sent_at.is_(None) | (outgoing.c.sent_at <= before)
    return set(tx.execute(select(outgoing.c.subscriber_id).where(here)).scalars())


def take_out(tx: Connection, post: Post) -> int:
    """Takes ``post`` out of the round-ups that have not left; how many there were.

    One that is left with nothing is dropped.
    """
    chosen = select(outgoing.c.id, outgoing.c["items"]).where(_with(post) & _waits())
    changes = [
        {"number": number, "left": left, "new_state": "waiting" if left else "dropped"}
        for number, items in tx.execute(chosen)
        for left in [_without(items, post.id)]
    ]
    if changes:
        here = (outgoing.c.id == bindparam("number")) & _waits()
        values: dict[str, Any] = {"items": bindparam("left"), "state": bindparam("new_state")}
        tx.execute(update(outgoing).where(here).values(values), changes)
    return len(changes)


def _waits() -> ColumnElement[bool]:
    return outgoing.c.state == "waiting"


def _with(post: Post) -> ColumnElement[bool]:
    """Mails of the list's editions that could take the post and did. "topic:post,post topic:post"
    is compared with its separators, so that post 7 is neither post 77 nor topic 7."""
    since = post.approved_at or post.held_at
    could = (edition.c.list_id == post.list_id) & (edition.c.made_at >= since - CLOCKS_DIFFER)
    could &= edition.c.made_at <= since + LONGEST_ON_THE_WAY
    ends = outgoing.c["items"].concat(" ")
    did = [
        ends.contains(f"{before}{post.id}{after}", autoescape=True)
        for before in ":,"
        for after in ", "
    ]
    return outgoing.c.edition_id.in_(select(edition.c.id).where(could)) & or_(*did)


def _without(items: str, post_id: int) -> str:
    groups = ((group.partition(":")[0], posts_of(group)) for group in items.split())
    kept = ((topic, [post for post in posts if post != post_id]) for topic, posts in groups)
    return " ".join(f"{topic}:{_csv(posts)}" for topic, posts in kept if posts)


def _csv(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))
