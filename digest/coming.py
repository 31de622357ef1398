"""When the next round-up leaves that can still take something: what letters promise."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from digest.timetable import next_slot, of_list
from storage import editions
from storage.records import MailingList


def next_weekly(tx: Connection, mailing_list: MailingList, now: datetime) -> datetime:
    """The list's next weekly round-up; one that was sent ahead of its time is passed over."""
    table = of_list(mailing_list, "weekly")
    slot = next_slot(table, now)
    while editions.by_period(tx, mailing_list.id, "weekly", slot.period):
        slot = next_slot(table, slot.at)
    return slot.at
