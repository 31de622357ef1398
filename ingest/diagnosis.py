"""Judges from what a mail system said whether an address is dead ("hard") or only out of reach.

The words count before the code: systems give 5.1.1 for full mailboxes and 5.7.1 for unknown users.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal["hard", "soft"]
LONGEST = 3_000
"""Characters of an explanation that are looked at."""

WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "bounce.toml").read_text("utf-8")
)
_HARD_CODES = frozenset(WORDS["codes"]["hard"])
# RFC 3463 §2: class, subject, detail. Not part of an IP address or a version.
_CODE = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)")
_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"']{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_LINK = re.compile(r"https?://\S{1,500}")
_HOST = re.compile(r"(?<![\w.@-])(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?![\w.])")


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern out of many, for text that went through ``even``."""
    return re.compile("|".join(patterns))


def even(text: str) -> str:
    """Lower case, single blanks; as the word lists expect it."""
    return " ".join(text[: 4 * LONGEST].lower().split())


def by_words(text: str) -> Kind | None:
    """What an explanation in words says, or None when it says nothing that is known."""
    # Cisco writes the first before whatever the other server said; the second names a code.
    text = _LINK.sub(" ", even(text)[:LONGEST])
    text = re.sub("unknown address error|bad destination mailbox address", " ", text)
    text = text.replace("_", " ")  # "550 BAD_RECIPIENT"
    # Host names and addresses hold words too: "antispam.example said: user unknown".
    text = _HOST.sub("host", _ADDRESS.sub("x@x", text))
    if _why("shut").search(text) or _why("ours").search(text):
        return "soft"
    if _why("dead").search(text):
        return "hard"
    return "soft" if _why("us").search(text) else None


@cache
def _why(name: str) -> re.Pattern[str]:
    """Made when the first bounce comes: each process starts without, and most never need it."""
    return any_of(WORDS["why"][name])


def by_notice(text: str) -> Kind | None:
    """The same for a whole notice; advice ("check that the address is right") is left out."""
    sentences = re.split(r"(?<=[.!?;])\s|\n\s*\n", text[: 4 * LONGEST])
    return by_words("\n".join(s for s in sentences if not _ADVICE.search(s)))


_ADVICE = re.compile(
    r"\b(?:might|may|maybe|please|check|verify|make sure|if|try|should|allows|bitte|veuillez)\b",
    re.IGNORECASE,
)


def by_code(status: str | None) -> Kind | None:
    """What the enhanced status code says by itself (RFC 3463 §3)."""
    if status is None:
        return None
    return "hard" if status in _HARD_CODES else "soft"


def code_in(text: str) -> str | None:
    """The first enhanced status code of a failure in the text, or None."""
    found = _CODE.search(text)
    return ".".join(str(int(part)) for part in found.groups()) if found else None
