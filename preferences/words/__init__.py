"""The words that readers use, per language: data beside this file, folded once."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

LANGUAGES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.toml")))


@cache
def words(language: str, kind: str) -> frozenset[str]:
    """The folded words of one kind, such as "stop", in one language and in English."""
    return frozenset(word for name in _tried(language) for word in ordered(name, kind))


@cache
def ordered(language: str, kind: str) -> tuple[str, ...]:
    """As ``words``, in the order in which they are written, of one language alone."""
    data = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))
    return tuple(fold(word) for word in data.get(kind, ()))


def fold(text: str) -> str:
    """Case, width and the shape of apostrophes do not matter to a reader, nor here; nor do the
    vowel marks and the punctuation of Arabic."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold().translate(_SAME))


_SAME = str.maketrans({"’": "'", "،": ",", "؛": ";", "؟": "?"})
_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")


def _tried(language: str) -> set[str]:
    return {language if language in LANGUAGES else "en", "en"}
