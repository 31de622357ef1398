"""Facts that people look for first, found in what partners write."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.facts import read_facts, read_mark
from delivery.wording import fold

SUNDAY = date(2026, 11, 22)
DROP_IN = """\
Dear all,

We run a drop-in on Tuesday 8 December, 10am-1pm at the Town Hall. It is free to attend.

*Where:* Town Hall, Leeds LS1 1AA
Who for: anyone who rents
Please register by Friday 4 December at https://charity.example/book

Alice
"""


def test_an_event_as_partners_write_it() -> None:
    facts = read_facts("Housing drop-in", DROP_IN, SUNDAY)
    assert facts.event_date == date(2026, 12, 8) and facts.time == "10am-1pm"
    assert facts.closing_date == date(2026, 12, 4)
    assert facts.where == "Town Hall, Leeds LS1 1AA"
    assert facts.cost == "free" and facts.who == "anyone who rents"
    assert facts.book.startswith("Please register by")
    assert {"*where:* town hall, leeds ls1 1aa", "who for: anyone who rents"} <= facts.lines


def test_a_vacancy_has_a_last_day() -> None:
    text = "Closing date: Friday 4 December 2026, noon. Interviews on 10 December 2026."
    facts = read_facts("Support worker", text, SUNDAY)
    assert facts.closing_date == date(2026, 12, 4)


@pytest.mark.parametrize(
    "text",
    [
        "We meet on 1 December and on 8 December.",
        "From 8 to 10 December.",
        "Founded on 3 May 2019.",
        "Leeds, 22 November 2026",  # the date of the letter itself
        "Drop-in every Tuesday.",
    ],
)
def test_where_no_one_day_is_plain_there_is_none(text: str) -> None:
    assert read_facts("News", text, SUNDAY).event_date is None


def test_a_value_may_stand_below_its_label() -> None:
    facts = read_facts("Course", "Cost:\nFree, lunch included\n\nWhere:\nHall", SUNDAY)
    assert (facts.cost, facts.where) == ("Free, lunch included", "Hall")


def test_a_line_of_a_list_is_known_with_and_without_its_dash() -> None:
    facts = read_facts("Course", "- Where: Mill Lane", SUNDAY)
    assert facts.where == "Mill Lane" and facts.lines == {"- where: mill lane", "where: mill lane"}


def test_a_label_without_a_value_and_a_paragraph_are_no_facts() -> None:
    facts = read_facts("Course", f"Where:\n\nCost: {'word ' * 60}", SUNDAY)
    assert (facts.where, facts.cost, facts.lines) == ("", "", frozenset())


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("Cancelled: Conversation café", "cancelled"),
        ("POSTPONED - AGM", "cancelled"),
        ("[Cancelled] AGM", "cancelled"),
        ("Correction: new room", "corrected"),
        ("Cancellation policy training", ""),
        ("Is it cancelled?", ""),
    ],
)
def test_a_title_says_what_must_not_be_missed(title: str, mark: str) -> None:
    assert read_mark(title) == mark


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_words_are_read(title: str, text: str) -> None:
    read_facts(title, text, SUNDAY)
    read_mark(title)


BAITS = [": ", "a:", "when: ", "by ", "10am to ", "free ", "*" * 9 + "\n", "x" * 39 + "\n"]


@pytest.mark.parametrize("bait", BAITS)
def test_long_bait_is_read_at_once(bait: str) -> None:
    text = bait * (100_000 // len(bait))
    began = time.process_time()
    read_facts(text, text, SUNDAY)
    read_mark(text)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("line", "is_said"),
    [
        ("When: Thursday 3 December 2026, 2pm to 4pm", True),
        ("Date: 3 December", True),
        ("When: on Thu 3 Dec (from 2pm)", True),
        ("When: Thursday 3 December, 2pm, doors open at 1.30pm", False),
        ("When: Thursday 3 December, then each week", False),
        ("When: 3 and 4 December", False),
        ("When: soon", False),
    ],
)
def test_a_line_that_says_the_day_and_no_more_is_known(line: str, is_said: bool) -> None:
    facts = read_facts("Workshop", f"Come along\n{line}\n", date(2026, 11, 23))
    assert facts.event_lines == (frozenset({fold(line)}) if is_said else frozenset())


def test_a_line_of_its_own_for_the_time_or_the_last_day_is_known() -> None:
    text = "When: 3 December\nTime: 2pm to 4pm\nClosing date: 30 November\nWhere: Oak House"
    facts = read_facts("Workshop", text, date(2026, 11, 23))
    assert facts.event_lines == {"when: 3 december", "time: 2pm to 4pm"}
    assert facts.closing_lines == {"closing date: 30 november"}
    assert facts.lines == {"where: oak house"}
