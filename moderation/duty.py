"""What moderators say about their duty by reply: away, back, pass, wait, rota, waiting.

Each function changes what is said, within the caller's transaction, and writes the answer. What
the words are, and whether they are truly the moderator's, is for the caller to know. All of them
return what the operator reads about the letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from delivery.letters import Pen, To
from delivery.spans import Span
from moderation import asking, queue, threads
from moderation.hold import ask_one
from moderation.rota import Stretch
from moderation.showing import to_moderator
from moderation.spans import read_span
from storage import askings, history, outgoing, posts, queues, volunteers
from storage.addresses import fold
from storage.queues import Numbered
from storage.records import Outgoing, Post, Volunteer
from templates.views import DutyView

SHOWN = timedelta(weeks=8)
"""So far ahead the rota is told by mail."""
DAY = timedelta(days=1)
# A machine that answers each of our answers, and does not say that it is one, must tire first.
MOST_ANSWERS_A_DAY = 10


# Away and back ----------------------------------------------------------------------------------


def away(
    pen: Pen, volunteer: Volunteer, said: str, round_up: datetime, *, answers: str = ""
) -> str:
    """Notes that they are away; ``said`` is what stood behind the word, such as "3–17 August".

    What waits for them today is asked of the next one. ``round_up`` is the next one that leaves.
    """
    today = asking.today(pen.sender, pen.now)
    span = read_span(said, today, pen.sender.language)
    if span is None:
        write(pen, volunteer, "rota_away_unclear", answers, said=said)
        return "away, but it is not clear when"
    before = _duties(pen, volunteer, span)
    volunteers.set_absence(pen.tx, volunteer.id, *span)
    note(pen, volunteer, "away", f"{span[0]} to {span[1] - DAY}")
    passed = _pass_all(pen, volunteer, round_up) if span[0] <= today else 0
    write(
        pen,
        volunteer,
        "rota_away",
        answers,
        first=max(span[0], today),
        last=span[1] - DAY,
        back=span[1],
        instead=_instead(pen, volunteer, before),
        alone=len(volunteers.every(pen.tx, pen.sender.id, "moderator")) < 2,
        passed=passed,
    )
    return "away"


def back(pen: Pen, volunteer: Volunteer, *, answers: str = "") -> str:
    """Ends every absence of theirs, that of today and those to come."""
    today = asking.today(pen.sender, pen.now)
    if volunteers.end_absence(pen.tx, volunteer.id, today):
        note(pen, volunteer, "back")
    coming = list(_stretches(pen, today, today + SHOWN))
    own = next((one for one in coming if one.order[0].id == volunteer.id), None)
    write(pen, volunteer, "rota_back", answers, next_duty=_view(own) if own else "")
    return "back"


def _duties(pen: Pen, volunteer: Volunteer, span: Span) -> list[Stretch]:
    """When they would have been on duty."""
    found = _stretches(pen, *span)
    return [one for one in found if one.order[0].id == volunteer.id]


def _instead(pen: Pen, volunteer: Volunteer, before: Sequence[Stretch]) -> list[DutyView]:
    """Who is on duty in their place now."""
    found = [one for old in before for one in _stretches(pen, old.start, old.end)]
    return [_view(one) for one in found if one.order[0].id != volunteer.id]


def _pass_all(pen: Pen, volunteer: Volunteer, round_up: datetime) -> int:
    """What waits for somebody who is away now waits for the next one; how many posts."""
    return sum(
        hand_on(pen, post, volunteer, "away", round_up) is not None
        for post in posts.by_ids(pen.tx, askings.held_by(pen.tx, volunteer.id))
    )


# One post ----------------------------------------------------------------------------------------


def pass_on(
    pen: Pen, post: Post, volunteer: Volunteer, round_up: datetime, *, answers: str = ""
) -> str:
    """Asks the next on the rota in this moderator's place."""
    taker = hand_on(pen, post, volunteer, "passed", round_up)
    others = _others(pen, post, volunteer) if taker is None else []
    pen.write(
        "post_passed",
        to_moderator(volunteer, post),
        answers=answers,
        thread=threads.with_moderator(pen, post, volunteer).subject,
        automatic="auto-replied",
        post_title=post.title,
        taker=name_of(taker) if taker else "",
        others=others,
    )
    return f"passed to {taker.address}" if taker else "nobody to pass it to"


def hand_on(
    pen: Pen, post: Post, volunteer: Volunteer, why: str, round_up: datetime
) -> Volunteer | None:
    """Asks the next one, because ``volunteer`` passed, is away or is unreachable; whom, or None.

    Where nobody is left it still waits for this moderator, too: it must wait for somebody.
    """
    tx = pen.tx
    rows = askings.of_posts(tx, [post.id])
    if any(one.volunteer_id == volunteer.id and one.gone for one in rows):
        return None
    taker = asking.next_in_line(pen, post, besides=[volunteer.id])
    if taker is None and not (asking.still_asked(rows) - {volunteer.id}):
        return None
    askings.note_asked(tx, post.id, volunteer.id, pen.now)
    askings.note_gone(tx, post.id, volunteer.id, why)
    history.note(tx, pen.now, volunteer.address, why, list_id=post.list_id, post_id=post.id)
    if taker is None:
        return None
    ask_one(pen, post, taker, round_up, occasion="passed")
    asking.begin_anew(pen, post, [taker], round_up)
    return taker


def remove(pen: Pen, volunteer: Volunteer, round_up: datetime) -> int:
    """Takes a moderator out of office; how many posts that waited for them somebody else is asked
    about now."""
    waiting = posts.by_ids(pen.tx, askings.held_by(pen.tx, volunteer.id))
    volunteers.remove(pen.tx, pen.sender.id, "moderator", volunteer.address, pen.now)
    taken = (hand_on(pen, post, volunteer, "removed", round_up) for post in waiting)
    return sum(taker is not None for taker in taken)


def put_off(pen: Pen, post: Post, volunteer: Volunteer, until: datetime) -> None:
    """Nobody is asked about the post before ``until``. The answer is the caller's to write."""
    asking.put_off(pen, post, volunteer, until)


def came_back(pen: Pen, mail: Outgoing, round_up: datetime) -> None:
    """A mail of ours to a moderator came back: whatever it asked is asked of the next one."""
    volunteer = volunteers.by_id(pen.tx, mail.volunteer_id) if mail.volunteer_id else None
    if volunteer is None or volunteer.removed_at or volunteer.role != "moderator":
        return
    ids = [mail.post_id] if mail.post_id else []
    if (shown := queues.by_outgoing(pen.tx, mail.id)) is not None:
        ids = [one.post_id for one in queues.posts_of(pen.tx, shown.id).values()]
    waiting = set(askings.held_by(pen.tx, volunteer.id))
    for post in posts.by_ids(pen.tx, [number for number in ids if number in waiting]):
        hand_on(pen, post, volunteer, "unreachable", round_up)
    unreachable(pen, volunteer, None, round_up)


def unreachable(pen: Pen, volunteer: Volunteer, post: Post | None, round_up: datetime) -> None:
    """Their mail came back: the next one is asked at once, and the others hear of it, once a
    week. ``post`` is what the mail was about."""
    if post is not None and post.state == "held":
        hand_on(pen, post, volunteer, "unreachable", round_up)
    week = asking.today(pen.sender, pen.now).strftime("%G-%V")
    if not queues.claim(pen.tx, pen.sender.id, f"unreachable {volunteer.id}", week, pen.now):
        return
    people = volunteers.every(pen.tx, pen.sender.id, "organiser")
    people = people or volunteers.every(pen.tx, pen.sender.id, "moderator")
    for person in people:
        if fold(person.address) != fold(volunteer.address):
            pen.write(
                "rota_unreachable",
                To(person.address, "owner", volunteer_id=person.id),
                person=name_of(volunteer),
                address=volunteer.address,
            )


def _others(pen: Pen, post: Post, volunteer: Volunteer) -> list[str]:
    """Names of those who were asked as well."""
    ids = asking.still_asked(askings.of_posts(pen.tx, [post.id])) - {volunteer.id}
    every = volunteers.every(pen.tx, pen.sender.id, "moderator")
    return [name_of(one) for one in every if one.id in ids]


# What is shown ---------------------------------------------------------------------------------


def show_rota(pen: Pen, volunteer: Volunteer, *, answers: str = "") -> str:
    """Sends who is on duty in the next weeks, and who is away."""
    today = asking.today(pen.sender, pen.now)
    write(
        pen,
        volunteer,
        "rota_shown",
        answers,
        duties=[_view(one) for one in _stretches(pen, today, today + SHOWN)],
        absences=queue.absences(pen, today, today + SHOWN),
    )
    return "rota"


def show_waiting(pen: Pen, volunteer: Volunteer, round_up: datetime, *, answers: str = "") -> str:
    """Sends what waits for an answer, with numbers to answer by."""
    queue.write(pen, volunteer, "asked", round_up, answers=answers)
    return "waiting"


def show_post(pen: Pen, post: Post, volunteer: Volunteer, round_up: datetime) -> str:
    """Sends one post as a whole, with the mail that asks about it: "show", or "settled"."""
    if post.state != "held":
        return "settled"
    about = {"post_id": post.id, "volunteer_id": volunteer.id}
    before = outgoing.count_since(pen.tx, pen.now - DAY, "post_held", **about)
    if before < MOST_ANSWERS_A_DAY:
        ask_one(pen, post, volunteer, round_up, occasion="again")
        askings.note_asked(pen.tx, post.id, volunteer.id, pen.now)
    return "show"


def posts_of(pen: Pen, queue_id: int) -> dict[int, Numbered]:
    """What each number of a queue mail means: post_id, and flagged (not meant by "all yes")."""
    return queues.posts_of(pen.tx, queue_id)


def _stretches(pen: Pen, start: date, end: date) -> list[Stretch]:
    return list(asking.rota(pen.tx, pen.sender, start, end).stretches(start, end))


def _view(stretch: Stretch) -> DutyView:
    return queue.duty_view(stretch)


def name_of(volunteer: Volunteer) -> str:
    return volunteer.name or volunteer.address


def note(pen: Pen, volunteer: Volunteer, what: str, detail: str = "") -> None:
    history.note(pen.tx, pen.now, volunteer.address, what, list_id=pen.sender.id, detail=detail)


def write(pen: Pen, volunteer: Volunteer, letter: str, answers: str, **values: Any) -> None:
    queue.to_duty(
        pen,
        volunteer,
        letter,
        answers=answers,
        automatic="auto-replied" if answers else "auto-generated",
        **values,
    )
