"""Reads what one run has for the readers of a list, and what readers had of it before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from digest.choose import LATE, Offer
from digest.timetable import read_zone
from storage import lists, taken
from storage.outgoing import posts_of
from storage.records import Frequency, MailingList
from storage.taken import Taken

LOOK_BACK = timedelta(days=62)
"""Longer than two months' windows: nobody is owed what is older."""


def read_offer(
    tx: Connection,
    mailing_list: MailingList,
    posts: Sequence[Taken],
    frequencies: Iterable[Frequency],
    now: datetime,
    lead_id: int | None = None,
) -> Offer:
    """The offer of a run of these frequencies that took these posts; ``lead_id`` is its own."""
    zone = read_zone(mailing_list.timezone)
    made_before = {
        frequency: taken.made_before(tx, mailing_list.id, frequency, lead_id)
        for frequency in frequencies
    }
    return Offer(
        topics=tuple(topic.id for topic in lists.topics(tx, mailing_list.id)),
        taken=tuple(posts),
        day=now.astimezone(zone).date(),
        midnight=lambda day: datetime.combine(day, time(), tzinfo=zone),
        earlier=_earlier(tx, mailing_list.id, made_before, now, lead_id),
        made_before=made_before,
    )


def posts_had(
    tx: Connection, lead_id: int | None, posts: Sequence[Taken], after_id: int, last_id: int
) -> dict[int, set[int]]:
    """What the readers from one id to the other were sent by other editions with these posts."""
    had: dict[int, set[int]] = defaultdict(set)
    carriers = taken.carriers(tx, lead_id, sorted({post.post_id for post in posts}))
    if carriers:
        for reader, items in taken.items_had(tx, carriers, after_id, last_id):
            had[reader].update(posts_of(items))
    return had


def _earlier(
    tx: Connection,
    list_id: int,
    made_before: dict[Frequency, datetime | None],
    now: datetime,
    lead_id: int | None,
) -> tuple[Taken, ...]:
    """What earlier editions took, as far back as any reader who changed since then may look."""
    known = [moment for moment in made_before.values() if moment is not None]
    oldest = taken.oldest_debt(tx, list_id, min(known)) if known else None
    if oldest is None:
        return ()
    since = max(oldest - LATE, now - LOOK_BACK)
    return tuple(taken.taken_earlier(tx, list_id, made_before, since, lead_id))
