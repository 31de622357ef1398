"""Reads what one run has for the readers of a list, and what readers had of it before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery import over
from delivery.facts import read_mark
from digest.choose import LATE, Offer
from digest.timetable import read_zone
from storage import carried, lists, taken
from storage import posts as every_post
from storage.outgoing import posts_of
from storage.records import Frequency, MailingList, Plan, Topic
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
    plan: Plan | None = None,
) -> Offer:
    """The offer of a run of these frequencies that took these posts; ``lead_id`` is its own, and
    ``plan`` what the people who run the list want of it."""
    zone = read_zone(mailing_list.timezone)
    made_before = {
        frequency: taken.made_before(tx, mailing_list.id, frequency, lead_id)
        for frequency in frequencies
    }
    earlier = _earlier(tx, mailing_list.id, made_before, now, lead_id)
    day = now.astimezone(zone).date()
    offered = {one.post_id: one for one in (*earlier, *posts)}
    dropped = plan.dropped if plan else ()
    past = {number for number, one in offered.items() if is_over(one, day, zone)}
    return Offer(
        topics=tuple(topic.id for topic in in_order(tx, mailing_list)),
        taken=tuple(posts),
        day=day,
        midnight=lambda day: datetime.combine(day, time(), tzinfo=zone),
        earlier=earlier,
        made_before=made_before,
        over=frozenset(past.union(dropped)),
        first=_first(offered, plan.first if plan else (), mailing_list.language),
    )


def is_over(one: Taken, day: date, zone: ZoneInfo) -> bool:
    """Whether the last day that a post is about has passed on ``day``."""
    return over.is_over(over.last_day(one.event_date, one.closing_date), one.held_at, day, zone)


def in_order(tx: Connection, mailing_list: MailingList) -> list[Topic]:
    """The list's topics in the order of its round-ups."""
    keys = [key.strip().lower() for key in mailing_list.topic_order.split(",") if key.strip()]
    place = {key: at for at, key in enumerate(keys)}
    topics = lists.topics(tx, mailing_list.id)
    return sorted(topics, key=lambda topic: place.get(topic.key, len(place)))


def _first(offered: Mapping[int, Taken], chosen: Sequence[int], language: str) -> tuple[int, ...]:
    marked = [
        number
        for number, one in offered.items()
        if one.corrects is not None or read_mark(one.title, language)
    ]
    return tuple(dict.fromkeys((*marked, *(number for number in chosen if number in offered))))


def posts_had(
    tx: Connection, lead_id: int | None, offer: Offer, after_id: int, last_id: int
) -> dict[int, set[int]]:
    """What the readers from one id to the other were sent by other editions with these posts."""
    had: dict[int, set[int]] = defaultdict(set)
    posts = {post.post_id for post in (*offer.earlier, *offer.taken)}
    carriers = taken.carriers(tx, lead_id, sorted(posts))
    if carriers:
        for reader, items in taken.items_had(tx, carriers, after_id, last_id):
            had[reader].update(posts_of(items))
    return had


def corrected_for(
    tx: Connection, posts: Sequence[Taken], after_id: int, last_id: int
) -> dict[int, set[int]]:
    """By correction the readers, of those from one id to the other, whom it is for: they got the
    first text before it was put right."""
    found: dict[int, set[int]] = {}
    for one in posts:
        first = every_post.by_id(tx, one.corrects) if one.corrects is not None else None
        if first is not None:
            who = carried.readers_who_had(tx, first, one.approved_at, after_id, last_id)
            found[one.post_id] = who
    return found


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
