"""The machine was off, or its clock went wrong: what is caught up, and what is not."""

from __future__ import annotations

from datetime import timedelta

from storage.records import Edition
from tests.digest.town import Town, local

A_MOMENT = timedelta(microseconds=1)
MONDAY = local("2026-11-23")


def only_weekly(made: list[Edition]) -> list[str]:
    return [edition.period for edition in made if edition.frequency == "weekly"]


def test_f2_after_four_hours_off_there_is_one_round_up_of_its_own_window(week: Town) -> None:
    carol = week.reader("carol")
    week.days("tue", "sun")
    week.post("In time", local("sun", "12:00"))
    week.post("While off", MONDAY + timedelta(hours=1))
    assert only_weekly(week.tick(MONDAY + timedelta(hours=4))) == ["2026-11-23"]
    assert week.mails(carol) == [["In time"]]
    week.days("2026-11-24", "2026-11-30")
    assert week.mails(carol) == [["In time"], ["While off"]]


def test_f2_two_days_late_it_is_still_sent(week: Town) -> None:
    carol = week.reader("carol")
    week.post("In time", local("sun", "12:00"))
    assert only_weekly(week.tick(MONDAY + timedelta(hours=48))) == ["2026-11-23"]
    assert week.mails(carol) == [["In time"]]


def test_f2_later_it_is_skipped_told_and_its_posts_go_into_the_next(week: Town) -> None:
    carol = week.reader("carol")
    week.post("In time", local("sun", "12:00"))
    week.post("In time too", local("mon", "10:00"))
    assert only_weekly(week.tick(MONDAY + timedelta(hours=48) + A_MOMENT)) == []
    assert week.mails(carol) == []
    assert "weekly edition of 2026-11-23" in week.noted("edition_skipped")[0]
    week.days("2026-11-29", "2026-11-30")
    assert week.mails(carol) == [["In time too", "In time"]]


def test_f2_daily_after_five_days_off_reaches_48_hours_back(week: Town) -> None:
    carol = week.reader("carol", "daily")
    week.days("tue", "tue")
    week.post("Too old", local("fri", "10:00") - A_MOMENT)
    week.post("Just in time", local("fri", "10:00"))
    week.post("Newest", local("2026-11-23", "09:00"))
    week.tick(local("2026-11-23", "15:00"))
    assert week.mails(carol) == [["Just in time", "Newest"]]


def test_straight_away_is_caught_up_for_48_hours(week: Town) -> None:
    carol = week.reader("carol", "straight away")
    week.post("Too old", local("tue", "12:00"))
    week.post("In time", local("thu", "12:00"))
    week.tick(local("fri", "12:00"))
    week.tick(local("fri", "12:01"))
    assert week.mails(carol) == [["In time"]]


def test_f5_a_clock_that_jumps_makes_no_second_round_up_and_loses_nothing(week: Town) -> None:
    carol = week.reader("carol", "daily")
    week.post("One", local("mon", "12:00"))
    week.days("tue", "tue")
    week.tick(local("wed", "11:00"))  # a day ahead of the true time
    week.post("Two", local("tue", "13:00"))
    week.tick(local("tue", "09:30"))  # back, and an hour too far
    week.days("tue", "wed")
    week.days("thu", "fri")
    assert week.mails(carol) == [["One"], ["Two"]]
