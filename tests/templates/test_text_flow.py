"""Plain text is filled to 72 columns; what people wrote keeps its lines; links stay whole."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.flow import clean, flow, keep, one_line

LINK = "https://housing.example/" + "a" * 200


def test_lines_of_a_paragraph_are_joined_and_filled() -> None:
    text = "One two three four five six seven eight nine ten\neleven twelve thirteen fourteen\n"
    assert flow(text) == (
        "One two three four five six seven eight nine ten eleven twelve thirteen\nfourteen\n"
    )


def test_paragraphs_have_one_blank_line_between_them() -> None:
    assert flow("\n\none\n\n\n\n\ntwo\n\n\n") == "one\n\ntwo\n"


@pytest.mark.parametrize("line", ["  indented", "- a bullet", "3. a number", "-" * 72, "\0items\0"])
def test_a_line_that_stands_by_itself_is_not_joined(line: str) -> None:
    assert flow(f"before\n{line}\nafter") == f"before\n{line}\nafter\n"


def test_a_long_bullet_hangs_under_its_first_word() -> None:
    lines = flow("- " + "word " * 30).splitlines()
    assert len(lines) > 1 and all(line.startswith("  word") for line in lines[1:])


def test_a_link_is_never_broken() -> None:
    assert LINK in flow(f"Please open {LINK} today").split("\n")
    assert LINK in keep(f"Please open {LINK} today")


def test_a_word_that_is_too_long_is_cut() -> None:
    assert all(len(line) <= 72 for line in flow("x" * 1000).split("\n"))


def test_wide_characters_count_for_two_columns() -> None:
    lines = flow("難民" * 100).splitlines()
    assert all(len(line) <= 36 for line in lines)


def test_what_people_wrote_keeps_its_lines() -> None:
    poem = "Roses are red\nViolets are blue\n\n    an indented line"
    assert flow(str(keep(poem))) == poem + "\n"


def test_what_people_wrote_is_never_joined_to_ours() -> None:
    assert flow("Ours\n" + keep("theirs") + "\nours again") == "Ours\ntheirs\nours again\n"


def test_text_that_is_flowed_twice_stays_as_it_is() -> None:
    text = flow("word " * 100 + "\n\n- " + "bullet " * 30)
    assert flow(text.replace("\n  ", " ")) == text


@given(st.text())
def test_any_words_of_people_fit_72_columns(text: str) -> None:
    for line in flow(str(keep(text))).split("\n"):
        printed = [character for character in line if not unicodedata.combining(character)]
        assert len(printed) <= 72 or "@" in line or "://" in line
    assert "\x02" not in keep(clean(text)).replace("\n\x02", "\n").removeprefix("\x02")


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    line.encode()


@pytest.mark.parametrize(
    "bait", ["a" * 100_000, "- " * 50_000, "\n \n" * 33_000, "1." * 50_000, "\t" * 100_000]
)
def test_c17_long_bait_is_set_at_once(bait: str) -> None:
    started = time.perf_counter()
    flow(str(keep(bait)))
    one_line(bait)
    assert time.perf_counter() - started < 2
