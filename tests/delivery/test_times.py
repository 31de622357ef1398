"""The words for times are there in every language, and mean one number each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from delivery import times
from delivery.times import LANGUAGES, spelled_out, without_ending, without_opening


def kinds(language: str) -> dict[str, list[str]]:
    path = Path(times.__file__).parent / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_entries_of_english(language: str) -> None:
    assert list(kinds(language)) == list(kinds("en"))
    assert len(kinds(language)["numbers"]) == len(kinds("en")["numbers"])
    assert len(kinds(language)["weekdays"]) in (0, 7)
    for needed in ("until", "tomorrow", "days", "weeks", "months", "years", "next"):
        assert kinds(language)[needed]


def test_a_number_may_have_several_forms() -> None:
    assert spelled_out(2, "cy") == {"dau", "dwy", "ddau", "ddwy", "two"}
    assert spelled_out(3, "xx") == {"three"}
    assert spelled_out(11, "en") == frozenset()


def test_the_longest_word_is_taken_off() -> None:
    assert without_opening("the end of the week", "end_of", "en") == "the week"
    assert without_opening("fin d'octobre", "end_of", "fr") == "octobre"
    assert without_opening("endless", "end_of", "en") == "endless"
    assert without_ending("two days from now", "behind", "en") == "two days"
    assert without_ending("morning", "behind", "en") == "morning"
