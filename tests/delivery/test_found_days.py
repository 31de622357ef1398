"""Days found in what people write: plain dates only, and the year from today."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.found_days import days_in

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Tuesday 8 December 2026, 10am to 1pm", "2026-12-08"),
        ("on the 8th of December", "2026-12-08"),
        ("8 Dec", "2026-12-08"),
        ("Dec 8, 2026", "2026-12-08"),
        ("TUES 8 DECEMBER", "2026-12-08"),
        ("8/12/2026", "2026-12-08"),
        ("08.12.26", "2026-12-08"),
        ("2026-12-08", "2026-12-08"),
        ("3 November", "2026-11-03"),
        ("1 January", "2027-01-01"),
        ("15 August", "2027-08-15"),
    ],
)
def test_a_day_is_found(text: str, day: str) -> None:
    assert [one.day.isoformat() for one in days_in(text, SUNDAY)] == [day]


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday 9 December",  # the ninth is a Wednesday
        "31 February",
        "May 2026",
        "page 3/4/2026x",
        "10.30am to 12.30",
        "0113 496 0000",
        "LS1 1AA",
        "a march of 300 people",
    ],
)
def test_what_is_not_plainly_a_day_is_none(text: str) -> None:
    assert days_in(text, SUNDAY) == []


@pytest.mark.parametrize("text", ["8-10 December", "8 and 10 December", "Mon 7 to Wed 9 December"])
def test_several_days_are_known_as_such(text: str) -> None:
    (found,) = days_in(text, SUNDAY)
    assert found.spans and text[found.start : found.end] == text


@given(st.text(max_size=200), st.dates())
def test_any_text_is_read(text: str, today: date) -> None:
    for found in days_in(text, today):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("bait", ["8 ", "monday ", "the ", "1 to 2 ", "8/8/", "1", "jan "])
def test_long_bait_is_read_at_once(bait: str) -> None:
    began = time.process_time()
    days_in(bait * (100_000 // len(bait)), SUNDAY)
    assert time.process_time() - began < 1
