"""The mails to moderators that are about no single post, and above all the one of what waits.

Each has a mark of its own, by which a reply is known; what its numbers mean is stored with it.
Who gets one and when is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from delivery.letters import Pen, To
from moderation import asking
from moderation.rota import Stretch
from storage import askings, noticed, posts, queues, volunteers
from storage.askings import Asked, Asking
from storage.queues import Numbered
from storage.records import Post, Volunteer
from templates.views import DutyView, WaitingView

MOST_POSTS = 100
"""So many posts are shown in one mail, with their numbers; the others are counted."""
MOST_QUIET = 20
MOST_NOTES = 3
FEW = 5
LONG, SHORT = 700, 240
"""So many characters of a post's text are shown: few posts may take more room."""
DAY = timedelta(days=1)


def write(
    pen: Pen,
    volunteer: Volunteer,
    kind: str,
    round_up: datetime,
    *,
    answers: str = "",
    only: Sequence[int] | None = None,
) -> list[int]:
    """Writes the mail of what waits to one moderator; the ids of the posts that it shows.

    ``kind`` says why it comes: asked (for), gathered, daily, last call or week. ``only`` are the
    posts to show, up to MOST_POSTS, where it shall not be all that wait.
    """
    shown = _shown(pen, only)
    entries = _entries(pen, volunteer, shown)
    numbered = [
        Numbered(entry.number, state.post_id, entry.flagged)
        for entry, state in zip(entries, shown, strict=True)
    ]
    to_duty(
        pen,
        volunteer,
        "rota_week" if kind == "week" else "queue_waiting",
        numbered=numbered,
        answers=answers,
        automatic="auto-replied" if answers else "auto-generated",
        kind=kind,
        **_values(pen, volunteer, round_up, shown, entries, only),
        **(_week(pen) if kind == "week" else {}),
    )
    return [one.post_id for one in shown]


def write_gathered(pen: Pen, volunteer: Volunteer, ids: Sequence[int], round_up: datetime) -> None:
    """Tells of each of these new posts, in as many mails as that takes: what a mail only counts
    nobody knows of."""
    for start in range(0, len(ids), MOST_POSTS):
        part = ids[start : start + MOST_POSTS]
        write(pen, volunteer, "gathered", round_up, only=part)


def values(pen: Pen, reader: Volunteer, round_up: datetime) -> dict[str, Any]:
    """What a letter shows of what waits."""
    shown = _shown(pen, None)
    return _values(pen, reader, round_up, shown, _entries(pen, reader, shown), None)


def _values(
    pen: Pen,
    reader: Volunteer,
    round_up: datetime,
    shown: Sequence[Asking],
    entries: Sequence[WaitingView],
    only: Sequence[int] | None,
) -> dict[str, Any]:
    loud, quiet = askings.count_waiting(pen.tx, pen.sender.id)
    loud = loud if only is None else len(only)
    pairs = list(zip(entries, shown, strict=True))
    return {
        "count": loud or quiet,
        "posts": [one for one, state in pairs if not state.quiet],
        "quiet_posts": [one for one, state in pairs if state.quiet],
        "more": loud + quiet - len(shown),
        "due": round_up.astimezone(_zone(pen, reader)),
    }


def to_duty(
    pen: Pen,
    volunteer: Volunteer,
    letter: str,
    *,
    numbered: Sequence[Numbered] = (),
    answers: str = "",
    automatic: str = "auto-generated",
    **values: Any,
) -> None:
    """Any mail to a moderator that is about no single post: its reply is known by its mark."""
    kind = values.get("kind", letter)
    number = queues.make(pen.tx, pen.sender.id, volunteer.id, kind, pen.now, numbered)
    to = To(volunteer.address, "duty", (number, volunteer.id), volunteer_id=volunteer.id)
    left = pen.write(letter, to, answers=answers, automatic=automatic, **values)
    queues.left_as(pen.tx, number, left)


def duty_view(stretch: Stretch) -> DutyView:
    names = [one.name or one.address for one in stretch.order[:2]]
    return DutyView(stretch.start, stretch.last, names[0], names[1] if len(names) > 1 else "")


def absences(pen: Pen, start: date, end: date) -> list[DutyView]:
    """Who is away on which of those days."""
    names = {
        one.id: one.name or one.address
        for one in volunteers.every(pen.tx, pen.sender.id, "moderator")
    }
    found = volunteers.absences(pen.tx, pen.sender.id, start, end)
    return [
        DutyView(max(first, start), back - DAY, names[who])
        for who, first, back in found
        if who in names and first < back
    ]


# What waits -------------------------------------------------------------------------------------


def _shown(pen: Pen, only: Sequence[int] | None) -> list[Asking]:
    """Those with a notice first, each kind from the longest waiting on."""
    tx, list_id = pen.tx, pen.sender.id
    if only is None:
        loud = askings.waiting(tx, list_id, MOST_POSTS)
        return [*loud, *askings.waiting(tx, list_id, MOST_QUIET, quiet=True)]
    return askings.of_these(tx, only)


def _entries(pen: Pen, volunteer: Volunteer, states: Sequence[Asking]) -> list[WaitingView]:
    ids = [one.post_id for one in states]
    known = {post.id: post for post in posts.by_ids(pen.tx, ids)}
    asked: dict[int, list[Asked]] = {}
    for row in askings.of_posts(pen.tx, ids):
        asked.setdefault(row.post_id, []).append(row)
    names = {
        one.id: one.name or one.address
        for one in volunteers.every(pen.tx, pen.sender.id, "moderator")
    }
    room = LONG if len(states) <= FEW else SHORT
    return [
        _entry(
            pen,
            volunteer,
            number,
            known[one.post_id],
            one,
            _said(pen, volunteer, asked, one, names),
            room,
        )
        for number, one in enumerate(states, start=1)
    ]


def _entry(
    pen: Pen,
    volunteer: Volunteer,
    number: int,
    post: Post,
    state: Asking,
    asked: str,
    room: int,
) -> WaitingView:
    zone = _zone(pen, volunteer)
    waits = asking.is_put_off(state, pen.now) and bool(asked) and state.put_off_until
    flagged = state.quiet or post.proof == "none" or noticed.needs_a_person(pen.tx, post.id)
    return WaitingView(
        number=number,
        title=post.title,
        author=post.author_name or post.author_address,
        address=post.author_address if post.author_name else "",
        held_at=post.held_at.astimezone(zone),
        beginning=_beginning(post.text, room),
        notes=post.notes[:MOST_NOTES] if flagged else (),
        asked=asked,
        waits_until=waits.astimezone(zone).date() if waits else None,
        flagged=flagged,
        unproven=post.proof == "none",
    )


def _said(
    pen: Pen,
    reader: Volunteer,
    asked: dict[int, list[Asked]],
    state: Asking,
    names: dict[int, str],
) -> str:
    """Who wants to wait, or who was asked besides the one who reads it."""
    if asking.is_put_off(state, pen.now):
        return names.get(state.put_off_by or 0, "")
    rows = [one for one in asked.get(state.post_id, ()) if not one.gone]
    found = [names[one.volunteer_id] for one in rows if one.volunteer_id in names]
    return ", ".join(name for name in found if name != names.get(reader.id))


def _beginning(text: str, room: int) -> str:
    """The text in one line, cut at a word."""
    words = " ".join(text[: 4 * room].split())
    if len(words) <= room and len(text) <= 4 * room:
        return words
    return words[:room].rpartition(" ")[0] + " …"


def _week(pen: Pen) -> dict[str, Any]:
    """Who is on duty in this week and the next, and who is away."""
    today = asking.today(pen.sender, pen.now)
    monday = today - today.weekday() * DAY
    known = asking.rota(pen.tx, pen.sender, monday, monday + 14 * DAY)
    weeks = [(today, monday + 7 * DAY), (monday + 7 * DAY, monday + 14 * DAY)]
    this, following = ([duty_view(one) for one in known.stretches(*week)] for week in weeks)
    away = absences(pen, today, monday + 14 * DAY)
    return {"this_week": this, "next_week": following, "absences": away}


def _zone(pen: Pen, volunteer: Volunteer) -> ZoneInfo:
    return ZoneInfo(volunteer.timezone or pen.sender.timezone)
