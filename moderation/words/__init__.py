"""The words that moderators use, per language: data beside this file, folded once."""

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
        data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
        found.update(fold(word) for word in data.get(kind, ()))
    return frozenset(found)


def fold(text: str) -> str:
    """Case, width, apostrophes and the colours of emoji do not matter to a reader, nor here."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ʼ", "'")
    # Skin tones (Fitzpatrick modifiers) and variation selectors.
    return "".join(c for c in text if not ("\U0001f3fb" <= c <= "\U0001f3ff" or c == "\ufe0f"))
