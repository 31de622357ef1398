"""Posts that were moved in from another system, and all posts of a list on their way out.

Posts that were moved in are there to be found and read. No edition ever takes one: their state is
``archived``, which nothing else leaves or enters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from storage import posts
from storage.records import Attachment, Post
from storage.tables import post

ARCHIVED = "archived"
BATCH = 100


def keep(tx: Connection, old: Post, attachments: Sequence[Attachment]) -> int:
    """Stores a post of another system; its id. ``held_at`` is when it was sent there."""
    return posts.hold(tx, replace(old, state=ARCHIVED), attachments)


def message_ids(tx: Connection, list_id: int) -> set[str]:
    """Of all posts of a list, by which one is known that comes a second time."""
    here = (post.c.list_id == list_id) & post.c.message_id.is_not(None)
    return {str(number) for number in tx.execute(select(post.c.message_id).where(here)).scalars()}


def every(tx: Connection, list_id: int) -> Iterator[Post]:
    """All posts of a list, the oldest first, a few in memory at a time."""
    here = post.c.list_id == list_id
    order = (post.c.held_at, post.c.id)
    numbers = list(tx.execute(select(post.c.id).where(here).order_by(*order)).scalars())
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        found = {one.id: one for one in posts.by_ids(tx, batch)}
        yield from (found[number] for number in batch)
