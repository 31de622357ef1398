"""Words that people write, per language: a folder of TOML files, folded once."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def fold(text: str) -> str:
    """Case, width and the shape of apostrophes do not matter to a reader, nor here; nor do the
    vowel marks and the punctuation of Arabic."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold().translate(_SAME))


_SAME = str.maketrans({"’": "'", "ʼ": "'", "،": ",", "؛": ";", "؟": "?"})
_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")


class Lexicon:
    """The words in ``folder``, one file for each language, as ``fold`` leaves them."""

    def __init__(self, folder: Path, fold: Callable[[str], str] = fold) -> None:
        self._folder, self._fold = folder, fold
        self.languages = tuple(sorted(path.stem for path in folder.glob("*.toml")))
        self.words = lru_cache(maxsize=None)(self._words)
        """(language, kind) to the folded words of one kind, in that language and in English."""
        self.ordered = lru_cache(maxsize=None)(self._ordered)
        """The same in the order in which they are written, of one language alone."""

    def _words(self, language: str, kind: str) -> frozenset[str]:
        tried = {language if language in self.languages else "en", "en"}
        return frozenset(word for name in tried for word in self.ordered(name, kind))

    def _ordered(self, language: str, kind: str) -> tuple[str, ...]:
        if language not in self.languages:
            return ()
        text = (self._folder / f"{language}.toml").read_text(encoding="utf-8")
        return tuple(self._fold(word) for word in tomllib.loads(text).get(kind, ()))
