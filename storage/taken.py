"""What editions took, what they may take, and what readers had or are owed of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from storage.records import FREQUENCIES, Files, Format, Frequency, Length, Subscriber
from storage.tables import edition, edition_post, outgoing, post, subscriber

_SEEN = (
    post.c.title,
    post.c.corrects,
    post.c.held_at,
    post.c.event_date,
    post.c.closing_date,
    post.c.urgent,
)


@dataclass(frozen=True, slots=True)
class Window:
    """What a new edition shall be and take."""

    frequency: Frequency
    period: str
    start: datetime
    end: datetime
    reach: datetime
    """Nothing that was approved before this is taken."""
    post_id: int | None = None
    """The one post of a straight-away edition."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A post as an edition took it."""

    post_id: int
    topics: tuple[int, ...]
    approved_at: datetime
    frequency: Frequency
    start: datetime
    """Of the edition's window; what was approved before it came late."""
    end: datetime
    title: str = ""
    corrects: int | None = None
    held_at: datetime | None = None
    event_date: date | None = None
    closing_date: date | None = None
    urgent: bool = False


def stale(tx: Connection, offered: Iterable[Taken]) -> set[int]:
    """Ids of those whose approval was taken back since they were read, also where another has
    followed: a later edition brings them."""
    known = {one.post_id: one.approved_at for one in offered}
    here = post.c.id.in_(known) & (post.c.state == "approved")
    rows = tx.execute(select(post.c.id, post.c.approved_at).where(here))
    good = {number for number, approved_at in rows if known[number] == approved_at}
    return known.keys() - good


def taken(tx: Connection, edition_ids: Sequence[int]) -> list[Taken]:
    """The posts of these editions that are still approved."""
    return _taken(tx, edition_post.c.edition_id.in_(edition_ids))


def takeable(tx: Connection, list_id: int, windows: Sequence[Window]) -> list[Taken]:
    """What editions would take that are not made yet."""
    found = []
    for window in windows:
        chosen = select(post.c.id, post.c.topics, post.c.approved_at, *_SEEN)
        rows = tx.execute(chosen.where(wanted(list_id, window)))
        own = (window.frequency, window.start, window.end)
        found += [Taken(row[0], _numbers(row[1]), row[2], *own, *row[3:]) for row in rows]
    return sorted(found, key=lambda one: (one.approved_at, one.post_id))


def taken_earlier(
    tx: Connection,
    list_id: int,
    frequencies: Iterable[Frequency],
    since: datetime,
    lead_id: int | None = None,
) -> list[Taken]:
    """What other editions of these frequencies took of the posts approved since then."""
    here = (edition.c.list_id == list_id) & edition.c.frequency.in_(list(frequencies))
    here &= post.c.approved_at >= since
    if lead_id is not None:
        here &= edition.c.lead_id != lead_id
    return _taken(tx, here)


def carriers(tx: Connection, lead_id: int | None, post_ids: Sequence[int]) -> list[int]:
    """Other lead editions by whose mails readers may have had one of these posts: all of the list
    since the first that took one, for any of them may have brought what was owed to somebody."""
    first = select(func.min(edition.c.made_at)).where(_took(post_ids)).scalar_subquery()
    list_ids = select(post.c.list_id).where(post.c.id.in_(post_ids))
    since = edition.c.list_id.in_(list_ids) & (edition.c.made_at >= first)
    # An edition's own row may be made a moment later than its lead's.
    leads = set(tx.execute(select(edition.c.lead_id).where(since | _took(post_ids))).scalars())
    return sorted(number for number in leads if number is not None and number != lead_id)


def _took(post_ids: Sequence[int]) -> ColumnElement[bool]:
    # All frequencies are named, so that the unique key serves as index.
    here = edition_post.c.frequency.in_(FREQUENCIES) & edition_post.c.post_id.in_(post_ids)
    return edition.c.id.in_(select(edition_post.c.edition_id).where(here))


def items_had(
    tx: Connection, lead_ids: Sequence[int], after_id: int, last_id: int
) -> list[tuple[int, str]]:
    """(subscriber id, items) of those editions' mails to the readers from one id to the other."""
    here = outgoing.c.edition_id.in_(lead_ids) & (outgoing.c.state != "dropped")
    here &= (outgoing.c.subscriber_id > after_id) & (outgoing.c.subscriber_id <= last_id)
    chosen = select(outgoing.c.subscriber_id, outgoing.c["items"]).where(here)
    return [(row[0], row[1]) for row in tx.execute(chosen)]


def made_before(
    tx: Connection, list_id: int, frequency: Frequency, lead_id: int | None = None
) -> datetime | None:
    """When the newest other edition of that frequency was made: who changed since looks back."""
    here = (edition.c.list_id == list_id) & (edition.c.frequency == frequency)
    here &= edition.c.state != "skipped"
    if lead_id is not None:
        here &= edition.c.lead_id != lead_id
    found: datetime | None = tx.execute(select(func.max(edition.c.made_at)).where(here)).scalar()
    return found


def owed_since(tx: Connection, reader: Subscriber, now: datetime) -> datetime | None:
    """From when on a reader whose wishes change now is owed what other wishes would have brought.

    ``reader`` is as before the change. It is the moment of the last edition of the slowest of
    their frequencies; None when there was none.
    """
    wished = (reader.frequency, *reader.topic_frequencies.values())
    lead = edition.alias()
    seen_to = (lead.c.state == "finished") | (lead.c.last_subscriber_id >= reader.id)
    here = (edition.c.list_id == reader.list_id) & (edition.c.made_at <= now) & seen_to
    here &= edition.c.frequency == max(wished, key=FREQUENCIES.index)
    here &= edition.c.state != "skipped"
    both = edition.join(lead, lead.c.id == edition.c.lead_id)
    chosen = select(edition.c.made_at, edition.c.end).select_from(both)
    last = tx.execute(chosen.where(here).order_by(edition.c.made_at.desc()).limit(1)).first()
    if last is None or (reader.changed_at and last.made_at <= reader.changed_at):
        return reader.owed_since  # none since the change before, whose debt still stands
    # An edition that was sent early took only what was approved by then.
    moment: datetime = min(last.made_at, last.end)
    return moment


def oldest_debt(tx: Connection, list_id: int, changed_since: datetime) -> datetime | None:
    """How far back the readers look who changed their wishes since then; None when nobody did."""
    here = (subscriber.c.list_id == list_id) & (subscriber.c.state == "active")
    here &= subscriber.c.changed_at >= changed_since
    moments = (subscriber.c.owed_since, subscriber.c.settled_until, subscriber.c.joined_at)
    oldest = func.min(func.coalesce(*moments, changed_since))
    found: datetime | None = tx.execute(select(oldest).where(here)).scalar()
    return found


def forms_wanted(tx: Connection, list_id: int) -> list[tuple[Format, str, Length, Files]]:
    """(format, language, length, attachments) of the list's active readers, each once."""
    here = (subscriber.c.list_id == list_id) & (subscriber.c.state == "active")
    reader = subscriber.c
    wishes = (reader.format, reader.language, reader.length, reader.attachments)
    rows = tx.execute(select(*wishes).where(here).distinct())
    return sorted((row[0], row[1], row[2], row[3]) for row in rows)


def wanted(list_id: int, window: Window) -> ColumnElement[bool]:
    here = (post.c.list_id == list_id) & free(window.frequency)
    if window.post_id is not None:
        return here & (post.c.id == window.post_id)
    return here & (post.c.approved_at >= window.reach) & (post.c.approved_at < window.end)


def free(frequency: Frequency) -> ColumnElement[bool]:
    """Approved, and in no edition of that frequency."""
    same = (edition_post.c.frequency == frequency) & (edition_post.c.post_id == post.c.id)
    in_one = select(edition_post.c.id).where(same).exists()
    return (post.c.state == "approved") & ~in_one


def _taken(tx: Connection, here: ColumnElement[bool]) -> list[Taken]:
    chosen: Select[Any] = (
        select(
            post.c.id,
            post.c.topics,
            post.c.approved_at,
            edition.c.frequency,
            edition.c.start,
            edition.c.end,
            *_SEEN,
        )
        .select_from(edition_post)
        .join(edition, edition.c.id == edition_post.c.edition_id)
        .join(post, post.c.id == edition_post.c.post_id)
        .where(here & (post.c.state == "approved"))
        .order_by(post.c.approved_at, post.c.id)
    )
    return [Taken(row[0], _numbers(row[1]), *row[2:]) for row in tx.execute(chosen)]


def _numbers(csv: str) -> tuple[int, ...]:
    return tuple(int(part) for part in csv.split(",") if part)
