"""An edition at an operator's word, early or late."""

from __future__ import annotations

from datetime import datetime, timedelta

from digest.run import send_now
from tests.digest.town import Town, local

MONDAY = local("2026-11-23")


def test_an_early_edition_stands_for_its_monday(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Before", local("thu", "12:00"))
    made = send_now(week.db, week.news, "weekly", MONDAY, local("fri", "12:00"))
    assert made is not None and made.period == "2026-11-23" and made.readers == 1
    assert send_now(week.db, week.news, "weekly", MONDAY, local("fri", "12:01")) is None
    week.post("Afterwards", local("fri", "13:00"))
    week.days("sat", "2026-11-24")
    assert week.mails(carol) == [["Before"]]
    week.days("2026-11-29", "2026-11-30")
    assert week.mails(carol) == [["Before"], ["Afterwards"]]


def test_a_local_time_between_two_slots_means_the_later_one(week: Town) -> None:
    at = datetime(2026, 11, 18, 12)  # noqa: DTZ001 - as typed, without a zone
    made = send_now(week.db, week.news, "weekly", at, local("tue", "12:00"))
    assert made is not None and made.period == "2026-11-23"


def test_an_edition_far_ahead_takes_what_there_is_now(town: Town) -> None:
    carol = town.reader("carol")
    town.post("Today", local("tue", "12:00"))
    made = send_now(town.db, town.news, "weekly", local("2027-02-01"), local("tue", "13:00"))
    assert made is not None and made.period == "2027-02-01"
    assert town.mails(carol) == [["Today"]]


def test_without_a_moment_it_is_the_latest_one_due_also_when_it_was_skipped(week: Town) -> None:
    carol = week.reader("carol")
    week.post("In time", local("sun", "12:00"))
    week.tick(MONDAY + timedelta(days=3))
    made = send_now(week.db, week.news, "weekly", None, MONDAY + timedelta(days=4))
    assert made is not None and made.period == "2026-11-23"
    assert send_now(week.db, week.news, "weekly", None, MONDAY + timedelta(days=4)) is None
    week.tick(MONDAY + timedelta(days=7))
    assert week.mails(carol) == [["In time"]]


def test_a_reader_who_changes_after_an_early_edition_misses_nothing(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Before", local("thu", "12:00"))
    week.days("thu", "fri")
    send_now(week.db, week.news, "weekly", MONDAY, local("fri", "12:00"))
    week.post("Afterwards", local("fri", "13:00"))
    week.days("sat", "sat")
    week.change(carol, local("sat", "12:00"), frequency="daily")
    week.days("sun", "2026-12-01")
    assert week.mails(carol) == [["Before"], ["Afterwards"]]
