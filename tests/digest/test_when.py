"""When editions are made, and what they take: edges, changes of the clocks, times without us."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.records import Edition
from tests.digest.town import Town, local
from tests.needs import times

A_MOMENT = timedelta(microseconds=1)
MONDAY = local("2026-11-23")


def only_weekly(made: list[Edition]) -> list[str]:
    return [edition.period for edition in made if edition.frequency == "weekly"]


def test_f6_a_window_ends_just_before_its_moment(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Last", MONDAY - A_MOMENT)
    week.post("First", MONDAY)
    week.tick(MONDAY)
    assert week.mails(carol) == [["Last"]]
    week.tick(MONDAY + timedelta(days=7))
    assert week.mails(carol) == [["Last"], ["First"]]


def test_an_edition_is_made_at_its_very_moment_and_not_before(week: Town) -> None:
    week.days("tue", "sun")
    assert only_weekly(week.tick(MONDAY - A_MOMENT)) == []
    assert only_weekly(week.tick(MONDAY)) == ["2026-11-23"]
    assert week.tick(MONDAY) == week.tick(MONDAY + timedelta(hours=1)) == []


def test_a_verdict_committed_just_after_the_edge_is_in_the_next_edition(week: Town) -> None:
    carol, dora = week.reader("carol"), week.reader("dora", "daily")
    week.tick(MONDAY)
    week.post("Late", MONDAY - A_MOMENT)
    week.days("2026-11-24", "2026-12-01")
    assert week.mails(carol) == week.mails(dora) == [["Late"]]


def test_a_late_verdict_reaches_one_who_went_from_weekly_to_daily(week: Town) -> None:
    carol = week.reader("carol")
    week.days("tue", "2026-11-23")
    week.post("Late", MONDAY - A_MOMENT)
    week.days("2026-11-24", "2026-11-25")
    week.change(carol, local("2026-11-25", "12:00"), frequency="daily")
    week.days("2026-11-26", "2026-12-01")
    assert week.mails(carol) == [["Late"]]


def test_the_first_edition_takes_one_window(town: Town) -> None:
    carol = town.reader("carol")
    town.post("Two weeks ago", local("2026-11-15", "12:00"))
    town.post("This week", local("tue", "12:00"))
    town.tick(MONDAY)
    assert town.mails(carol) == [["This week"]]


def test_f1_mondays_over_both_changes_of_the_clocks(town: Town) -> None:
    for day, hour in (
        (datetime(2026, 10, 19, tzinfo=UTC), 9),
        (datetime(2026, 10, 26, tzinfo=UTC), 10),
        (datetime(2027, 3, 22, tzinfo=UTC), 10),
        (datetime(2027, 3, 29, tzinfo=UTC), 9),
    ):
        ten = day.replace(hour=hour)
        assert only_weekly(town.tick(ten - A_MOMENT)) == []
        assert only_weekly(town.tick(ten)) == [day.date().isoformat()]


def test_f1_104_mondays_lose_nothing_and_repeat_nothing(town: Town) -> None:
    mondays = times(12, 104)
    carol = town.reader("carol")
    town.tick(MONDAY)
    for number in range(1, mondays + 1):
        monday = MONDAY.date() + timedelta(days=7 * number)
        ten = datetime(monday.year, monday.month, monday.day, 10, tzinfo=UTC)
        town.post(f"{number} before", ten - timedelta(hours=3))
        town.post(f"{number} after", ten + timedelta(hours=3))
        town.tick(ten - timedelta(minutes=90))
        town.tick(ten)
    got = [title for mail in town.mails(carol) for title in mail]
    expected = [f"{n} {when}" for n in range(1, mondays + 1) for when in ("before", "after")]
    assert sorted(got) == sorted(expected[:-1])
    assert len(town.mails(carol)) == mondays


def test_f1_104_mondays_begin_within_a_minute_of_ten_local_time(town: Town) -> None:
    """A clock that looks every five seconds, at whatever second, in summer and in winter; it is
    set back and forward a little in between, as time servers do."""
    chance = random.Random(104)
    london = ZoneInfo("Europe/London")
    first = datetime(2026, 3, 16, 10, tzinfo=london)
    town.tick(first.astimezone(UTC))
    for number in range(1, times(12, 104) + 1):
        ten = datetime.combine(first.date() + number * timedelta(days=7), first.time(), london)
        now = ten.astimezone(UTC) - timedelta(seconds=chance.uniform(10, 15))
        made: list[Edition] = []
        while not made:
            now += timedelta(seconds=5 + chance.uniform(-4, 4))
            # On the first Monday of a month its monthly one carries the mail.
            made = [edition for edition in town.tick(now) if edition.frequency != "daily"]
        assert timedelta(0) <= now - ten <= timedelta(seconds=60), ten
        assert now.astimezone(london).hour == 10
