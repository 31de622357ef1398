"""Days and topics that a post names in its words: suggested to the moderator, never set."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.suggest import Days, all_days, days_in, topics_of
from storage.records import Topic

TODAY = date(2026, 4, 20)
MAY_4 = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Come on Monday 4 May 2026 at 10am.", Days(MAY_4)),
        ("Come on Monday 4th May at 10am.", Days(MAY_4)),
        ("When: 04/05/2026, 10.00", Days(MAY_4)),
        ("May 4, 10am-1pm, Example Centre", Days(MAY_4)),
        ("the 4th of May", Days(MAY_4)),
        ("2026-05-04 10:00", Days(MAY_4)),
        ("4.5.2026", Days(MAY_4)),
        ("Closing date: 4 May 2026", Days(None, MAY_4)),
        ("Apply by Monday 4 May. Interviews on 18 May.", Days(date(2026, 5, 18), MAY_4)),
        ("Please book by 4 May for the walk on 9 May 2026.", Days(date(2026, 5, 9), MAY_4)),
        ("The deadline for applications is midnight on 4 May.", Days(None, MAY_4)),
        ("We met on 4 March 2026 and talked.", Days()),
        ("Updated 20 April 2026: come on 4 May.", Days(MAY_4)),
        ("Next Tuesday at 6", Days()),
        ("Open on 4 and 11 May, 10am", Days(MAY_4)),
        ("From 4-8 May 2026", Days(MAY_4)),
        ("4th, 11th and 18th May", Days(date(2026, 5, 11))),
        ("Call 0113 496 0123 or read page 4 in May", Days()),
        ("Mayor 4 sale, 12/13/2026, 1.2.3.4, 99/99/99", Days()),
        ("From 10:30 to 12.30, rooms 4 and 5", Days()),
    ],
)
def test_days(text: str, expected: Days) -> None:
    assert days_in("", text, TODAY) == expected


def test_the_title_comes_first() -> None:
    assert days_in("Walk, 9 May", "The walk before was on 4 May.", TODAY).event == date(2026, 5, 9)


def test_all_days_hold_those_that_are_over_too() -> None:
    assert all_days("4 March 2026 and 4 May", TODAY) == {date(2026, 3, 4), MAY_4}


TOPICS = [
    Topic(1, 1, "housing", "Housing", "rent, landlord, eviction"),
    Topic(2, 1, "jobs", "Jobs", "vacancy, salary"),
    Topic(3, 1, "esol", "ESOL", ""),
]


@pytest.mark.parametrize(
    ("title", "text", "keys"),
    [
        ("Housing clinic", "Talk to us about rent.", ["housing"]),
        ("Vacancies", "Two jobs; the salary is £20,000.", ["jobs"]),
        ("ESOL classes", "Free.", ["esol"]),
        ("A walk", "The landlord of the pub is kind.", []),
        ("Rental", "Jobsworth, parents, different", []),
    ],
)
def test_topics_come_from_their_names_and_words(title: str, text: str, keys: list[str]) -> None:
    assert [topic.key for topic in topics_of(title, text, TOPICS)] == keys


@given(st.text(alphabet="0123456789/.-mayjun stdth,", max_size=200))
def test_any_text_is_read_without_raising(text: str) -> None:
    days_in(text, text, TODAY)


@pytest.mark.parametrize("bait", ["4 May ", "1", "1/1/", "in ", "deadline ", "May 4 ", "2026-"])
def test_c17_bait_takes_time_in_proportion(bait: str) -> None:
    start = time.process_time()
    days_in("", (bait * 100_000)[:100_000], TODAY)
    assert time.process_time() - start < 0.5
