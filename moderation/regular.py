"""When the regular mails to moderators are due: each Monday, each working day, before a round-up.

Pure: local dates and the list's zone. Which of them were written already is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from moderation.pace import Pace, last_call

Kind = Literal["week", "last call", "daily"]

AT = time(8)
"""Early enough for a decision before a round-up at ten."""
GOOD_FOR = timedelta(hours=6)
"""A clock that was down for longer leaves out a mail that nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Slot:
    kind: Kind
    period: str
    """Names it among those of its kind."""
    at: datetime


def due(now: datetime, round_up: datetime, pace: Pace) -> list[Slot]:
    """What is due at ``now``, the most telling first: who gets one needs none of the others.

    ``round_up`` is the next one after ``now``.
    """
    today = now.astimezone(pace.zone).date()
    morning = _at(today, pace)
    before = f"{round_up.astimezone(pace.zone).date()}"
    found = [Slot("last call", before, last_call(round_up))]
    if today.weekday() == 0:
        found.insert(0, Slot("week", today.strftime("%G-W%V"), morning))
    if not pace.is_off(today):
        found.append(Slot("daily", today.isoformat(), morning))
    return [slot for slot in found if slot.at <= now < slot.at + GOOD_FOR]


def _at(day: date, pace: Pace) -> datetime:
    return datetime.combine(day, AT, tzinfo=pace.zone).astimezone(UTC)
