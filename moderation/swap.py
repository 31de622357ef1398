"""Two moderators swap their turns: one asks by reply, the other agrees by reply.

Nothing changes before that, nor when the rota has changed meanwhile. Each function answers within
the caller's transaction, and returns what the operator reads about the letter.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from delivery.letters import Pen, To
from delivery.spans import Span
from moderation import asking, queue
from moderation.duty import DAY, MOST_ANSWERS_A_DAY, name_of, note, write
from moderation.rota import Swap, exchanged, find_swap
from moderation.words import fold as fold_words
from storage import confirmations, outgoing, volunteers
from storage.records import Confirmation, Volunteer
from templates.views import DutyView

CONFIRM_WITHIN = timedelta(days=14)


def ask_for(pen: Pen, volunteer: Volunteer, said: str, *, answers: str = "") -> str:
    """Asks another moderator to swap turns; ``said`` names them, such as "Amina"."""
    others = [
        one
        for one in volunteers.every(pen.tx, pen.sender.id, "moderator")
        if one.id != volunteer.id
    ]
    named = [one for one in others if _is_meant(one, said)]
    if len(named) != 1:
        names = [name_of(one) for one in others]
        write(pen, volunteer, "rota_swap_unclear", answers, said=said, names=names)
        return "swap, but it is not clear with whom"
    other = named[0]
    found = _swap_of(pen, volunteer, other)
    if found is None:
        write(pen, volunteer, "rota_swap_nothing", answers, person=name_of(other))
        return "nothing to swap"
    _ask_to_swap(pen, volunteer, other, found)
    turns = _turns(found)
    write(pen, volunteer, "rota_swap_sent", answers, person=name_of(other), **turns)
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


def answered(pen: Pen, waiting: Confirmation, *, agreed: bool) -> str:
    """Carries out what the other moderator said about a swap, once."""
    one = volunteers.by_id(pen.tx, int(waiting.payload["by"]))
    other = volunteers.by_id(pen.tx, int(waiting.payload["with"]))
    if one is None or other is None:
        return "a moderator is gone"
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        return "settled already"
    if not agreed:
        write(pen, one, "rota_swap_refused", "", person=name_of(other))
        return "swap refused"
    if not _still_good(pen, waiting, one, other):
        for person in (one, other):
            write(pen, person, "rota_swap_too_late", "")
        return "swap too late"
    _carry_out(pen, waiting, one, other)
    note(pen, other, "swapped", f"with {one.address}")
    for person in (one, other):
        write(
            pen,
            person,
            "rota_swap_done",
            "",
            one=name_of(one),
            other=name_of(other),
            **_days(waiting),
        )
    return "swapped"


def ask_again(pen: Pen, waiting: Confirmation, answers: str) -> str:
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
        person=name_of(one),
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
    return {
        "mine": queue.duty_view(found.mine),
        "theirs": queue.duty_view(found.theirs) if found.theirs else "",
    }
