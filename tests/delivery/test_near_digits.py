"""Looking only near digits finds what looking everywhere finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import found_days
from delivery.days import months, weekdays
from delivery.near_digits import REACH, near_digits
from moderation import suggest

LANGUAGES = ("en", "fr", "cy", "ar", "pl")
PATTERNS = [found_days._FIGURES, suggest._DAY, *map(found_days._written, LANGUAGES)]
NAMES = sorted({name for one in LANGUAGES for name in (*months(one), *weekdays(one))})
FIGURES = ["8", "1st", "23rd", "2026", "2026-12-08", "8/12/2026", "4.5.26", "10:30", "٣"]
GLUE = [" ", "  ", "\n", ", ", "-", " – ", " to ", " of ", " the ", ".", "word", "x" * 90, "", "&"]
LONG = [
    "Wednesday, the 23rd until Thursday, 24th of September,  2026",
    "poniedziałek,  7 września 2026",
    "Wednesday,  the September  23rd",
]
WORDS = st.one_of(*map(st.sampled_from, (NAMES, FIGURES, GLUE, LONG)))
TEXTS = st.lists(WORDS, max_size=40).map("".join)


@given(TEXTS, st.sampled_from(PATTERNS))
def test_it_finds_what_looking_everywhere_finds(text: str, pattern: re.Pattern[str]) -> None:
    everywhere = [match.span() for match in pattern.finditer(text)]
    assert [match.span() for match in near_digits(pattern, text)] == everywhere


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_day_has_more_before_or_behind_its_digits_than_is_looked_at(language: str) -> None:
    longest = max(map(len, months(language))) + max(map(len, weekdays(language)))
    assert longest + len("., ") + len("the ") + len("until ") < REACH


def test_texts_without_digits_are_not_looked_at() -> None:
    assert not list(near_digits(re.compile("word"), "word " * 100))
    assert len(list(near_digits(re.compile("word"), "word 1" + "x" * 200 + "word"))) == 1
