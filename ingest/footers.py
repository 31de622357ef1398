"""Recognises what telephones and programs write below a letter by themselves: "Sent from my
iPhone", "Get Outlook for iOS", a virus scanner's praise of itself, in many languages."""

from __future__ import annotations

import re

from ingest.quoting_words import LONGEST, WORDS

_BEGINS = tuple(WORDS["footers"]["begins"])
_ENDS = tuple(WORDS["footers"]["ends"])
_DEVICES = frozenset(WORDS["footers"]["devices"])
_WIDE_DEVICES = tuple(word for word in sorted(_DEVICES) if not word.isascii())
_FOOTER_LINES = re.compile(rf"(?:{'|'.join(WORDS['footers']['lines'])})$", re.IGNORECASE)
_LINK = re.compile(r"[<\[(]?https?://[^\s<>\])]{1,300}[>\])]?", re.IGNORECASE)
_SENT = ("sent from ", "sent via ", "sent with ", "sent using ")
_TOKEN = re.compile(r"[^\W_]+(?:[.&'’-][^\W_]+)*")
_LATIN = re.compile(r"[a-z0-9]{2,}")
"""Chinese and Japanese set no blanks round a name."""
_LOOSE = re.compile(r"sent (?:from|via|with|using) [^,;:?]{2,60}$", re.IGNORECASE)


def is_footer(line: str) -> bool:
    """ "Sent from my iPhone" and its like, whatever stands round it."""
    if not line or len(line) > LONGEST:
        return False
    lower = _LINK.sub(" ", line.casefold().replace("i̇", "i")).strip(" *_-–—·|<>[]()\"'“”")
    if not lower or len(lower) > 140:
        return False
    if _FOOTER_LINES.match(lower) or (f"{lower} ".startswith(_SENT) and _LINK.search(line)):
        return True
    if not (lower.startswith(_BEGINS) or lower.rstrip(" .!。").endswith(_ENDS)):
        return False
    # "Sent from my desk, is much easier than my phone" was typed; "…iPhone, sorry for typos" not.
    said, _, more = lower.partition(",")
    tokens = [t for word in _TOKEN.findall(said) for t in (word, *re.split(r"['’-]", word))]
    tokens += [] if said.isascii() else _LATIN.findall(said)
    named = any(_is_device(token) for token in tokens) or any(w in said for w in _WIDE_DEVICES)
    return named and len(said.split()) <= 14 and len(more.split()) <= 5 and lower[-1] != "?"


def is_link(line: str) -> bool:
    """A line that holds nothing but a link: below a footer it leads to the program's page."""
    return len(line) <= LONGEST and bool(_LINK.fullmatch(line))


def _is_device(token: str) -> bool:
    # Finnish, Polish, Turkish … put endings behind the name: "iPhonesta", "iPhone'a", "iPhonu".
    return token in _DEVICES or token.startswith(("iphon", "ipad", "android", "samsung", "outlook"))


def is_loose_footer(line: str) -> bool:
    """ "Sent from a magnificent torch of pixels": a footer only as the last thing said."""
    return bool(_LOOSE.match(line)) if len(line) <= 70 else False
