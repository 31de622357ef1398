"""What is minted is read again, and nothing else is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.marks import DIGITS, FIRST_DAY, SIGNATURE_CHARACTERS, Mark, Marks
from tests.needs import times

MARKS = Marks("a secret for tests only")
DAY = date(2026, 11, 18)
PURPOSES = ("verdict", "settings", "confirm", "bounce", "post", "leave", "page")

purposes = st.sampled_from(PURPOSES)
days = st.dates(FIRST_DAY, FIRST_DAY + timedelta(days=36**3 - 1))
ids = st.lists(st.integers(0, 36**10), max_size=3).map(tuple)


@given(purposes, ids, days)
def test_read_of_mint_is_what_was_minted(purpose: str, ids: tuple[int, ...], day: date) -> None:
    assert MARKS.read(purpose, MARKS.mint(purpose, *ids, day=day)) == Mark(purpose, ids, day)


@given(purposes, ids, days)
def test_case_does_not_matter(purpose: str, ids: tuple[int, ...], day: date) -> None:
    mark = MARKS.mint(purpose, *ids, day=day)
    assert mark == mark.lower()
    assert mark.isascii()
    assert mark.isalnum()
    assert MARKS.read(purpose, mark.upper()) == MARKS.read(purpose, mark)


@given(st.integers(0, 36**5 - 1), st.integers(0, 36**4 - 1), st.integers(0, 36**9 - 1), days)
def test_marks_fit_into_the_longest_address(post: int, person: int, one: int, day: date) -> None:
    """64 characters for "a-name-of-20-letters-settings+" and the mark; sixty million posts."""
    assert len(MARKS.mint("verdict", post, person, day=day)) <= 34
    assert len(MARKS.mint("settings", one, day=day)) <= 34


def test_one_altered_character_is_none() -> None:
    mark = MARKS.mint("verdict", 1234, 56, day=DAY)
    for place, there in enumerate(mark):
        for other in (*DIGITS, "-", "+", "é", " "):
            if other != there:
                assert MARKS.read("verdict", mark[:place] + other + mark[place + 1 :]) is None


def test_one_character_more_or_less_is_none() -> None:
    mark = MARKS.mint("verdict", 1234, 56, day=DAY)
    for place in range(len(mark)):
        assert MARKS.read("verdict", mark[:place] + mark[place + 1 :]) is None
        assert MARKS.read("verdict", mark[:place]) is None
        assert MARKS.read("verdict", mark[:place] + "0" + mark[place:]) is None


def test_letters_that_only_fold_to_ours_are_none() -> None:
    """The sign for kelvin is no "k", though lower() makes one of it."""
    numbers = (number for number in range(1000))
    mark = next(m for n in numbers if "k" in (m := MARKS.mint("post", n, day=DAY)))
    assert MARKS.read("post", mark.replace("k", "\u212a")) is None


@given(purposes, purposes, st.integers(0, 999))
def test_a_mark_is_good_for_its_purpose_only(made_for: str, used_for: str, number: int) -> None:
    read = MARKS.read(used_for, MARKS.mint(made_for, number, day=DAY))
    assert (read is not None) == (made_for == used_for)


@given(st.text(max_size=80))
def test_d13_what_somebody_thought_up_is_none(text: str) -> None:
    assert MARKS.read("verdict", text) is None


def test_d13_guesses_do_not_hit() -> None:
    for number in range(times(2_000, 100_000)):
        payload = MARKS.mint("verdict", 7, 1, day=DAY)[:-SIGNATURE_CHARACTERS]
        assert MARKS.read("verdict", payload + f"{number:a>20}") is None


def test_the_signature_has_a_hundred_bits() -> None:
    assert SIGNATURE_CHARACTERS * 5 >= 100


def test_another_installation_makes_other_marks() -> None:
    assert Marks("another secret").read("post", MARKS.mint("post", 1, day=DAY)) is None


def test_e5_an_old_key_is_told_apart() -> None:
    mark = MARKS.mint("leave", 7, day=DAY)
    changed = Marks("the new secret", ("a secret for tests only", "one before"))
    old = changed.read("leave", mark)
    assert old is not None
    assert old.old_key
    assert old.ids == (7,)
    new = changed.read("leave", changed.mint("leave", 7, day=DAY))
    assert new is not None
    assert not new.old_key
    oldest = changed.read("leave", Marks("one before").mint("leave", 7, day=DAY))
    assert oldest is not None
    assert oldest.old_key


@pytest.mark.parametrize("day", [date(1999, 12, 31), FIRST_DAY])
def test_a_clock_that_is_years_slow_still_mints(day: date) -> None:
    assert MARKS.read("post", MARKS.mint("post", 1, day=day)) == Mark("post", (1,), FIRST_DAY)


def test_a_bait_of_100_kb_ends() -> None:
    assert MARKS.read("verdict", "a" * 100_000) is None
