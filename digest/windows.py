"""Which windows of a list are due, and from when on an edition may take posts. Pure.

A window is half open: from the slot before, up to but not including its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from digest.timetable import Slot, Timetable, next_slot, previous_slot
from storage.records import Frequency
from storage.taken import Window

CATCH_UP = timedelta(hours=48)
"""What is later than this is not sent any more; its posts go into the next edition."""


def window(
    table: Timetable,
    frequency: Frequency,
    slot: Slot,
    now: datetime,
    *,
    first: bool,
    was_made: Callable[[str], bool],
) -> Window:
    """The window that ends at ``slot``, and how far its edition reaches back.

    ``first`` says that the list never had an edition of this frequency: then it is one window.
    Else it reaches over the window before too, for what was decided at its very edge; and where
    that one was not made (``was_made`` of its period), for 48 hours at least.
    """
    # What is sent ahead of its time takes what the next slot would have taken.
    start = previous_slot(table, min(slot, next_slot(table, now)))
    before = previous_slot(table, start)
    if first:
        reach = start.at
    elif was_made(start.period):
        reach = before.at
    else:
        reach = min(before.at, start.at - CATCH_UP)
    return Window(frequency, slot.period, start.at, slot.at, reach)


def straight_away(post_id: int, due_since: datetime) -> Window:
    """The window of a post that goes out by itself."""
    period = f"post-{post_id}"
    return Window("straight away", period, due_since, due_since, due_since, post_id)


def too_old(end: datetime, now: datetime) -> bool:
    return now - end > CATCH_UP
