"""Whether what a post is about is over on a day: what no round-up of that day brings any more."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def last_day(*days: date | None) -> date | None:
    """The later one, where there are two."""
    return max(filter(None, days), default=None)


def is_over(last: date | None, held_at: datetime | None, day: date, zone: ZoneInfo) -> bool:
    """Whether the last day that a post is about has passed on ``day``.

    A day that was over when the post came in is told of, as in minutes of a meeting.
    """
    if last is None or last >= day:
        return False
    return held_at is None or last >= held_at.astimezone(zone).date()
