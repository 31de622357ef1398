"""Which editions are later than they should be. Reads only; to make them is run.py's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.timetable import SCHEDULED, Slot, WrongTimetable, last_slot, next_slot, of_list
from storage import editions, lists, plans
from storage.records import Frequency, MailingList

LATE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Late:
    mailing_list: MailingList
    frequency: Frequency
    due: datetime


@dataclass(frozen=True, slots=True)
class Coming:
    mailing_list: MailingList
    frequency: Frequency
    at: datetime


def late(tx: Connection, now: datetime) -> list[Late]:
    """Those that fell due more than half an hour ago and are not made."""
    found = []
    for one in lists.every(tx):
        created = lists.created_at(tx, one.id)
        for frequency in SCHEDULED:
            slot = _last(one, frequency, now)
            if slot is None or slot.at < created or now - slot.at <= LATE:
                continue
            if _is_held_or_just_released(tx, one, frequency, slot, now):
                continue
            known = editions.by_period(tx, one.id, frequency, slot.period)
            if known is None or (known.state == "making" and known.end <= now - LATE):
                found.append(Late(one, frequency, slot.at))
    waiting = editions.due_straight_away(tx, now - LATE)
    every = {one.id: one for one in lists.every(tx)}
    return found + [Late(every[number], "straight away", due) for number, _, due in waiting]


def coming(tx: Connection, now: datetime) -> list[Coming]:
    """The next edition of each frequency of each list, the earliest first."""
    found = []
    for one in lists.every(tx):
        for frequency in SCHEDULED:
            try:
                found.append(Coming(one, frequency, next_slot(of_list(one, frequency), now).at))
            except WrongTimetable:
                continue
    return sorted(found, key=lambda coming: coming.at)


def _is_held_or_just_released(
    tx: Connection, one: MailingList, frequency: Frequency, slot: Slot, now: datetime
) -> bool:
    """Somebody who runs the list wants it so."""
    plan = plans.by_period(tx, one.id, frequency, slot.period)
    if plan is None:
        return False
    return plan.held_at is not None or now - (plan.released_at or slot.at) <= LATE


def _last(one: MailingList, frequency: Frequency, now: datetime) -> Slot | None:
    try:
        return last_slot(of_list(one, frequency), now)  # type: ignore[arg-type]
    except WrongTimetable:
        return None
