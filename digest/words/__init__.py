"""The words with which the proof of a round-up is answered, per language: data beside this file."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

LANGUAGES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.toml")))


@cache
def words(language: str, kind: str) -> frozenset[str]:
    """The folded words of one kind, such as "drop", in one language and in English."""
    found: set[str] = set()
    for name in {language if language in LANGUAGES else "en", "en"}:
        data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
        found.update(fold(word) for word in data.get(kind, ()))
    return frozenset(found)


def fold(text: str) -> str:
    """Case, width, apostrophes and runs of blanks do not matter."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("\ufe0f", "")
    return " ".join(text.split())
