"""Who is on duty: pure arithmetic over shifts, absences and the order of the moderators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from storage.records import Shift, Volunteer

MONDAY_OF_WEEK_NONE = date(2024, 1, 1)


def order_of(
    moderators: Sequence[Volunteer],
    shifts: Sequence[Shift],
    absences: Sequence[tuple[int, date, date]],
    today: date,
) -> list[Volunteer]:
    """The moderators in the order in which they are asked on ``today``; the first is on duty.

    A shift names the first ones (of several that fit, the entry made last counts). With none the
    moderators take weekly turns from Monday, in the order in which they were added. Whoever is
    away comes last instead of not at all: nobody left would mean that nobody is ever asked.
    """
    away = {who for who, start, end in absences if start <= today < end}
    named = _named(shifts, today)
    turns = _in_turn(moderators, today)
    first = [person for number in named for person in moderators if person.id == number]
    rest = [person for person in turns if person.id not in named]
    return sorted([*first, *rest], key=lambda person: person.id in away)


def _named(shifts: Sequence[Shift], today: date) -> tuple[int, ...]:
    fitting = (shift for shift in shifts if shift.start <= today < shift.end)
    newest = max(fitting, key=lambda shift: shift.id, default=None)
    return newest.volunteers if newest else ()


def _in_turn(moderators: Sequence[Volunteer], today: date) -> list[Volunteer]:
    if not moderators:
        return []
    week = (today - MONDAY_OF_WEEK_NONE) // timedelta(days=7)
    turn = week % len(moderators)
    return [*moderators[turn:], *moderators[:turn]]
