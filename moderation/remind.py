"""What moderators are asked and told by the clock: steps of asking, gathered and regular mails.

Called at each tick. What is due follows from the database and the time alone, so it may run twice
at once, late, or not at all for a while. Nothing is ever published here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from delivery.letters import Desk, Pen
from moderation import asking, duty, in_time, queue, regular
from moderation.hold import Occasion, ask_one
from moderation.pace import Pace, steps
from storage import askings, lists, posts, queues, volunteers
from storage.askings import Asking
from storage.database import Database, Unavailable
from storage.records import MailingList, Post, Volunteer

MOST_SINGLE = 3
"""Who would get more mails than so many at once gets one mail of all of them."""
MOST_LOOKED_AT = 500
NOT_SO_NEW = timedelta(hours=4)
"""What came later than this needs no daily mail yet."""
DAY = timedelta(days=1)

RoundUp = Callable[[Connection, MailingList, datetime], datetime]
"""When the list's next round-up leaves that can still take something."""

log = logging.getLogger(__name__)


def run(database: Database, desk: Desk, round_up: RoundUp, now: datetime) -> None:
    """Does what is due on every list, each in a transaction of its own.

    A fault in one list is logged and does not keep the others waiting. Raises Unavailable.
    """
    with database.read() as tx:
        wanted = [one for one in lists.every(tx) if _has_work(tx, one, round_up, now)]
    for sender in wanted:
        try:
            with database.write() as tx:
                remind(Pen(tx, desk, sender, now), round_up(tx, sender, now))
        except Unavailable:
            raise
        except Exception:
            log.exception("%s: its moderators were not asked", sender.address)


def _has_work(tx: Connection, sender: MailingList, round_up: RoundUp, now: datetime) -> bool:
    """Read without a lock: a write for nothing every few seconds would keep others waiting."""
    try:
        if sender.paused_at is not None:
            return False
        if askings.due(tx, sender.id, now, limit=1) or _unreached(tx, sender):
            return True
        slots = _slots(tx, sender, round_up(tx, sender, now), now)
        return any(not queues.was_claimed(tx, sender.id, one.kind, one.period) for one in slots)
    except Exception:
        log.exception("%s: its moderators were not asked", sender.address)
        return False


def remind(pen: Pen, round_up: datetime) -> None:
    """Does what is due on one list now."""
    for volunteer, post in _unreached(pen.tx, pen.sender):
        duty.unreachable(pen, volunteer, post, round_up)
    wanted = _next_steps(pen, round_up)
    told = _regular(pen, round_up)
    for volunteer, found in wanted.values():
        # The regular mail shows the beginnings only; of few posts everybody gets the whole.
        shown = told.get(volunteer.id, set()) if len(found) > MOST_SINGLE else set()
        _ask_all(pen, volunteer, [one for one in found if one[0].id not in shown], round_up)


def _unreached(tx: Connection, sender: MailingList) -> list[tuple[Volunteer, Post]]:
    """Whose mail about a post our mail server refused for good."""
    found = []
    for one in askings.unreachable(tx):
        volunteer, post = volunteers.by_id(tx, one.volunteer_id), posts.by_id(tx, one.post_id)
        if volunteer and post and post.list_id == sender.id:
            found.append((volunteer, post))
    return found


# Steps ------------------------------------------------------------------------------------------

Wanted = dict[int, tuple[Volunteer, list[tuple[Post, Occasion]]]]
"""Who is asked about which posts now, and why, by the moderator's id."""


def _next_steps(pen: Pen, round_up: datetime) -> Wanted:
    wanted: Wanted = {}
    here: list[Volunteer] | None = None
    states = askings.due(pen.tx, pen.sender.id, pen.now)
    if any(one.step == 0 and not one.put_off_until for one in states):
        askings.gather(pen.tx, pen.sender.id, pen.now, pen.now + asking.GATHERED_FOR)
        states = askings.due(pen.tx, pen.sender.id, pen.now)
    known = {one.id: one for one in posts.by_ids(pen.tx, [one.post_id for one in states])}
    askings.rest(pen.tx, [n for n, one in known.items() if one.state != "held"])
    for state in states:
        post = known[state.post_id]
        if post.state == "held":
            here = asking.present(pen.tx, pen.sender, pen.now) if here is None else here
            for volunteer in _step(pen, post, state, round_up, here):
                found = wanted.setdefault(volunteer.id, (volunteer, []))[1]
                found.append((post, _occasion(state)))
    return wanted


def _occasion(state: Asking) -> Occasion:
    if state.step:
        return "unanswered"
    return "again" if state.put_off_until else "new"


def _step(
    pen: Pen, post: Post, state: Asking, round_up: datetime, here: Sequence[Volunteer]
) -> list[Volunteer]:
    """Moves one post on as far as is due; who of those ``here`` is to be asked about it."""
    found: list[Volunteer] = []
    current: Asking | None = state
    while current and current.next_at and current.next_at <= pen.now and current.step < 3:
        more = _moved(pen, post, current, round_up, here)
        if more is None:
            return found
        found += [one for one in more if askings.note_asked(pen.tx, post.id, one.id, pen.now)]
        current = askings.of_post(pen.tx, post.id)
    if current and current.step == 3 and current.next_at and current.next_at <= pen.now:
        # Everybody knows. It stays among those that wait, and the regular mails go on.
        askings.move(pen.tx, current, next_at=pen.now + DAY)
    return found


def _moved(
    pen: Pen, post: Post, state: Asking, round_up: datetime, here: Sequence[Volunteer]
) -> list[Volunteer] | None:
    """Takes one step; who is new, or None when another clock took it, or there is nobody."""
    since = pen.now if state.step == 0 and state.put_off_until else state.since
    by = in_time.decide_by(pen.tx, pen.sender, post, round_up, since)
    coming = steps(since, by, Pace.of(pen.sender))
    if state.step == 0:
        first = _first(pen, post, state, here)
        if first is None:
            askings.move(pen.tx, state, next_at=pen.now + asking.LOOK_AGAIN)
            return None
        changes = {"since": since, "put_off_until": None, "put_off_by": None}
        done = askings.move(pen.tx, state, step=1, next_at=coming.second, **changes)
        if state.put_off_by == first.id:
            askings.note_gone(pen.tx, post.id, first.id, "waited")
        return [first] if done else None
    if state.step == 1:
        second = asking.next_in_line(pen, post, here=here)
        done = askings.move(pen.tx, state, step=2, next_at=coming.everybody)
        return ([second] if second else []) if done else None
    done = askings.move(pen.tx, state, step=3, next_at=pen.now + DAY)
    return _rest_of_them(pen, post, here) if done else None


def _first(pen: Pen, post: Post, state: Asking, here: Sequence[Volunteer]) -> Volunteer | None:
    """Who said to wait, or else who is on duty."""
    able = [one for one in here if asking.may_decide(pen, post, one)]
    waited = next((one for one in able if one.id == state.put_off_by), None)
    return waited or next(iter(able), None)


def _rest_of_them(pen: Pen, post: Post, here: Sequence[Volunteer]) -> list[Volunteer]:
    known = {one.volunteer_id for one in askings.of_posts(pen.tx, [post.id])}
    return [one for one in here if one.id not in known and asking.may_decide(pen, post, one)]


def _ask_all(
    pen: Pen, volunteer: Volunteer, found: list[tuple[Post, Occasion]], round_up: datetime
) -> None:
    if len(found) <= MOST_SINGLE:
        for post, occasion in found:
            ask_one(pen, post, volunteer, round_up, occasion=occasion)
        return
    queue.write_gathered(pen, volunteer, sorted(post.id for post, _ in found), round_up)


# Regular mails -----------------------------------------------------------------------------------


def _regular(pen: Pen, round_up: datetime) -> dict[int, set[int]]:
    """Writes the one that is due; the ids of the posts that it shows, by the moderator's id."""
    slots = _slots(pen.tx, pen.sender, round_up, pen.now)
    claim = partial(queues.claim, pen.tx, pen.sender.id)
    mine = [one for one in slots if claim(one.kind, one.period, pen.now)]
    told: dict[int, set[int]] = {}
    for slot in mine[:1]:
        for volunteer in _receivers(pen, slot.kind):
            told[volunteer.id] = set(queue.write(pen, volunteer, slot.kind, round_up))
    return told


def _slots(
    tx: Connection, sender: MailingList, round_up: datetime, now: datetime
) -> list[regular.Slot]:
    """What is due now; a list that was made this morning has missed nothing."""
    found = regular.due(now, round_up, Pace.of(sender))
    since = lists.created_at(tx, sender.id) if found else now
    return [one for one in found if one.at >= since]


def _receivers(pen: Pen, kind: regular.Kind) -> list[Volunteer]:
    every = volunteers.every(pen.tx, pen.sender.id, "moderator")
    if kind == "week":
        return every
    states = askings.waiting(pen.tx, pen.sender.id, MOST_LOOKED_AT)
    open_ones = [one for one in states if not asking.is_put_off(one, pen.now)]
    if kind == "last call":
        return asking.present(pen.tx, pen.sender, pen.now) if open_ones else []
    old = [one for one in open_ones if pen.now - one.since >= NOT_SO_NEW]
    if not old and not askings.waiting(pen.tx, pen.sender.id, 1, quiet=True):
        return []
    asked = askings.of_posts(pen.tx, [one.post_id for one in old])
    wanted = {one.volunteer_id for one in asked if not one.gone}
    wanted |= {one.id for one in asking.on_duty(pen.tx, pen.sender, pen.now)[:1]}
    return [one for one in every if one.id in wanted]
