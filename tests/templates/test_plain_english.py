"""Whoever reads our letters may have little English: short words, short sentences.

Measured by the Flesch–Kincaid grade level (Kincaid and others, 1975) and the Flesch reading ease
(1948). Syllables are estimated from groups of vowels, which is right for most English words.
"""

from __future__ import annotations

import re

import pytest

from templates import letter, page
from tests.templates.test_letters_in_words import LETTERS
from tests.templates.values import PAGE_VALUES, page_values, values_of

ELEVEN_YEARS_OLD = 6
"""Grade 6 of the United States' schools is reached at eleven."""


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_can_be_read_at_eleven(name: str) -> None:
    values = values_of(name) | {"list_title": "City News", "post_title": "Drop-in"}
    wording = letter(name, **values)
    words, sentences, syllables = _counts(f"{wording.subject}.\n\n{wording.text}")
    grade = 0.39 * words / sentences + 11.8 * syllables / words - 15.59
    ease = 206.835 - 1.015 * words / sentences - 84.6 * syllables / words
    assert grade <= ELEVEN_YEARS_OLD
    assert ease >= 70


@pytest.mark.parametrize("name", PAGE_VALUES)
def test_a_page_can_be_read_at_eleven(name: str) -> None:
    html = page(name, **page_values(name) | {"list_title": "City News"})
    text = re.sub(
        r"<[^>]*>", " ", re.sub(r"(?s)^.*<main[^>]*>|</(?:p|h1|h2|li|label)>", ".\n\n", html)
    )
    words, sentences, syllables = _counts(text)
    assert 0.39 * words / sentences + 11.8 * syllables / words - 15.59 <= ELEVEN_YEARS_OLD


@pytest.mark.parametrize("name", LETTERS)
def test_no_sentence_is_long(name: str) -> None:
    for sentence in _sentences(letter(name, **values_of(name)).text):
        assert len(sentence.split()) <= 25, sentence


def _counts(text: str) -> tuple[int, int, int]:
    sentences = _sentences(text)
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z']+", sentence)]
    return len(words), len(sentences), sum(map(_syllables, words))


def _sentences(text: str) -> list[str]:
    """A line of a list is a sentence; addresses and links are not words."""
    text = re.sub(r"\S*(?:@|://)\S*", "", text)
    parts = re.split(r"[.!?:]+(?:\s|$)|\n\s*\n|\n(?=\s{2,}|-)", text)
    return [part for part in parts if re.search("[A-Za-z]", part)]


def _syllables(word: str) -> int:
    word = word.lower()
    count = len(re.findall("[aeiouy]+", word))
    silent = (word.endswith("e") and not word.endswith(("le", "ee"))) or (
        word.endswith("ed") and not word.endswith(("ted", "ded"))
    )
    return max(1, count - silent)
