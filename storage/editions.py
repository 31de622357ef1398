"""Editions: one row for each run, what it took, how far it has come. What is due is not known here.

Editions that fall due together share their mails: these hang on one of them, the lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, tuple_, update

from storage import journal, lists
from storage.database import insert_many_once, insert_once
from storage.records import FREQUENCIES, Edition, Frequency
from storage.tables import edition, edition_post, mailing_list, outgoing, post
from storage.taken import Window, free, wanted

_NAMES = [field.name for field in fields(Edition)]
_FIELDS = [edition.c[name] for name in _NAMES]
# Asked for each post that comes in, so it is made once.
_BY_PERIOD = select(*_FIELDS).where(
    edition.c.list_id == bindparam("list"),
    edition.c.frequency == bindparam("frequency"),
    edition.c.period == bindparam("period"),
)


# Which editions there are -----------------------------------------------------------------------


def known(tx: Connection, keys: Sequence[tuple[int, str, str]]) -> dict[tuple[int, str, str], str]:
    """The states of the editions there are, by (list id, frequency, period)."""
    key = (edition.c.list_id, edition.c.frequency, edition.c.period)
    rows = tx.execute(select(*key, edition.c.state).where(tuple_(*key).in_(keys)))
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def any_made(tx: Connection, list_id: int, frequency: Frequency) -> bool:
    """Whether the list ever had an edition of that frequency; a skipped one is none."""
    here = (edition.c.list_id == list_id) & (edition.c.frequency == frequency)
    here &= edition.c.state != "skipped"
    return tx.execute(select(edition.c.id).where(here).limit(1)).first() is not None


def by_id(tx: Connection, edition_id: int) -> Edition | None:
    row = tx.execute(select(*_FIELDS).where(edition.c.id == edition_id)).one_or_none()
    return Edition(*row) if row else None


def by_period(tx: Connection, list_id: int, frequency: Frequency, period: str) -> Edition | None:
    asked = {"list": list_id, "frequency": frequency, "period": period}
    row = tx.execute(_BY_PERIOD, asked).one_or_none()
    return Edition(*row) if row else None


def group(tx: Connection, lead_id: int) -> list[Edition]:
    """The editions that share their mails, the lead first."""
    order = (edition.c.id != lead_id, edition.c.id)
    rows = tx.execute(select(*_FIELDS).where(edition.c.lead_id == lead_id).order_by(*order))
    return [Edition(*row) for row in rows]


def due_straight_away(
    tx: Connection, now: datetime, list_id: int | None = None
) -> list[tuple[int, int, datetime]]:
    """Posts that no straight-away edition has taken yet: (list id, post id, since when due)."""
    here = free("straight away") & (post.c.straight_away_at <= now)
    if list_id is not None:
        here &= post.c.list_id == list_id
    chosen = select(post.c.list_id, post.c.id, post.c.straight_away_at).where(here)
    return [tuple(row) for row in tx.execute(chosen.order_by(post.c.straight_away_at, post.c.id))]


# Making one -------------------------------------------------------------------------------------


def claim(
    tx: Connection,
    list_id: int,
    windows: Sequence[Window],
    claim: str,
    now: datetime,
    lease: timedelta,
    *,
    skipped_too: bool = False,
) -> list[Edition]:
    """Those of the windows that are now the caller's to make, with their posts; the lead first.

    A window that anybody has claimed before is not among them. ``skipped_too`` makes one that
    was skipped after all.
    """
    # Nobody takes an approval back meanwhile, so that no edition keeps a post that is held.
    lists.lock(tx, list_id)
    got: dict[int, Window] = {}
    for window in windows:
        number = _insert(tx, list_id, window, "making", claim, now, now + lease)
        if number is None and skipped_too:
            number = _reopen(tx, list_id, window, claim, now, now + lease)
        if number is not None:
            got[number] = window
    if not got:
        return []
    lead_id = max(got, key=lambda number: FREQUENCIES.index(got[number].frequency))
    tx.execute(update(edition).where(edition.c.id.in_(got)).values(lead_id=lead_id))
    for number, window in got.items():
        _take(tx, list_id, number, window)
        _journal(tx, list_id, number, window, lead_id)
    return group(tx, lead_id)


def skip(
    tx: Connection, list_id: int, window: Window, now: datetime, *, take: bool = False
) -> bool:
    """Writes down that this edition will not be made. False when it was claimed before.

    With ``take`` its posts stay with it: no later edition brings them.
    """
    number = _insert(tx, list_id, window, "skipped", "", now, None)
    if number is not None and (take or window.post_id is not None):
        _take(tx, list_id, number, window)
    return number is not None


def abandoned(tx: Connection, now: datetime, lease: timedelta) -> list[int]:
    """Lead editions that nobody is working on any more."""
    here = (edition.c.id == edition.c.lead_id) & _abandoned(now, lease)
    return list(tx.execute(select(edition.c.id).where(here).order_by(edition.c.id)).scalars())


def take_over(
    tx: Connection, lead_id: int, claim: str, now: datetime, lease: timedelta
) -> list[Edition]:
    """An abandoned run, now the caller's; nothing when somebody else was first."""
    here = (edition.c.id == lead_id) & _abandoned(now, lease)
    values = {"claim": claim, "lease_until": now + lease}
    mine = tx.execute(update(edition).where(here).values(values)).rowcount == 1
    return group(tx, lead_id) if mine else []


def start_batch(
    tx: Connection, lead_id: int, claim: str, now: datetime, lease: timedelta
) -> int | None:
    """The last reader who was seen to; None when the run is no longer the caller's.

    Until the transaction ends nobody else makes mails for that list, so that two runs at once
    see what the other one gave to a reader.
    """
    of_list = select(edition.c.list_id).where(edition.c.id == lead_id).scalar_subquery()
    locked = select(mailing_list.c.id).where(mailing_list.c.id == of_list)
    tx.execute(locked.with_for_update(key_share=True))
    mine = update(edition).where(_mine(lead_id, claim)).values(lease_until=now + lease)
    return tx.execute(mine.returning(edition.c.last_subscriber_id)).scalar_one_or_none()


def end_batch(
    tx: Connection, lead_id: int, last_subscriber_id: int, rows: list[dict[str, Any]]
) -> int:
    """Puts a batch's mails into the outbox; how many of them were new."""
    added = len(insert_many_once(tx, outgoing, rows))
    values = {"last_subscriber_id": last_subscriber_id, "readers": edition.c.readers + added}
    tx.execute(update(edition).where(edition.c.id == lead_id).values(values))
    return added


def finish(tx: Connection, lead_id: int, claim: str, now: datetime) -> bool:
    """Ends a run. False when it was no longer the caller's."""
    values = {"state": "finished", "finished_at": now, "lease_until": None}
    if tx.execute(update(edition).where(_mine(lead_id, claim)).values(values)).rowcount != 1:
        return False
    tx.execute(update(edition).where(edition.c.lead_id == lead_id).values(values))
    journal.note(tx, "edition made", lead=lead_id)
    return True


def release(tx: Connection, lead_id: int, claim: str, now: datetime) -> None:
    """Lets another clock go on at once, for example at a stop."""
    tx.execute(update(edition).where(_mine(lead_id, claim)).values(lease_until=now))


def _insert(
    tx: Connection,
    list_id: int,
    window: Window,
    state: str,
    claim: str,
    now: datetime,
    lease_until: datetime | None,
) -> int | None:
    values = {
        "list_id": list_id,
        "frequency": window.frequency,
        "period": window.period,
        "start": window.start,
        "end": window.end,
        "state": state,
        "claim": claim,
        "made_at": now,
        "lease_until": lease_until,
    }
    return insert_once(tx, edition, values)


def _reopen(
    tx: Connection, list_id: int, window: Window, claim: str, now: datetime, lease_until: datetime
) -> int | None:
    here = (edition.c.list_id == list_id) & (edition.c.frequency == window.frequency)
    here &= (edition.c.period == window.period) & (edition.c.state == "skipped")
    values = {"state": "making", "claim": claim, "made_at": now, "lease_until": lease_until}
    return tx.execute(
        update(edition).where(here).values(values).returning(edition.c.id)
    ).scalar_one_or_none()


def _take(tx: Connection, list_id: int, edition_id: int, window: Window) -> None:
    chosen = select(post.c.id).where(wanted(list_id, window))
    rows = [
        {"edition_id": edition_id, "post_id": number, "frequency": window.frequency}
        for number in tx.execute(chosen).scalars()
    ]
    insert_many_once(tx, edition_post, rows)


def _journal(tx: Connection, list_id: int, edition_id: int, window: Window, lead_id: int) -> None:
    here = edition_post.c.edition_id == edition_id
    posts = list(tx.execute(select(edition_post.c.post_id).where(here)).scalars())
    journal.note(
        tx,
        "edition",
        id=edition_id,
        list=list_id,
        frequency=window.frequency,
        period=window.period,
        start=window.start.isoformat(),
        end=window.end.isoformat(),
        lead=lead_id,
        posts=posts,
    )


def _mine(lead_id: int, claim: str) -> ColumnElement[bool]:
    return (edition.c.id == lead_id) & (edition.c.claim == claim) & (edition.c.state == "making")


def _abandoned(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    # A lease that ends later than any could was given before the clock was set back.
    over = or_(edition.c.lease_until <= now, edition.c.lease_until > now + 2 * lease)
    return (edition.c.state == "making") & over
