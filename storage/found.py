"""Finds older posts by their words, for a reader who asks. Not an index: a list is small."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.tables import post


def approved_with(
    tx: Connection, list_id: int, words: Sequence[str], limit: int
) -> list[tuple[int, str, datetime]]:
    """(id, title, when approved) of approved posts that hold all the words, newest first."""
    here = (post.c.list_id == list_id) & (post.c.state == "approved")
    text = func.lower(post.c.title.concat(" ").concat(post.c.text))
    for word in words:
        here &= text.contains(word.lower(), autoescape=True)
    found = select(post.c.id, post.c.title, post.c.approved_at).where(here)
    rows = tx.execute(found.order_by(post.c.approved_at.desc(), post.c.id.desc()).limit(limit))
    return [(row.id, row.title, row.approved_at) for row in rows]
