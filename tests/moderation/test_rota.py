"""Who is on duty: arithmetic over days, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from moderation.rota import order_of
from storage.records import Shift, Volunteer

MONDAY = date(2026, 11, 16)


def people(*names: str) -> list[Volunteer]:
    added = datetime(2026, 11, 1, tzinfo=UTC)
    return [
        Volunteer(number, 1, "moderator", f"{name}@example.org", name, None, added)
        for number, name in enumerate(names, start=1)
    ]


TEAM = people("Bob", "Amina", "Dee")


def first(today: date, *shifts: Shift, away: tuple[tuple[int, date, date], ...] = ()) -> list[str]:
    return [person.name for person in order_of(TEAM, shifts, away, today)]


def days(number: int) -> timedelta:
    return timedelta(days=number)


def shift(number: int, start: date, end: date, *who: int) -> Shift:
    return Shift(number, 1, start, end, who)


def test_without_a_rota_they_take_weekly_turns_from_monday_in_the_order_they_were_added() -> None:
    duty = [first(MONDAY + days(7 * week))[0] for week in range(4)]
    start = ["Bob", "Amina", "Dee"].index(duty[0])
    turns = ["Bob", "Amina", "Dee", "Bob", "Amina", "Dee"]
    assert duty == turns[start : start + 4]
    for day in range(7):
        assert first(MONDAY + days(day))[0] == duty[0]
    assert first(MONDAY + days(7))[0] == duty[1]


def test_a_shift_counts_from_its_first_day_up_to_its_end() -> None:
    week = shift(1, MONDAY, MONDAY + days(7), 3, 1)
    assert first(MONDAY, week)[:2] == ["Dee", "Bob"]
    assert first(MONDAY + days(6), week)[:2] == ["Dee", "Bob"]
    assert first(MONDAY + days(7), week) == first(MONDAY + days(7))
    assert first(MONDAY - days(1), week) == first(MONDAY - days(1))


def test_of_two_shifts_the_one_made_last_counts() -> None:
    old, new = shift(1, MONDAY, MONDAY + days(7), 1), shift(2, MONDAY, MONDAY + days(1), 2)
    assert first(MONDAY, old, new)[0] == first(MONDAY, new, old)[0] == "Amina"
    assert first(MONDAY + days(1), old, new)[0] == "Bob"


def test_who_is_away_comes_last_and_is_back_on_the_day_of_return() -> None:
    week = shift(1, MONDAY, MONDAY + days(7), 1, 2, 3)
    away = ((1, MONDAY, MONDAY + days(2)),)
    assert first(MONDAY, week, away=away) == ["Amina", "Dee", "Bob"]
    assert first(MONDAY + days(2), week, away=away) == ["Bob", "Amina", "Dee"]


def test_when_all_are_away_somebody_is_asked_all_the_same() -> None:
    away = tuple((number, MONDAY, MONDAY + days(9)) for number in (1, 2, 3))
    assert sorted(first(MONDAY, away=away)) == ["Amina", "Bob", "Dee"]


def test_a_shift_of_somebody_who_was_removed_falls_to_the_others() -> None:
    assert len(first(MONDAY, shift(1, MONDAY, MONDAY + days(7), 99))) == 3


def test_nobody_is_on_duty_where_there_is_nobody() -> None:
    assert order_of([], [shift(1, MONDAY, MONDAY + days(7), 1)], [], MONDAY) == []


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.lists(st.integers(1, 5), max_size=4, unique=True),
    st.lists(st.integers(1, 5), max_size=4, unique=True),
    st.integers(0, 5),
)
def test_everybody_is_asked_exactly_once(
    today: date, named: list[int], away: list[int], many: int
) -> None:
    team = people(*"ABCDE"[:many])
    gone = [(number, today, today + days(1)) for number in away]
    order = order_of(team, [shift(1, today, today + days(1), *named)], gone, today)
    assert sorted(person.id for person in order) == [person.id for person in team]
    states = [person.id in away for person in order]
    assert states == sorted(states)
