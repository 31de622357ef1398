"""When a reader wants no mails: spans, whole weeks and months, and lengths from a day on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.until import LONGEST
from preferences.pauses import read_pause

TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("from 3 to 17 August", date(2027, 8, 3), date(2027, 8, 18)),
        ("3-17 August", date(2027, 8, 3), date(2027, 8, 18)),
        ("3 – 17 August 2027", date(2027, 8, 3), date(2027, 8, 18)),
        ("from the 3rd of August to the 17th of August", date(2027, 8, 3), date(2027, 8, 18)),
        ("from 20 December to 5 January", date(2026, 12, 20), date(2027, 1, 6)),
        ("from 01/12/2026 until 09/12/2026", date(2026, 12, 1), date(2026, 12, 10)),
        ("from 2026-12-01 to 2026-12-09", date(2026, 12, 1), date(2026, 12, 10)),
        ("from Monday to Friday", date(2026, 11, 23), date(2026, 11, 28)),
        ("from tomorrow to 30 November", date(2026, 11, 19), date(2026, 12, 1)),
        ("from 18 November to 30 November", None, date(2026, 12, 1)),
        ("between Christmas and New Year", date(2026, 12, 25), date(2027, 1, 2)),
        ("three weeks", None, date(2026, 12, 9)),
        ("from 17 to 3 August", None, None),
        ("from 31 to 2 June", None, None),
        ("from 3 to", None, None),
        ("from August to nonsense", None, None),
    ],
)
def test_both_days_of_a_span_are_without_mail(
    text: str, since: date | None, until: date | None
) -> None:
    assert read_pause(text, TODAY) == ((since, until) if until else None)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("in August", date(2027, 8, 1), date(2027, 9, 1)),
        ("all of this month", None, date(2026, 12, 1)),
        ("for next week", date(2026, 11, 23), date(2026, 11, 30)),
        ("the whole of the week after next", date(2026, 11, 30), date(2026, 12, 7)),
    ],
)
def test_a_week_or_a_month_is_all_of_it(text: str, since: date | None, until: date) -> None:
    assert read_pause(text, TODAY) == (since, until)


@pytest.mark.parametrize(
    ("text", "today", "since", "until"),
    [
        ("28 December to 4 January", date(2026, 12, 31), None, date(2027, 1, 5)),
        ("28 December to 4 January", date(2026, 12, 28), None, date(2027, 1, 5)),
        ("28 December to 4 January", date(2026, 12, 20), date(2026, 12, 28), date(2027, 1, 5)),
        ("28 December to 4 January", date(2027, 1, 4), None, date(2027, 1, 5)),
        ("28 December to 4 January", date(2027, 1, 5), date(2027, 12, 28), date(2028, 1, 5)),
        ("28/12 to 4/1", date(2027, 1, 2), None, date(2027, 1, 5)),
        ("1 August to 30 August", date(2026, 8, 10), None, date(2026, 8, 31)),
        ("1 August to 30 August", date(2026, 9, 1), date(2027, 8, 1), date(2027, 8, 31)),
        ("1 March to 1 December", date(2026, 11, 18), date(2027, 3, 1), date(2027, 12, 2)),
        ("28 December 2027 to 4 January 2028", date(2026, 12, 31),
         date(2027, 12, 28), date(2028, 1, 5)),
    ],
)  # fmt: skip
def test_a_pause_that_has_begun_is_this_one(
    text: str, today: date, since: date | None, until: date
) -> None:
    assert read_pause(text, today) == (since, until)


@pytest.mark.parametrize("bait", ["from " * 20_000, "3-" * 50_000, "a to " * 20_000, "- " * 50_000])
def test_a_long_line_costs_nothing(bait: str) -> None:
    assert read_pause(bait, TODAY) is None


@given(st.text(max_size=100))
def test_whatever_is_written_is_a_pause_to_come_or_none(text: str) -> None:
    for tried in (text, f"from {text} to 17 August", f"from 3 to {text}"):
        found = read_pause(tried, TODAY)
        if found is not None:
            assert TODAY < found[1] <= TODAY + LONGEST
            assert found[0] is None or TODAY < found[0] < found[1]


NAMES = [
    "next week", "all of next month", "28 December to 4 January", "from Monday to Friday",
    "from Monday for two weeks", "from Christmas to Easter", "from the 31st to the 1st",
    "between Christmas and New Year", "1 March to 1 December", "the whole of February",
]  # fmt: skip


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.sampled_from(NAMES))
def test_on_every_day_what_has_a_name_is_to_come(today: date, name: str) -> None:
    pause = read_pause(name, today)
    assert pause
    assert today < pause[1]
    assert pause[0] is None or today < pause[0] < pause[1]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("from Monday for two weeks", date(2026, 11, 23), date(2026, 12, 7)),
        ("two weeks from 1 December", date(2026, 12, 1), date(2026, 12, 15)),
        ("from Christmas until Easter", date(2026, 12, 25), date(2027, 3, 29)),
        ("17 August to 3 August", None, None),
        ("August 3 to 1 March", date(2027, 8, 3), date(2028, 3, 2)),
        ("December to February", date(2026, 12, 1), date(2027, 3, 1)),
        ("from the weekend to Tuesday", date(2026, 11, 21), date(2026, 11, 25)),
        ("Monday to today", None, None),
        ("Monday to 31/12/2027", date(2026, 11, 23), date(2028, 1, 1)),
        ("from Monday", None, None),
    ],
)
def test_a_day_and_a_length_or_a_feast(text: str, since: date | None, until: date | None) -> None:
    assert read_pause(text, TODAY) == ((since, until) if until else None)
