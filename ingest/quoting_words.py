"""The words by which mail programs mark what the author did not newly write, and the even form of a
line in which those words are looked for. The words themselves are in words/quoting.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "quoting.toml").read_text("utf-8")
)
LONGEST = 400
"""Characters: a longer line is neither an attribution nor a label, footer or separator."""

# Marks of direction, joiners and unseen signs that programs put round names, dates and footers.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u061c\ufeff\u2060"), None) | dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2061, 0x2065), *range(0x2066, 0x206A)], None
)
_SPACES = dict.fromkeys(map(ord, "\xa0\u2007\u202f\u2009\u3000\t"), " ")
_TABLE = _INVISIBLE | _SPACES


def plain(line: str) -> str:
    """The line as it is compared: no marks of direction, no bold stars, single kind of blank."""
    if len(line) > 2 * LONGEST:
        return line[:LONGEST].translate(_TABLE).strip() + line[-1:]
    return line.translate(_TABLE).strip()
