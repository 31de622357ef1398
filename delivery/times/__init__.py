"""The words for days and lengths of time, per language: data beside this file."""

from __future__ import annotations

from pathlib import Path

from delivery.lexicon import Lexicon, fold

__all__ = [
    "LANGUAGES",
    "fold",
    "ordered",
    "spelled_out",
    "without_ending",
    "without_opening",
    "words",
]

_lexicon = Lexicon(Path(__file__).parent)
LANGUAGES = _lexicon.languages
words, ordered = _lexicon.words, _lexicon.ordered


def spelled_out(count: int, language: str) -> frozenset[str]:
    """The words for a number up to ten in one language and in English."""
    every = (ordered(name, "numbers")[count : count + 1] for name in {language, "en"})
    return frozenset(form for forms in every for one in forms for form in one.split("/"))


def without_opening(text: str, kind: str, language: str) -> str:
    """The text without the longest of the words of that kind before it."""
    fitting = [
        word
        for word in words(language, kind)
        if text.startswith(word if word.endswith("'") else f"{word} ")
    ]
    return text.removeprefix(max(fitting, key=len, default="")).strip()


def without_ending(text: str, kind: str, language: str) -> str:
    """The text without the longest of the words of that kind behind it."""
    fitting = [word for word in words(language, kind) if text.endswith(f" {word}")]
    return text.removesuffix(max(fitting, key=len, default="")).strip()
