"""Whether the next round-up comes in time for what a post is about, and by when somebody must
decide if readers are to know of it before. Nothing is decided or written here."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.over import is_over, last_day
from moderation.pace import SHORTEST
from storage import noticed, subscribers, volunteers
from storage.records import MailingList, Post

MORNING = time(10)
"""Who reads about it on its last day has to read it in the morning."""

ALL_NOW: dict[str, Any] = {"late": "", "straight_away": True, "daily": False, "undo_minutes": ""}
"""What ``told`` says of a post that goes to everybody at once."""


def decide_by(
    tx: Connection, sender: MailingList, post: Post, round_up: datetime, since: datetime
) -> datetime:
    """The moment to which asking ``since`` then hurries: the round-up, or the last morning before
    it on which readers can still be told, the daily ones or by an URGENT all of them."""
    last = late(sender, post, round_up) or seems_late(tx, sender, post, round_up)
    if last is None:
        return round_up
    morning = datetime.combine(last, MORNING, ZoneInfo(sender.timezone))
    return morning if morning - since >= SHORTEST else round_up


def late(sender: MailingList, post: Post, round_up: datetime) -> date | None:
    """The last day of what the post is about, where the round-up leaves it out because of that."""
    last = last_day(post.event_date, post.closing_date)
    return last if _is_before(sender, post, last, round_up) else None


def seems_late(tx: Connection, sender: MailingList, post: Post, round_up: datetime) -> date | None:
    """The last day that its words seem to name, where it has none and that one comes before the
    round-up. No more than a hint."""
    if post.event_date or post.closing_date or post.corrects is not None:
        return None
    named = (
        date.fromisoformat(flag.detail)
        for flag in noticed.flags(tx, post.id)
        if flag.kind in ("event_date", "closing_date")
    )
    last = last_day(*named)
    return last if _is_before(sender, post, last, round_up) else None


def told(tx: Connection, sender: MailingList, post: Post, round_up: datetime) -> dict[str, Any]:
    """What letters about a yes say of it: late (a date or ""), straight_away and daily (whether
    some readers do not wait for the round-up), undo_minutes."""
    return {
        "late": late(sender, post, round_up) or "",
        "straight_away": subscribers.any_straight_away(tx, sender.id),
        "daily": subscribers.any_daily(tx, sender.id),
        "undo_minutes": sender.undo_minutes,
    }


def asked(tx: Connection, sender: MailingList, post: Post, round_up: datetime) -> dict[str, Any]:
    """What the mail that asks says about it: also seems_late (a date or ""), sooner (whether some
    readers do not wait for the round-up), and alone (whether nobody can say a second URGENT)."""
    found = told(tx, sender, post, round_up)
    return {
        "late": found["late"],
        "seems_late": seems_late(tx, sender, post, round_up) or "",
        "sooner": found["straight_away"] or found["daily"],
        "alone": len(volunteers.every(tx, sender.id, "moderator")) < 2,
    }


def _is_before(sender: MailingList, post: Post, last: date | None, round_up: datetime) -> bool:
    """What puts right an older post goes to those who had that one, whatever the day."""
    zone = ZoneInfo(sender.timezone)
    day = round_up.astimezone(zone).date()
    return post.corrects is None and is_over(last, post.held_at, day, zone)
