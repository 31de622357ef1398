"""What moderators say about their duty by reply: away, back, swap, pass, wait, rota, waiting.

Each function changes what is said, within the caller's transaction, and writes the answer. What
the words are, and whether they are truly the moderator's, is for the caller to know. All of them
return what the operator reads about the letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from delivery.letters import Pen, To
from moderation import asking, queue, threads
from moderation.hold import ask_one
from moderation.rota import Stretch, Swap, exchanged, find_swap
from moderation.showing import to_moderator
from moderation.spans import Span, read_span
from moderation.words import fold as fold_words
from storage import askings, confirmations, history, outgoing, posts, queues, volunteers
from storage.addresses import fold
from storage.queues import Numbered
from storage.records import Confirmation, Outgoing, Post, Volunteer
from templates.views import DutyView

SHOWN = timedelta(weeks=8)
"""So far ahead the rota is told by mail."""
DAY = timedelta(days=1)
CONFIRM_WITHIN = timedelta(days=14)
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
        _write(pen, volunteer, "rota_away_unclear", answers, said=said)
        return "away, but it is not clear when"
    before = _duties(pen, volunteer, span)
    volunteers.set_absence(pen.tx, volunteer.id, *span)
    _note(pen, volunteer, "away", f"{span[0]} to {span[1] - DAY}")
    passed = _pass_all(pen, volunteer, round_up) if span[0] <= today else 0
    _write(
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
        _note(pen, volunteer, "back")
    coming = list(_stretches(pen, today, today + SHOWN))
    own = next((one for one in coming if one.order[0].id == volunteer.id), None)
    _write(pen, volunteer, "rota_back", answers, next_duty=_view(own) if own else "")
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
        taker=_name(taker) if taker else "",
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
                person=_name(volunteer),
                address=volunteer.address,
            )


def _others(pen: Pen, post: Post, volunteer: Volunteer) -> list[str]:
    """Names of those who were asked as well."""
    ids = asking.still_asked(askings.of_posts(pen.tx, [post.id])) - {volunteer.id}
    every = volunteers.every(pen.tx, pen.sender.id, "moderator")
    return [_name(one) for one in every if one.id in ids]


# A swap ----------------------------------------------------------------------------------------


def swap(pen: Pen, volunteer: Volunteer, said: str, *, answers: str = "") -> str:
    """Asks another moderator to swap turns; ``said`` names them, such as "Amina"."""
    others = [
        one
        for one in volunteers.every(pen.tx, pen.sender.id, "moderator")
        if one.id != volunteer.id
    ]
    named = [one for one in others if _is_meant(one, said)]
    if len(named) != 1:
        names = [_name(one) for one in others]
        _write(pen, volunteer, "rota_swap_unclear", answers, said=said, names=names)
        return "swap, but it is not clear with whom"
    other = named[0]
    found = _swap_of(pen, volunteer, other)
    if found is None:
        _write(pen, volunteer, "rota_swap_nothing", answers, person=_name(other))
        return "nothing to swap"
    _ask_to_swap(pen, volunteer, other, found)
    turns = _turns(found)
    _write(pen, volunteer, "rota_swap_sent", answers, person=_name(other), **turns)
    return f"swap with {other.address} asked"


def _is_meant(one: Volunteer, said: str) -> bool:
    """By the address, the name or the first name, with which the words begin."""
    text = " ".join(fold_words(said[:200]).replace(",", " ").split()).strip(" .!")
    text = text.removeprefix("with ")
    name = fold_words(one.name)
    known = {fold_words(one.address), name, name.partition(" ")[0]} - {""}
    return any(text == word or text.startswith(f"{word} ") for word in known)


def _swap_of(pen: Pen, mine: Volunteer, other: Volunteer) -> Swap | None:
    today = asking.today(pen.sender, pen.now)
    known = asking.rota(pen.tx, pen.sender, today, today + timedelta(days=200))
    return find_swap(known, mine, other, today)


def _ask_to_swap(pen: Pen, volunteer: Volunteer, other: Volunteer, found: Swap) -> None:
    payload: dict[str, Any] = {"by": volunteer.id, "with": other.id}
    payload["mine"] = [found.mine.start.isoformat(), found.mine.end.isoformat()]
    if found.theirs:
        payload["theirs"] = [found.theirs.start.isoformat(), found.theirs.end.isoformat()]
    number = confirmations.ask(
        pen.tx, pen.sender.id, "swap", other.address, payload, pen.now, f"swap {volunteer.id}"
    )
    _write_question(pen, number, volunteer, other, "", **_turns(found))


def confirmed_swap(pen: Pen, waiting: Confirmation, *, agreed: bool) -> str:
    """Carries out what the other moderator said about a swap, once."""
    one = volunteers.by_id(pen.tx, int(waiting.payload["by"]))
    other = volunteers.by_id(pen.tx, int(waiting.payload["with"]))
    if one is None or other is None:
        return "a moderator is gone"
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        return "settled already"
    if not agreed:
        _write(pen, one, "rota_swap_refused", "", person=_name(other))
        return "swap refused"
    if not _still_good(pen, waiting, one, other):
        for person in (one, other):
            _write(pen, person, "rota_swap_too_late", "")
        return "swap too late"
    _carry_out(pen, waiting, one, other)
    _note(pen, other, "swapped", f"with {one.address}")
    for person in (one, other):
        _write(
            pen, person, "rota_swap_done", "", one=_name(one), other=_name(other), **_days(waiting)
        )
    return "swapped"


def ask_again_to_swap(pen: Pen, waiting: Confirmation, answers: str) -> str:
    """The other moderator's answer was neither yes nor no: the question comes once more."""
    other = volunteers.by_id(pen.tx, int(waiting.payload["with"]))
    one = volunteers.by_id(pen.tx, int(waiting.payload["by"]))
    if one is None or other is None or other.removed_at:
        return "a moderator is gone"
    about = {"volunteer_id": other.id}
    before = outgoing.count_since(pen.tx, pen.now - DAY, "rota_swap_asked", **about)
    if before < MOST_ANSWERS_A_DAY:
        _write_question(pen, waiting.id, one, other, answers, **_days(waiting))
    return "the answer about the swap is not clear"


def _write_question(
    pen: Pen, number: int, one: Volunteer, other: Volunteer, answers: str, **turns: Any
) -> None:
    pen.write(
        "rota_swap_asked",
        To(other.address, "confirm", (number,), volunteer_id=other.id),
        answers=answers,
        automatic="auto-replied" if answers else "auto-generated",
        person=_name(one),
        again=bool(answers),
        **turns,
    )


def _still_good(pen: Pen, waiting: Confirmation, one: Volunteer, other: Volunteer) -> bool:
    """Whether both are in office and still have the turns that they spoke of."""
    if one.removed_at or other.removed_at or pen.now - waiting.asked_at > CONFIRM_WITHIN:
        return False
    today = asking.today(pen.sender, pen.now)
    for key, owner in (("mine", one), ("theirs", other)):
        start, end = _span(waiting, key)
        start = max(start, today)
        if key in waiting.payload and (start >= end or _holder(pen, start) != owner.id):
            return False
    return True


def _carry_out(pen: Pen, waiting: Confirmation, one: Volunteer, other: Volunteer) -> None:
    today = asking.today(pen.sender, pen.now)
    wanted = []
    for key in ("mine", "theirs"):
        start, end = _span(waiting, key)
        start = max(start, today)
        if start < end:
            order = asking.rota(pen.tx, pen.sender, start, end).on(start)
            wanted.append((start, end, exchanged(order, one, other)))
    for start, end, ids in wanted:
        volunteers.set_shift(pen.tx, pen.sender.id, start, end, ids)


def _holder(pen: Pen, day: date) -> int:
    return asking.rota(pen.tx, pen.sender, day, day + DAY).on(day)[0].id


def _span(waiting: Confirmation, key: str) -> Span:
    start, end = waiting.payload.get(key) or (date.max.isoformat(), date.min.isoformat())
    return date.fromisoformat(start), date.fromisoformat(end)


def _days(waiting: Confirmation) -> dict[str, Any]:
    spans = {key: _span(waiting, key) for key in ("mine", "theirs")}
    return {
        key: DutyView(start, end - DAY) if key in waiting.payload else ""
        for key, (start, end) in spans.items()
    }


def _turns(found: Swap) -> dict[str, Any]:
    return {"mine": _view(found.mine), "theirs": _view(found.theirs) if found.theirs else ""}


# What is shown ---------------------------------------------------------------------------------


def show_rota(pen: Pen, volunteer: Volunteer, *, answers: str = "") -> str:
    """Sends who is on duty in the next weeks, and who is away."""
    today = asking.today(pen.sender, pen.now)
    _write(
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


def _name(volunteer: Volunteer) -> str:
    return volunteer.name or volunteer.address


def _note(pen: Pen, volunteer: Volunteer, what: str, detail: str = "") -> None:
    history.note(pen.tx, pen.now, volunteer.address, what, list_id=pen.sender.id, detail=detail)


def _write(pen: Pen, volunteer: Volunteer, letter: str, answers: str, **values: Any) -> None:
    queue.to_duty(
        pen,
        volunteer,
        letter,
        answers=answers,
        automatic="auto-replied" if answers else "auto-generated",
        **values,
    )
