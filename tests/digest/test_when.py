"""When editions are made, and what they take: edges, changes of the clocks, times without us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.run import send_now
from storage import editions
from storage.records import Edition
from tests.digest.town import Town, local

A_MOMENT = timedelta(microseconds=1)
MONDAY = local("2026-11-23")


def only_weekly(made: list[Edition]) -> list[str]:
    return [edition.period for edition in made if edition.frequency == "weekly"]


@pytest.fixture
def week(town: Town) -> Town:
    town.days("2026-11-09", "2026-11-16")
    return town


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
    carol = town.reader("carol")
    town.tick(MONDAY)
    for number in range(1, 105):
        monday = MONDAY.date() + timedelta(days=7 * number)
        ten = datetime(monday.year, monday.month, monday.day, 10, tzinfo=UTC)
        town.post(f"{number} before", ten - timedelta(hours=3))
        town.post(f"{number} after", ten + timedelta(hours=3))
        town.tick(ten - timedelta(minutes=90))
        town.tick(ten)
    got = [title for mail in town.mails(carol) for title in mail]
    expected = [f"{n} {when}" for n in range(1, 105) for when in ("before", "after")]
    assert sorted(got) == sorted(expected[:-1])
    assert len(town.mails(carol)) == 104


# The machine was off ------------------------------------------------------------------------------


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
    assert week.mails(carol) == [["In time too", "In time"]] or week.mails(carol) == [
        ["In time", "In time too"]
    ]


def test_f2_daily_after_five_days_off_reaches_48_hours_back(week: Town) -> None:
    carol = week.reader("carol", "daily")
    week.days("tue", "tue")
    week.post("Too old", local("wed", "12:00"))
    week.post("Just in time", local("sat", "10:00"))
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


# Early, at an operator's word ---------------------------------------------------------------------


def test_an_early_edition_stands_for_its_monday(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Before", local("thu", "12:00"))
    made = send_now(week.db, week.list, "weekly", MONDAY, local("fri", "12:00"))
    assert made is not None and made.period == "2026-11-23" and made.readers == 1
    assert send_now(week.db, week.list, "weekly", MONDAY, local("fri", "12:01")) is None
    week.post("Afterwards", local("fri", "13:00"))
    week.days("sat", "2026-11-24")
    assert week.mails(carol) == [["Before"]]
    week.days("2026-11-29", "2026-11-30")
    assert week.mails(carol) == [["Before"], ["Afterwards"]]


def test_a_local_time_between_two_slots_means_the_later_one(week: Town) -> None:
    at = datetime(2026, 11, 18, 12)  # noqa: DTZ001 - as typed, without a zone
    made = send_now(week.db, week.list, "weekly", at, local("tue", "12:00"))
    assert made is not None and made.period == "2026-11-23"


def test_an_edition_far_ahead_takes_what_there_is_now(town: Town) -> None:
    carol = town.reader("carol")
    town.post("Today", local("tue", "12:00"))
    made = send_now(town.db, town.list, "weekly", local("2027-02-01"), local("tue", "13:00"))
    assert made is not None and made.period == "2027-02-01"
    assert town.mails(carol) == [["Today"]]


def test_without_a_moment_it_is_the_latest_one_due_also_when_it_was_skipped(week: Town) -> None:
    carol = week.reader("carol")
    week.post("In time", local("sun", "12:00"))
    week.tick(MONDAY + timedelta(days=3))
    made = send_now(week.db, week.list, "weekly", None, MONDAY + timedelta(days=4))
    assert made is not None and made.period == "2026-11-23"
    assert send_now(week.db, week.list, "weekly", None, MONDAY + timedelta(days=4)) is None
    week.tick(MONDAY + timedelta(days=7))
    assert week.mails(carol) == [["In time"]]


def test_a_reader_who_changes_after_an_early_edition_misses_nothing(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Before", local("thu", "12:00"))
    week.days("thu", "fri")
    send_now(week.db, week.list, "weekly", MONDAY, local("fri", "12:00"))
    week.post("Afterwards", local("fri", "13:00"))
    week.days("sat", "sat")
    week.change(carol, local("sat", "12:00"), frequency="daily")
    week.days("sun", "2026-12-01")
    assert week.mails(carol) == [["Before"], ["Afterwards"]]


def test_f9_a_post_that_cannot_be_written_stays_out_alone(
    week: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    import delivery.pieces

    write = delivery.pieces.write_pieces

    def breaks(post, *rest):  # type: ignore[no-untyped-def]
        if post.title == "Bad":
            raise RuntimeError("broken")
        return write(post, *rest)

    monkeypatch.setattr(delivery.pieces, "write_pieces", breaks)
    carol = week.reader("carol")
    week.post("Bad", local("tue", "12:00"))
    week.post("Good", local("tue", "13:00"))
    week.tick(MONDAY)
    assert week.mails(carol) == [["Good"]]
    assert week.noted("post_unwritable") == ["RuntimeError: broken"]


def test_f10_a_broken_reader_stays_out_alone(week: Town) -> None:
    from sqlalchemy import update

    from storage.tables import subscriber

    readers = [week.reader(name) for name in ("carol", "dora", "erin", "fay")]
    rows = [{"topics": "x"}, {"format": "papyrus"}, {"recipient": None}]
    with week.db.write() as tx:
        for reader, values in zip(readers[1:], rows, strict=True):
            values = values if "recipient" not in values else {"address": "fäy@example.org"}
            tx.execute(update(subscriber).where(subscriber.c.id == reader).values(values))
    week.post("Room", local("tue", "12:00"))
    week.tick(MONDAY)
    assert [len(week.mails(reader)) for reader in readers] == [1, 0, 0, 0]
    assert len(week.noted("reader_left_out")) == 3


def test_two_lists_do_not_mix_and_a_wrong_timetable_stops_only_its_own(week: Town) -> None:
    from storage import lists

    carol = week.reader("carol")
    with week.db.write() as tx:
        lists.edit(tx, week.list.id, {"daily": "whenever"})
    week.post("Room", local("tue", "12:00"))
    assert only_weekly(week.tick(MONDAY)) == ["2026-11-23"]
    assert week.mails(carol) == [["Room"]]
    with week.db.read() as tx:
        assert editions.by_period(tx, week.list.id, "weekly", "2026-11-23") is not None
