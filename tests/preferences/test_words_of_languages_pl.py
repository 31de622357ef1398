"""Polish words mean what the English ones do, with and without Polish letters."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import preferences.words
from preferences.wish import read_wishes
from preferences.words import fold
from storage.records import Topic

TODAY = date(2026, 11, 18)
TOPICS = (Topic(1, 1, "housing", "Mieszkanie"), Topic(2, 1, "jobs", "Praca"))
FOLDER = Path(preferences.words.__file__).parent
# Joining words mean the same wherever they stand, and one list is a part of another.
SHARED = {"between_numbers", "between_topics", "between_choices", "language_itself"}
ASIDE = {
    "asks",
    "requests",
    "rest",
    "tails",
    "and_then",
    "joined",
    "only",
    "somebody",
    "why_stop",
    "before_address",
    "onto_list",
    "no_name",
}
ASIDE |= {"two_days", "fortnight", "two_months"}
"""Words that are looked for only beside others."""


def kinds(language: str) -> dict[str, list[str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Wypisz mnie z listy", "stop"),
        ("wypisuje sie", "stop"),
        ("REZYGNUJĘ, dziękuję", "stop"),
        ("Proszę mnie usunąć", "stop"),
        ("stop", "stop"),
        ("zapisz mnie", "join"),
        ("ustawienia", "settings"),
        ("moje dane", "data"),
        ("pomoc", "help"),
        ("czy mogę się wypisać?", "unclear"),
        ("nie rezygnuję", "unclear"),
    ],
)
def test_a_polish_word_that_stands_alone(typed: str, kind: str) -> None:
    (wish,) = read_wishes(typed, TOPICS, TODAY, "pl")
    assert wish.kind == kind


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("codziennie", {"frequency": "daily"}),
        ("raz w tygodniu proszę", {"frequency": "weekly"}),
        ("co miesiac", {"frequency": "monthly"}),
        ("od razu", {"frequency": "straight away"}),
        ("duży druk", {"format": "large"}),
        ("do druku", {"format": "print"}),
        ("krótko", {"length": "short"}),
        ("bez załączników", {"attachments": "linked"}),
        ("tematy mieszkanie i praca", {"topics": (1, 2)}),
        ("praca codziennie", {"topic_frequencies": {2: "daily"}}),
        ("przerwa 3 tygodnie", {"paused_until": date(2026, 12, 9)}),
        ("przerwa na dwa tygodnie", {"paused_until": date(2026, 12, 2)}),
        ("wszystkie tematy", {"topics": ()}),
        ("język polski", {"language": "pl"}),
    ],
)
def test_what_polish_words_change(typed: str, changes: dict[str, object]) -> None:
    (wish,) = read_wishes(typed, TOPICS, TODAY, "pl")
    assert wish.changes == changes


def test_polish_has_every_kind_and_no_word_stands_under_two() -> None:
    english, polish = kinds("en"), kinds("pl")
    assert polish.keys() == english.keys()
    own = {kind: {fold(word) for word in words} for kind, words in polish.items()}
    counted = Counter(
        word for kind, words in own.items() if kind not in SHARED | ASIDE for word in words
    )
    assert [word for word, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("co tydzień, dużym drukiem", [{"frequency": "weekly"}, {"format": "large"}]),
        (
            "pauza do poniedziałku, potem co miesiąc",
            [{"paused_until": date(2026, 11, 23)}, {"frequency": "monthly"}],
        ),
    ],
)
def test_several_wishes_on_one_line(said: str, meant: list[dict[str, object]]) -> None:
    assert [wish.changes for wish in read_wishes(said, TOPICS, TODAY, "pl")] == meant
