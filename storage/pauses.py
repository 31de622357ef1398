"""What a pause of a list leaves behind: posts that were approved, and that no round-up took."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from storage.tables import mailing_list, post
from storage.taken import free


def begin(tx: Connection, list_id: int, now: datetime) -> bool:
    """False when the list pauses already."""
    here = (mailing_list.c.id == list_id) & mailing_list.c.paused_at.is_(None)
    return tx.execute(update(mailing_list).where(here).values(paused_at=now)).rowcount == 1


def end(tx: Connection, list_id: int) -> bool:
    """False when the list does not pause."""
    here = (mailing_list.c.id == list_id) & mailing_list.c.paused_at.is_not(None)
    return tx.execute(update(mailing_list).where(here).values(paused_at=None)).rowcount == 1


def approve_anew(tx: Connection, list_id: int, since: datetime, now: datetime) -> int:
    """Lets what was approved ``since`` then, and is in no round-up yet, count as approved now.

    A round-up reaches back over two windows; a pause may be longer. How many posts.
    """
    here = (post.c.list_id == list_id) & (post.c.approved_at >= since)
    missed = free("weekly") | free("daily")
    values = {"approved_at": now, "straight_away_at": now}
    return tx.execute(update(post).where(here & missed).values(values)).rowcount
