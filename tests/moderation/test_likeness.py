"""Texts that were changed a little are known again; others, also of one house, are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.likeness import ALIKE, SKETCH, alike, likeness, sketch

EVENT = """Housing rights clinic
Our free housing rights clinic is back. Come and talk to an adviser about rent, repairs, damp or
eviction. Bring your letters and your tenancy agreement. Interpreters for Tigrinya, Arabic and Farsi
are there all morning. Monday 4 May 2026, 10am to 1pm, at Example Centre, Chapel Street. No need to
book. Tea and coffee for everybody. Call us on 0113 496 0123 if you want to know more."""
OTHER = """Jobs at Example Charity
We are looking for a caseworker, 21 hours a week, to support families who wait for a decision on
their asylum claim. You speak English and at least one other language, and you know how to listen.
Closing date is 15 May 2026. Call us on 0113 496 0123 if you want to know more."""
JAPANESE = (
    "家賃や修理のことで困っている人のための無料相談会を開きます。通訳もいます。予約はいりません。"
)


@pytest.mark.parametrize(
    "again",
    [
        EVENT,
        "REMINDER: " + EVENT,
        EVENT.replace("Monday 4 May", "Monday 11 May"),
        EVENT.replace("10am to 1pm", "10.30am to 12.30pm").replace("Tea and coffee", "Tea"),
        "Dear all,\nplease share this with your groups, and sorry for sending it twice.\n" + EVENT,
        EVENT.upper(),
        EVENT.replace("\n", " "),
        EVENT.replace(" Interpreters for Tigrinya, Arabic and Farsi\nare there all morning.", ""),
    ],
)
def test_c20_a_post_that_was_changed_a_little_is_known(again: str) -> None:
    assert likeness(sketch(EVENT), sketch(again)) >= ALIKE


@pytest.mark.parametrize("other", [OTHER, "Housing rights clinic", "Call us on 0113 496 0123"])
def test_c20_another_post_is_not(other: str) -> None:
    assert likeness(sketch(EVENT), sketch(other)) < ALIKE


def test_c20_scripts_without_blanks_are_known_too() -> None:
    assert likeness(sketch(JAPANESE), sketch(JAPANESE + "お茶もあります。")) >= ALIKE
    assert (
        likeness(
            sketch(JAPANESE), sketch("来週の月曜日は図書館が休みになりますのでご注意ください。")
        )
        < ALIKE
    )


def test_too_few_words_have_no_sketch_and_no_likeness() -> None:
    assert sketch("Hello there") == b""
    assert likeness(b"", b"") == likeness(sketch(EVENT), b"") == 0.0


def test_a_sketch_is_small_whatever_the_text() -> None:
    assert len(sketch(" ".join(map(str, range(5000))))) == SKETCH * 4


def test_three_hundred_posts_are_compared_in_no_time() -> None:
    kept = [sketch(f"{number} {EVENT}") for number in range(300)]
    mine = sketch(EVENT)
    start = time.process_time()
    assert len(alike(mine, enumerate(kept))) == 300
    assert time.process_time() - start < 0.1  # measured: 8 ms; 1 ms where none is alike


def test_those_that_are_alike_are_found_with_their_likeness() -> None:
    others = [(7, sketch(OTHER)), (8, sketch("REMINDER: " + EVENT)), (9, b""), (10, sketch(EVENT))]
    found = alike(sketch(EVENT), others)
    assert [number for _, number in found] == [8, 10]
    assert found[1][0] == 1.0 > found[0][0] >= ALIKE
    assert alike(b"", others) == []


@given(st.lists(st.sampled_from("abcdefghij"), max_size=60), st.data())
def test_no_likeness_is_overlooked(words: list[str], data: st.DataObject) -> None:
    one = sketch(" ".join(words))
    two = sketch(" ".join(data.draw(st.permutations(words))))
    assert bool(alike(one, [(1, two)])) == (bool(one) and likeness(one, two) >= ALIKE)


@given(st.text(max_size=400), st.binary(max_size=60))
def test_any_text_and_any_bytes_have_a_likeness(text: str, noise: bytes) -> None:
    mine = sketch(text)
    assert likeness(mine, mine) in (0.0, 1.0)
    assert 0.0 <= likeness(mine, noise) <= 1.0
