"""The words by which private matters in a post are told from public ones, from words/personal.toml.
What they mean together is decided in the modules that look for them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "personal.toml").read_text("utf-8")
)
KINDS = (
    *("national_insurance", "nhs", "birth", "case", "phone", "home", "address", "child", "client"),
    *("status", "health"),
)
"""What may be private. How a moderator's note calls it stands in moderation/notices."""
WORDS: dict[str, Any] = _DATA["words"]


HAS_DIGIT = re.compile(r"\d")
"""Asked first by what looks for numbers: most sentences have none."""


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    """One of KINDS."""
    words: str
    """As the text has them."""
    strong: bool = True
    """False for what is as likely to be public: a hint in the note, but no flag."""


def whole_words(name: str) -> re.Pattern[str]:
    """One pattern for a group of WORDS, wherever they stand as whole words."""
    return re.compile(rf"\b(?:{'|'.join(WORDS[name])})(?!\w)", re.IGNORECASE)


CLIENT = re.compile(
    r"\b(?i:(?:my|our|a|one|another|this) (?:\w+ )?(?:client|service[ -]user|patient|tenant|mentee)"
    r"|one of (?:my|our|the) (?:clients|families|service[ -]users|tenants))\b"
)
