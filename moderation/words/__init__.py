"""The words that moderators and authors use, per language: data beside this file, folded once."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from delivery import times
from delivery.lexicon import Lexicon

OF_TIMES = ("until", "during", "from", "days", "weeks", "numbers", "tomorrow", "today", "next")


@cache
def known(language: str) -> frozenset[str]:
    """Every single word that stands in the lists of one language and of English."""
    own = (words(language, kind) for kind in _read("en"))
    every = frozenset[str]().union(*own, *(times.words(language, kind) for kind in OF_TIMES))
    return frozenset(word for phrase in every for word in phrase.replace("/", " ").split())


def phrase(language: str, name: str) -> str:
    """A text of ours that becomes part of a post, such as "Correction:", in one language."""
    texts = [_read(one).get(name) for one in (language, "en") if one in LANGUAGES]
    return str(next(text for text in texts if text))


def fold(text: str) -> str:
    """Case, width, apostrophes and the colours of emoji do not matter to a reader, nor here."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ʼ", "'")
    # Skin tones (Fitzpatrick modifiers) and variation selectors.
    return "".join(c for c in text if not ("\U0001f3fb" <= c <= "\U0001f3ff" or c == "\ufe0f"))


@cache
def _read(name: str) -> dict[str, list[str]]:
    text = (Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = tomllib.loads(text)
    return found


_lexicon = Lexicon(Path(__file__).parent, fold)
LANGUAGES = _lexicon.languages
words = _lexicon.words
