"""The words with which the proof of a round-up is answered, per language: data beside this file."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from delivery.lexicon import Lexicon


def fold(text: str) -> str:
    """Case, width, apostrophes and runs of blanks do not matter."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("\ufe0f", "")
    return " ".join(text.split())


_lexicon = Lexicon(Path(__file__).parent, fold)
words = _lexicon.words
