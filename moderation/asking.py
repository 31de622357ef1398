"""Whom a post is asked of, and how far that has come. No letters here, and no verdicts.

Each held post has one row of state (storage/askings.py); the steps belong to whoever moves it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.letters import Pen
from moderation import in_time
from moderation.pace import Pace, steps
from moderation.rota import Rota
from storage import askings, volunteers
from storage.addresses import fold
from storage.askings import Asked, Asking
from storage.records import MailingList, Post, Volunteer

GATHERED_FOR = timedelta(seconds=15)
"""A gathered notice leaves within a minute of the post's arrival, also in a flood in which letters
wait to be read; the clock looks every few seconds."""
MOST_WAITING = 20
"""Above so many waiting posts notices are gathered into one mail."""
LOOK_AGAIN = timedelta(hours=1)
DAY = timedelta(days=1)


def today(sender: MailingList, now: datetime) -> date:
    """The list's local date."""
    return now.astimezone(ZoneInfo(sender.timezone)).date()


def rota(tx: Connection, sender: MailingList, start: date, end: date) -> Rota:
    """What says who is on duty on the days from ``start`` up to, not including, ``end``."""
    return Rota(
        volunteers.every(tx, sender.id, "moderator"),
        volunteers.shifts(tx, sender.id, start, end),
        volunteers.absences(tx, sender.id, start, end),
    )


def on_duty(tx: Connection, sender: MailingList, now: datetime) -> list[Volunteer]:
    """The moderators in the order in which they are asked today; empty when there are none."""
    day = today(sender, now)
    return rota(tx, sender, day, day + DAY).on(day)


def present(tx: Connection, sender: MailingList, now: datetime) -> list[Volunteer]:
    """Those of them who are not away today; all of them when everybody is."""
    day = today(sender, now)
    return rota(tx, sender, day, day + DAY).present(day)


def may_decide(pen: Pen, post: Post, volunteer: Volunteer) -> bool:
    """Not about their own posts, where a setting says so."""
    return pen.desk.own_posts or fold(post.author_address) != fold(volunteer.address)


# How it begins ----------------------------------------------------------------------------------


def keep_back(pen: Pen, post: Post, *, quiet: bool = False, gathered: bool = False) -> bool:
    """Whether nobody is asked about a new post now; its counting has then begun without them.

    ``quiet`` posts are seen in the queue mail only. While a list pauses, nobody is asked at all;
    and where many wait, or ``gathered`` says so, one mail tells of all of them within a minute.
    """
    tx, now = pen.tx, pen.now
    if quiet or pen.sender.paused_at is not None:
        askings.begin(tx, post.id, post.list_id, now, step=0, next_at=None, quiet=quiet)
        return True
    if not gathered and askings.count_loud(tx, post.list_id, MOST_WAITING) < MOST_WAITING:
        return False
    askings.begin(tx, post.id, post.list_id, now, step=0, next_at=now + GATHERED_FOR)
    return True


def begin(pen: Pen, post: Post, first: Volunteer | None, round_up: datetime) -> None:
    """Starts the counting for a post that ``first`` is asked about; None where there is nobody."""
    tx, now = pen.tx, pen.now
    if first is None:
        askings.begin(tx, post.id, post.list_id, now, step=0, next_at=now + LOOK_AGAIN)
        return
    second = _second(pen, post, round_up)
    askings.begin(tx, post.id, post.list_id, now, step=1, next_at=second)
    askings.note_asked(tx, post.id, first.id, now)


def _second(pen: Pen, post: Post, round_up: datetime) -> datetime:
    by = in_time.decide_by(pen.tx, pen.sender, post, round_up, pen.now)
    return steps(pen.now, by, Pace.of(pen.sender)).second


# How it goes on ---------------------------------------------------------------------------------


def begin_anew(pen: Pen, post: Post, asked_now: Collection[Volunteer], round_up: datetime) -> None:
    """Counts from now on, as at the beginning: after a decision was taken back, a wait, a pass."""
    tx, now = pen.tx, pen.now
    second = _second(pen, post, round_up)
    old = askings.of_post(tx, post.id)
    if old is None:
        askings.begin(tx, post.id, post.list_id, now, step=1, next_at=second)
    else:
        changes = {"put_off_until": None, "put_off_by": None, "quiet": False}
        askings.move(tx, old, since=now, step=1, next_at=second, **changes)
    for volunteer in asked_now:
        askings.note_asked(tx, post.id, volunteer.id, now)


def put_off(pen: Pen, post: Post, volunteer: Volunteer, until: datetime) -> None:
    """Nobody is asked about the post before ``until``; then this moderator is, anew."""
    old = askings.of_post(pen.tx, post.id)
    if old is None:
        askings.begin(pen.tx, post.id, post.list_id, pen.now, step=1, next_at=until)
        old = askings.of_post(pen.tx, post.id)
    assert old is not None
    changes = {"put_off_until": until, "put_off_by": volunteer.id, "quiet": False}
    askings.move(pen.tx, old, step=0, next_at=until, **changes)


def next_in_line(
    pen: Pen,
    post: Post,
    besides: Collection[int] = (),
    here: Sequence[Volunteer] | None = None,
) -> Volunteer | None:
    """Who is asked next about a post: not asked yet and not away; None when nobody is left.

    ``here`` is ``present`` where the caller has it already.
    """
    known = {one.volunteer_id for one in askings.of_posts(pen.tx, [post.id])} | set(besides)
    for volunteer in present(pen.tx, pen.sender, pen.now) if here is None else here:
        if volunteer.id not in known and may_decide(pen, post, volunteer):
            return volunteer
    return None


def still_asked(rows: Sequence[Asked]) -> set[int]:
    """Ids of those whose answer may still come."""
    return {one.volunteer_id for one in rows if not one.gone}


def is_put_off(state: Asking, now: datetime) -> bool:
    return state.put_off_until is not None and state.put_off_until > now
