"""The words that readers use, per language: data beside this file."""

from __future__ import annotations

from pathlib import Path

from delivery.lexicon import Lexicon, fold

__all__ = ["LANGUAGES", "fold", "ordered", "words"]

_lexicon = Lexicon(Path(__file__).parent)
LANGUAGES = _lexicon.languages
words, ordered = _lexicon.words, _lexicon.ordered
