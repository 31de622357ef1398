"""Who is on duty: pure arithmetic over shifts, absences and the order of the moderators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.records import Shift, Volunteer

MONDAY_OF_WEEK_NONE = date(2024, 1, 1)
DAY = timedelta(days=1)

Absence = tuple[int, date, date]
"""Who, the first day away, the day of return."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days one after the other on which the same people are asked."""

    start: date
    end: date
    """The first day after."""
    order: tuple[Volunteer, ...]

    @property
    def last(self) -> date:
        return self.end - DAY


@dataclass(frozen=True, slots=True)
class Rota:
    """All that says who is on duty, over some time."""

    moderators: Sequence[Volunteer]
    shifts: Sequence[Shift] = ()
    absences: Sequence[Absence] = ()

    def on(self, day: date) -> list[Volunteer]:
        return order_of(self.moderators, self.shifts, self.absences, day)

    def present(self, day: date) -> list[Volunteer]:
        """The same without those who are away, unless all are."""
        away = {who for who, start, end in self.absences if start <= day < end}
        order = self.on(day)
        return [person for person in order if person.id not in away] or order

    def stretches(self, start: date, end: date) -> Iterator[Stretch]:
        """From ``start`` up to, not including, ``end``; weeks are told apart only where the
        people on duty change."""
        begun, day = start, start
        while day < end:
            order = self.present(day)
            if not order:
                return
            while day < end and self.present(day)[:2] == order[:2]:
                day += DAY
            yield Stretch(begun, day, tuple(order))
            begun = day


def order_of(
    moderators: Sequence[Volunteer],
    shifts: Sequence[Shift],
    absences: Sequence[Absence],
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
    if newest is None or not newest.volunteers:
        return ()
    if not newest.every:
        return newest.volunteers
    turn = (today - newest.start).days // newest.every % len(newest.volunteers)
    return newest.volunteers[turn:] + newest.volunteers[:turn]


def _in_turn(moderators: Sequence[Volunteer], today: date) -> list[Volunteer]:
    if not moderators:
        return []
    week = (today - MONDAY_OF_WEEK_NONE) // timedelta(days=7)
    turn = week % len(moderators)
    return [*moderators[turn:], *moderators[:turn]]


# A swap -----------------------------------------------------------------------------------------

LOOKED_AHEAD = timedelta(days=183)
LONGEST_TURN = timedelta(days=31)
"""Whoever is on duty for longer swaps this week's days only."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Two turns that change hands. ``theirs`` is None where the other has no turn to give."""

    mine: Stretch
    theirs: Stretch | None


def find_swap(rota: Rota, me: Volunteer, other: Volunteer, first: date) -> Swap | None:
    """The next turn of ``me`` from ``first`` on, and the other's first turn after it or before
    it; None when ``me`` has none to give."""
    turns = list(_turns(rota, first, first + LOOKED_AHEAD))
    mine = next((turn for turn in turns if turn.order[0].id == me.id), None)
    theirs = next((turn for turn in turns if turn.order[0].id == other.id), None)
    return Swap(mine, theirs) if mine else None


def exchanged(order: Sequence[Volunteer], one: Volunteer, two: Volunteer) -> list[int]:
    """The ids of ``order`` with both in each other's place."""
    places = {one.id: two.id, two.id: one.id}
    return [places.get(person.id, person.id) for person in order]


def _turns(rota: Rota, start: date, end: date) -> Iterator[Stretch]:
    """By who is on duty; a turn without end is cut at Sundays."""
    day = start
    while day < end and (order := rota.on(day)):
        begun = day
        while day < end and rota.on(day)[:1] == order[:1]:
            day += DAY
        if day - begun > LONGEST_TURN:
            day = begun + timedelta(days=7 - begun.weekday())
        yield Stretch(begun, day, tuple(order))
