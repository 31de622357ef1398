"""Decides which editions are due, and has each made by exactly one clock, once.

What is due follows from the timetables, the time, and the editions that there are: no memory of
its own, so it may be started, stopped, doubled and killed at will.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from digest import windows
from digest.claimed import LEASE, Run
from digest.make import make
from digest.timetable import (
    SCHEDULED,
    Scheduled,
    Slot,
    WrongTimetable,
    last_slot,
    of_list,
    read_zone,
    slot_for,
)
from storage import editions, history, holds, lists, plans
from storage.database import Database, Unavailable
from storage.records import Edition, Frequency, MailingList
from storage.taken import Window

logger = logging.getLogger(__name__)

Stop = Callable[[], bool]
KEYS_AT_ONCE = 300


@dataclass(slots=True)
class Due:
    """What one list has to send now."""

    mailing_list: MailingList
    slots: list[tuple[Scheduled, Slot]] = field(default_factory=list)
    posts: list[tuple[int, datetime]] = field(default_factory=list)
    """Posts to go straight away, and since when."""


def tick(db: Database, now: datetime, stop: Stop = lambda: False) -> list[Edition]:
    """Makes every edition that is due at ``now`` or was left unfinished; the finished leads.

    A fault in one list is logged and does not keep the others waiting. While sending is on hold
    nothing is made.
    """
    made: list[Edition | None] = []
    with db.read() as tx:
        if holds.in_force(tx):
            return []
        unfinished = editions.abandoned(tx, now, LEASE)
    for lead_id in unfinished:
        made.append(_guarded(f"edition {lead_id}", partial(_go_on, db, lead_id, now, stop)))
    for due in _all_due(db, now):
        if stop():
            break
        made.append(_guarded(due.mailing_list.address, partial(_start, db, due, now, stop)))
    return [edition for edition in made if edition is not None]


def send_now(
    db: Database,
    mailing_list: MailingList,
    frequency: Frequency,
    at: datetime | None,
    now: datetime,
) -> Edition | None:
    """Makes one edition at an operator's word. None when it was made before.

    ``at`` without a zone is the list's local time; a moment between two slots means the later
    one. Without ``at`` it is the latest slot that is past, a skipped one included. One that is
    still to come is made now under its own date: what is approved later goes into the next, and
    the clock then finds nothing to do.
    """
    claim = secrets.token_hex(8)
    due = Due(mailing_list)
    with db.write() as tx:
        if frequency == "straight away":
            due.posts = [row[1:] for row in editions.due_straight_away(tx, now, mailing_list.id)]
            wanted = [windows.straight_away(*post) for post in due.posts]
        else:
            slot = _chosen_slot(mailing_list, frequency, at, now)
            wanted = [window_of(tx, mailing_list, frequency, slot, now)]
        group = editions.claim(tx, mailing_list.id, wanted, claim, now, LEASE, skipped_too=True)
    return make(Run(db, mailing_list, tuple(group), claim, now)) if group else None


def _all_due(db: Database, now: datetime) -> list[Due]:
    """The lists with something to send. Read without a lock: claiming looks again.

    From a list that pauses nothing leaves; what it missed is caught up as after any other rest.
    """
    with db.read() as tx:
        found = {one.id: Due(one) for one in lists.every(tx) if one.paused_at is None}
        slots: dict[tuple[int, str, str], tuple[Scheduled, Slot]] = {
            (number, frequency, slot.period): (frequency, slot)
            for number, due in found.items()
            for frequency, slot in _last_slots(due.mailing_list, now)
        }
        for key in _unknown(tx, list(slots)):
            found[key[0]].slots.append(slots[key])
        for list_id, post_id, since in editions.due_straight_away(tx, now):
            if list_id in found:
                found[list_id].posts.append((post_id, since))
    return [due for due in found.values() if due.slots or due.posts]


def _last_slots(mailing_list: MailingList, now: datetime) -> Iterable[tuple[Scheduled, Slot]]:
    for frequency in SCHEDULED:
        try:
            yield frequency, last_slot(of_list(mailing_list, frequency), now)
        except WrongTimetable as error:
            logger.error("%s: %s", mailing_list.address, error)


def _unknown(
    tx: Connection, keys: Sequence[tuple[int, str, str]]
) -> Iterable[tuple[int, str, str]]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        known = editions.known(tx, some)
        yield from (key for key in some if key not in known)


def _start(db: Database, due: Due, now: datetime, stop: Stop) -> Edition | None:
    """Claims together what is due together, so that it makes one mail."""
    claim = secrets.token_hex(8)
    mailing_list = due.mailing_list
    with db.write() as tx:
        wanted = [window_of(tx, mailing_list, *slot, now) for slot in due.slots]
        wanted += [windows.straight_away(*post) for post in due.posts]
        since = {window: _due_since(tx, mailing_list, window) for window in wanted}
        late = [window for window, at in since.items() if at and windows.too_old(at, now)]
        for window in late:
            _skip(tx, mailing_list, window, now)
        rest = [window for window, at in since.items() if at and window not in late]
        group = editions.claim(tx, mailing_list.id, rest, claim, now, LEASE)
    return make(Run(db, mailing_list, tuple(group), claim, now), stop) if group else None


def _due_since(tx: Connection, mailing_list: MailingList, window: Window) -> datetime | None:
    """Since when it may be made; None while the people who run the list hold it back."""
    plan = plans.by_period(tx, mailing_list.id, window.frequency, window.period)
    if plan is None:
        return window.end
    return None if plan.held_at else max(window.end, plan.released_at or window.end)


def window_of(
    tx: Connection, mailing_list: MailingList, frequency: Scheduled, slot: Slot, now: datetime
) -> Window:
    """The window of the edition that ends at ``slot``, as the editions before it leave it."""

    def was_made(period: str) -> bool:
        edition = editions.by_period(tx, mailing_list.id, frequency, period)
        return edition is not None and edition.state != "skipped"

    return windows.window(
        of_list(mailing_list, frequency),
        frequency,
        slot,
        now,
        first=not editions.any_made(tx, mailing_list.id, frequency),
        was_made=was_made,
    )


def _skip(tx: Connection, mailing_list: MailingList, window: Window, now: datetime) -> None:
    promised = editions.any_made(tx, mailing_list.id, window.frequency)
    # A list that begins in mid-week never promised the Monday before.
    if editions.skip(tx, mailing_list.id, window, now) and promised:
        detail = f"{window.frequency} edition of {window.period} was due more than 48 hours ago"
        logger.error("%s: %s", mailing_list.address, detail)
        history.note(
            tx, now, "postround", "edition_skipped", list_id=mailing_list.id, detail=detail
        )


def _go_on(db: Database, lead_id: int, now: datetime, stop: Stop) -> Edition | None:
    """Finishes what another clock began."""
    claim = secrets.token_hex(8)
    with db.write() as tx:
        group = editions.take_over(tx, lead_id, claim, now, LEASE)
        mailing_list = lists.by_id(tx, group[0].list_id) if group else None
    if mailing_list is None:
        return None
    return make(Run(db, mailing_list, tuple(group), claim, now), stop)


def _chosen_slot(
    mailing_list: MailingList, frequency: Scheduled, at: datetime | None, now: datetime
) -> Slot:
    table = of_list(mailing_list, frequency)
    return last_slot(table, now) if at is None else slot_for(table, aware(mailing_list, at))


def aware(mailing_list: MailingList, at: datetime) -> datetime:
    """``at``, taken as the list's local time when it names no zone."""
    return at if at.tzinfo else at.replace(tzinfo=read_zone(mailing_list.timezone))


def _guarded(about: str, work: Callable[[], Edition | None]) -> Edition | None:
    try:
        return work()
    except Unavailable:
        raise
    except Exception:
        logger.exception("%s: this run broke off and will be taken up again", about)
        return None
