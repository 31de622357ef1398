"""Tells the organisers whose addresses stopped working, so that somebody can ring them.

Gathered: at most one mail a week for each list, and none when there is nobody new.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from delivery.letters import Pen, To
from preferences.returned import REMOVED_AFTER
from storage import bounces, subscribers, volunteers
from storage.bounces import Stopped

WEEK = timedelta(days=7)


def tell(pen: Pen) -> int:
    """Writes to the organisers of the pen's list, or else to its moderators; of how many."""
    found, last = bounces.untold(pen.tx, pen.sender.id)
    if not found or (last is not None and pen.now - last < WEEK):
        return 0
    people = volunteers.every(pen.tx, pen.sender.id, "organiser")
    people = people or volunteers.every(pen.tx, pen.sender.id, "moderator")
    shown = [row for one in found if (row := _row(pen, one))]
    for person in people:
        pen.write(
            "readers_unreachable",
            To(person.address, "help", volunteer_id=person.id),
            stopped=[row for row in shown if row["kind"] != "removed"],
            taken_off=[row for row in shown if row["kind"] == "removed"],
        )
    bounces.note_told(pen.tx, [one.subscriber_id for one in found], pen.now)
    return len(found)


def _row(pen: Pen, one: Stopped) -> dict[str, Any] | None:
    reader = subscribers.by_id(pen.tx, one.subscriber_id)
    if reader is None:
        return None
    return {
        "name": reader.name,
        "address": reader.address,
        "kind": one.kind,
        "until": (one.since + REMOVED_AFTER).date(),
    }
