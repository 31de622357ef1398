"""The words by which dates and facts are found in posts, per language: data in ``words/``."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "words"


@cache
def words(language: str, kind: str) -> tuple[str, ...]:
    """The words of one kind in their order: those of ``language`` where it has a file, else
    English."""
    path = _FOLDER / f"{language}.toml"
    # The name of a language never comes from outside, but a path must not depend on that.
    path = path if language.isalpha() and path.exists() else _FOLDER / "en.toml"
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))[kind])


def fold(text: str) -> str:
    """Case, width, apostrophes and runs of white space do not matter."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ʼ", "'")
    return " ".join(text.split())
