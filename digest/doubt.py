"""What was perhaps sent: editions that fell due after a copy was made that is put back now.

Where no journal says what became of them they are written down as skipped, with their posts, so
that nobody gets anything twice; a person may still have one sent.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from digest import windows
from digest.run import window_of
from digest.timetable import SCHEDULED, Slot, WrongTimetable, next_slot, of_list
from storage import editions, history, lists
from storage.records import Frequency, MailingList
from storage.taken import Window

PERHAPS_SENT = "edition_perhaps_sent"
MOST_SLOTS = 400


def doubt_due(
    tx: Connection, since: datetime, now: datetime
) -> list[tuple[MailingList, Frequency, str]]:
    """Skips every edition that fell due from ``since`` up to ``now``; (list, frequency, period)."""
    found: list[tuple[MailingList, Frequency, str]] = []
    for one in lists.every(tx):
        wanted = [
            windows.straight_away(post_id, due)
            for _, post_id, due in editions.due_straight_away(tx, now, one.id)
        ]
        for window in [*wanted, *_scheduled(tx, one, since, now)]:
            if editions.skip(tx, one.id, window, now, take=True):
                found.append((one, window.frequency, window.period))
                about = f"{window.frequency} edition of {window.period}"
                history.note(tx, now, "postround", PERHAPS_SENT, list_id=one.id, detail=about)
    return found


def _scheduled(tx: Connection, one: MailingList, since: datetime, now: datetime) -> list[Window]:
    found = []
    for frequency in SCHEDULED:
        for slot in _slots(one, frequency, since, now):
            found.append(window_of(tx, one, frequency, slot, now))
    return found


def _slots(one: MailingList, frequency: Frequency, since: datetime, now: datetime) -> list[Slot]:
    try:
        table = of_list(one, frequency)  # type: ignore[arg-type]
        slot = next_slot(table, since)
        slots = []
        while slot.at <= now:
            slots.append(slot)
            slot = next_slot(table, slot.at)
    except WrongTimetable:
        return []
    return slots[-MOST_SLOTS:]
