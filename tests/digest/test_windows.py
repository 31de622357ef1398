"""The window of an edition, and how far it reaches back: over one more, over 48 hours, or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from digest.timetable import parse, slot_on
from digest.windows import CATCH_UP, straight_away, too_old, window

DAILY = parse("daily", "10:00", "Europe/London")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_first_edition_takes_one_window() -> None:
    slot = slot_on(DAILY, TUESDAY.date())
    found = window(DAILY, "daily", slot, TUESDAY, first=True, was_made=lambda _: True)
    assert (found.frequency, found.period) == ("daily", "2026-11-24")
    assert (found.start, found.end, found.reach) == (TUESDAY - DAY, TUESDAY, TUESDAY - DAY)


def test_a_later_one_reaches_over_the_window_before() -> None:
    asked = []

    def was_made(period: str) -> bool:
        asked.append(period)
        return True

    slot = slot_on(DAILY, TUESDAY.date())
    found = window(DAILY, "daily", slot, TUESDAY, first=False, was_made=was_made)
    assert (found.start, found.reach, asked) == (TUESDAY - DAY, TUESDAY - 2 * DAY, ["2026-11-23"])


def test_where_the_window_before_was_not_made_it_reaches_over_48_hours() -> None:
    slot = slot_on(DAILY, TUESDAY.date())
    found = window(DAILY, "daily", slot, TUESDAY, first=False, was_made=lambda _: False)
    assert found.reach == TUESDAY - 3 * DAY
    weekly = parse("weekly", "tue 10:00", "Europe/London")
    found = window(weekly, "weekly", slot, TUESDAY, first=False, was_made=lambda _: False)
    assert found.reach == TUESDAY - 14 * DAY, "the window before is longer than that"


def test_what_is_sent_ahead_of_its_time_takes_what_the_next_would_have() -> None:
    friday = slot_on(DAILY, (TUESDAY + 3 * DAY).date())
    found = window(DAILY, "daily", friday, TUESDAY, first=True, was_made=lambda _: True)
    assert (found.start, found.end) == (TUESDAY, TUESDAY + 3 * DAY)


def test_a_post_that_goes_out_by_itself() -> None:
    found = straight_away(7, TUESDAY)
    assert (found.frequency, found.period, found.post_id) == ("straight away", "post-7", 7)
    assert found.start == found.end == found.reach == TUESDAY


def test_what_is_late_by_48_hours_is_still_sent() -> None:
    assert not too_old(TUESDAY, TUESDAY + CATCH_UP)
    assert too_old(TUESDAY, TUESDAY + CATCH_UP + timedelta(microseconds=1))
