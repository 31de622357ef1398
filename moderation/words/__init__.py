"""The words that moderators and authors use, per language: data beside this file, folded once."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

LANGUAGES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.toml")))


@cache
def words(language: str, kind: str) -> frozenset[str]:
    """The folded words of one kind, such as "yes", in one language and in English."""
    found: set[str] = set()
    for name in {language if language in LANGUAGES else "en", "en"}:
        found.update(fold(word) for word in _read(name).get(kind, ()))
    return frozenset(found)


@cache
def known(language: str) -> frozenset[str]:
    """Every single word that stands in the lists of one language and of English."""
    return frozenset(
        word for kind in _read("en") for phrase in words(language, kind) for word in phrase.split()
    )


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
