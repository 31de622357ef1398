"""Recognises lines that only say who wrote what follows, and when, in any language: "On … wrote:",
"Le … a écrit :", "2026年11月18日(水) 9:13 News <…>:". Where they stand is not its matter.

Every test sees a few hundred characters at most, so that hostile text costs no more than other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum

from ingest.quoting_words import LONGEST, WORDS

MOST_LINES = 5
"""Over so many lines an attribution may be wrapped."""


class Strength(IntEnum):
    """How sure a run of lines is an attribution."""

    NONE = 0
    BEFORE_QUOTE = 1
    """Only when a quoted line follows."""
    NAMED = 2
    """Names an address and a verb."""
    DATED = 3
    """Begins as such lines do and holds a date."""


_VERBS = frozenset(WORDS["attribution"]["verbs"])
_VERBS_INSIDE = tuple(WORDS["attribution"]["verbs_inside"])
_INTROS = tuple(sorted({f"{word} " for word in WORDS["attribution"]["intros"]}))
_JOINED_INTROS = ("в", "in <", "在", "於", "于", "ב", "ในวันที่", "เมื่อ", "w dniu")
_FORMULAS = re.compile("|".join(WORDS["attribution"]["formulas"]), re.IGNORECASE)
# Not \w: it would break words of Indian scripts at their vowel signs.
_WORD = re.compile(r"[^\s\d,.:;：，、()<>\"“”«»!?/\\]+")
_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"]{1,64}@[^\s<>()\[\]@,;:\"]{1,100}")
_ADDRESS_LAST = re.compile(
    r"(?:[<(\[]\s?(?:mailto:)?[^\s<>()\[\]]{1,64}@[^\s<>()\[\]]{1,100}?\s?[>)\]]"
    r"|\bby [^\s<>@]{1,64}@[^\s<>@]{1,100}?)[^\w<>]{0,6}[:：]$"
)
_NUMBERS = re.compile(r"\d{1,2}[:.h]\d{2}|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{4}")
# A day, a month and a year in any order, by numbers or with the month's name in any script.
FULL_DATE = re.compile(
    r"(?<![A-Za-z0-9@])(?:\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}"
    r"|\d{1,2}[^\w]{1,3}(?:del? )?[^\s\d]{2,20}[^\w]{1,4}(?:[^\W\d]{1,3}\W)?\d{4}"
    r"|[^\s\d]{2,20}[^\w]{1,3}\d{1,2}(?:st|nd|rd|th)?[^\w]{1,3}\d{4}"
    r"|\d{4}[^\w]{0,2}[^\s\d]{1,20}[^\w]{0,2}\d{1,2})(?![A-Za-z0-9@])"
)
_CLOCK = re.compile(
    r"(?<![\d./-])\d{1,2}\s?[:.h時时点點시]\s?\d{2}(?!\d|[./-]\d)|\d\s?[ap]\.?m\b", re.IGNORECASE
)
# "As we said last week:" was typed, whatever is quoted below it.
_TYPED = re.compile(r"(?:as|like|because|here|so|and|but|please|when|if|since|then|now) ")
_SPOKEN = re.compile(r"\b(?:said|sent|dit|written)\b")
_ENDS_IN_NUMBER = re.compile(r"\d[\s).]{0,3}[:：]$")
_NAME_BEFORE_ADDRESS = 8
"""Words that may stand before the address in a line that begins with a name."""


_COLONS = ":：։៖"
_BARE_ENDS = ("작성", "写道", "寫道", "wrote", "écrit", "]")
# Of right-to-left lines some programs write the end first: ":כתב Bob, 18.11.2026 בתאריך".
_END_FIRST = re.compile(r"^[:：]\s?(\S{2,20} .{1,200}) (\S{1,20})$")
# KMail in Hungarian: "Bob a következőt írta ekkor: 2026. november 18., szerda 09:13:44 CET".
_ENDS_IN_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: [A-Z]{2,5}| ?[+-]\d{4})?$")
_NAME_ALONE = re.compile(r"\[[A-Z][\w.'-]{1,20}(?: [A-Z][\w.'-]{0,20}){1,3}\]$")


def may_end_attribution(line: str) -> bool:
    """Cheap first look: does the line end as attributions do?"""
    if not line or len(line) > LONGEST:
        return False
    if line[-1] == ">":
        return line[0].isdecimal() and "@" in line
    if line[-1] in _COLONS or line.endswith(_BARE_ENDS) or line[0] in _COLONS:
        return True
    if not _bare(line):
        return False
    lower = line.casefold()
    return _ends_in_verb(lower) or (bool(_ENDS_IN_TIME.search(line)) and has_verb(lower))


def _bare(line: str) -> bool:
    """An attribution without a colon: it counts only with a date, right above a quote."""
    return line[-1] not in _COLONS + "]>" and any(map(str.isdecimal, line))


def _ends_in_verb(lower: str) -> bool:
    last = lower.rstrip(" .:։…")
    return last.endswith(_VERBS_INSIDE) or last.rpartition(" ")[2] in _VERBS


def attribution(lines: Sequence[str], *, quote_follows: bool) -> Strength:
    """How sure these lines together say only who wrote what follows, and when."""
    text = " ".join(lines).strip("*_ ")
    if not text or len(text) > LONGEST:
        return Strength.NONE
    text = _END_FIRST.sub(r"\2 \1:", text)
    lower = text.casefold()
    if quote_follows and (_FORMULAS.match(lower) or _NAME_ALONE.match(text)):
        return Strength.DATED
    if _bare(text) and not text.endswith(_BARE_ENDS) and not (quote_follows and _says_little(text)):
        return Strength.NONE
    if not quote_follows and "@" not in text:
        # "On 18 November 2026 the council said:" above a list was typed.
        if not _CLOCK.search(text) or _says_more(text):
            return Strength.NONE
        lower = _SPOKEN.sub(" ", lower)
    verb = has_verb(lower)
    colon = text[-1:] in tuple(_COLONS)
    if _is_dated(text, lower, verb=verb, colon=colon, quote_follows=quote_follows):
        return Strength.DATED
    if verb and _is_named(text, lower):
        return Strength.NAMED
    short = len(lines) <= 2 and len(text) <= 160 and colon
    named = "@" in text or FULL_DATE.search(text)
    if quote_follows and short and (named or (verb and not _TYPED.match(lower))):
        return Strength.BEFORE_QUOTE
    return Strength.NONE


def has_verb(lower: str) -> bool:
    """Does the line say "wrote" in some language?"""
    if any(word in lower for word in _VERBS_INSIDE):
        return True
    return not _VERBS.isdisjoint(_WORD.findall(lower))


def _is_dated(text: str, lower: str, *, verb: bool, colon: bool, quote_follows: bool) -> bool:
    full = FULL_DATE.search(text)
    # Older Gmail: "2011/4/7 Bob <bob@council.example>", without a verb or a colon.
    if quote_follows and full and full.start() == 0 and _ADDRESS_LAST.search(f"{text}:"):
        return True
    if not colon and not (verb and full):
        return False
    begins = begins_so(lower)
    if begins and verb and _NUMBERS.search(text):
        return True
    if begins and full and re.search(r"<[^<>\s]{1,64}@[^<>\s]{1,100}>", text):
        return True
    if full is None or full.start() > 60:
        return False
    if "@" in text and _ADDRESS_LAST.search(text):
        return True
    # "As I wrote on 18.11.2026, please bring:" was typed; the verb stands at one end or the other.
    at_an_end = full.start() <= 12 or _ENDS_IN_NUMBER.search(text) or _ENDS_IN_TIME.search(text)
    return verb and bool(at_an_end or _verb_is_last(lower))


def _says_little(text: str) -> bool:
    """ "Am 18.11.2026 um 9:30 habe ich ihm geschrieben" was typed, between two quotes."""
    date = FULL_DATE.search(text) if _ENDS_IN_TIME.search(text) else None
    words = (text[: date.start()] if date else text).split()
    said = [word for word in words if word[0].islower() and not any(map(str.isdecimal, word))]
    return sum(not has_verb(word.casefold()) for word in said) <= (3 if date else 2)


def _says_more(text: str) -> bool:
    """ "… nous avons écrit à la mairie :" was typed: more than a name stands behind the verb."""
    words = text.split()
    at = next((n for n, word in enumerate(words) if has_verb(word.casefold())), len(words))
    return sum(word[0].islower() for word in words[at + 1 :]) > 2


def _verb_is_last(lower: str) -> bool:
    return has_verb(" ".join(lower.split()[-3:]))


def begins_so(lower: str) -> bool:
    """Does the line, in lower case, begin as attributions do in some language?"""
    return lower.startswith(_INTROS) or lower.startswith(_JOINED_INTROS)


def _is_named(text: str, lower: str) -> bool:
    """ "Bob Smith <bob@…> schrieb am …:": a name, an address and the verb close to it."""
    address = _ADDRESS.search(text) if "@" in text else None
    if address is None:
        return False
    before = text[: address.start()]
    if (
        re.search(r"[!?;]|[.,:] \w+ \w+ \w+ \w+", before)
        or len(before.split()) > _NAME_BEFORE_ADDRESS
    ):
        return False
    enclosed = text[address.start() - 1 : address.start()] in ("<", "(", "[", ":")
    return enclosed or _verb_is_last(lower)
