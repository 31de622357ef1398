"""Knows by its looks what a mail program put into a letter: quoted lines, attributions, header
blocks, separators, footers. What is left over as the author's own words is decided in ``reply``.

Every test sees at most a few short lines, so that the whole stays linear.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

LONGEST = 400
"""Characters: a longer line is neither an attribution nor a label, footer or separator."""
MOST_LINES = 5
"""Over so many lines an attribution may be wrapped."""

_WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "quoting.toml").read_text("utf-8")
)
# Marks of direction and joiners that programs put round names and dates.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u061c\ufeff\u2060"), None) | dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A)], None
)
_SPACES = dict.fromkeys(map(ord, "\xa0\u2007\u202f\u2009\u3000\t"), " ")
_TABLE = _INVISIBLE | _SPACES


class Strength(IntEnum):
    """How sure a run of lines is an attribution."""

    NONE = 0
    BEFORE_QUOTE = 1
    """Only when a quoted line follows."""
    NAMED = 2
    """Names an address and a verb."""
    DATED = 3
    """Begins as such lines do and holds a date."""


def plain(line: str) -> str:
    """The line as it is compared: no marks of direction, no bold stars, single kind of blank."""
    if len(line) > 2 * LONGEST:
        return line[:LONGEST].translate(_TABLE).strip() + line[-1:]
    return line.translate(_TABLE).strip()


_QUOTED = re.compile(r"(?:>|＞|&gt;|\|(?!-{3,}\+|.*\|$)|│|┃)")
_INITIALS = re.compile(r"[A-ZА-Я][A-Za-zА-я]{0,3}>+(?: |$)")


def is_quoted(line: str) -> bool:
    """A line with a quotation mark of mail before it ("> ", "| ")."""
    return bool(_QUOTED.match(line))


def has_initials(line: str) -> bool:
    """A line quoted in the way of The Bat! and SuperCite: "AB> text"."""
    return bool(_INITIALS.match(line))


# Attributions ------------------------------------------------------------------------------

_VERBS = frozenset(_WORDS["attribution"]["verbs"])
_VERBS_INSIDE = tuple(_WORDS["attribution"]["verbs_inside"])
_INTROS = tuple(sorted({f"{word} " for word in _WORDS["attribution"]["intros"]}))
_JOINED_INTROS = ("в", "in <", "在", "於", "于", "ב", "ในวันที่", "เมื่อ", "w dniu")
_FORMULAS = re.compile("|".join(_WORDS["attribution"]["formulas"]), re.IGNORECASE)
# Not \w: it would break words of Indian scripts at their vowel signs.
_WORD = re.compile(r"[^\s\d,.:;：，、()<>\"“”«»!?/\\]+")
_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"]{1,64}@[^\s<>()\[\]@,;:\"]{1,100}")
_ADDRESS_LAST = re.compile(
    r"(?:[<(\[]\s?(?:mailto:)?[^\s<>()\[\]]{1,64}@[^\s<>()\[\]]{1,100}?\s?[>)\]]"
    r"|\bby [^\s<>@]{1,64}@[^\s<>@]{1,100}?)[^\w<>]{0,6}[:：]$"
)
_NUMBERS = re.compile(r"\d{1,2}[:.h]\d{2}|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{4}")
# A day, a month and a year in any order, by numbers or with the month's name in any script.
_FULL_DATE = re.compile(
    r"(?<![A-Za-z0-9@])(?:\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}"
    r"|\d{1,2}[^\w]{1,3}(?:del? )?[^\s\d]{2,20}[^\w]{1,4}(?:[^\W\d]{1,3}\W)?\d{4}"
    r"|[^\s\d]{2,20}[^\w]{1,3}\d{1,2}(?:st|nd|rd|th)?[^\w]{1,3}\d{4}"
    r"|\d{4}[^\w]{0,2}[^\s\d]{1,20}[^\w]{0,2}\d{1,2})(?![A-Za-z0-9@])"
)
_ENDS_IN_NUMBER = re.compile(r"\d[\s).]{0,3}[:：]$")
_NAME_BEFORE_ADDRESS = 8
"""Words that may stand before the address in a line that begins with a name."""


def may_end_attribution(line: str) -> bool:
    """Cheap first look: does the line end as attributions do?"""
    if not line or len(line) > LONGEST:
        return False
    if line[-1] == ">":
        return line[0].isdecimal() and "@" in line
    return line[-1] in ":：" or line.endswith(("작성", "写道", "寫道", "wrote", "écrit", "]"))


def attribution(lines: Sequence[str], *, quote_follows: bool) -> Strength:
    """How sure these lines together say only who wrote what follows, and when."""
    text = " ".join(lines)
    if len(text) > LONGEST:
        return Strength.NONE
    text = text.strip("*_ ")
    lower = text.casefold()
    if quote_follows and _FORMULAS.match(lower):
        return Strength.DATED
    verb = has_verb(lower)
    colon = text[-1:] in (":", "：")
    if _is_dated(text, lower, verb=verb, colon=colon, quote_follows=quote_follows):
        return Strength.DATED
    if verb and _is_named(text, lower):
        return Strength.NAMED
    short = len(lines) <= 2 and len(text) <= 160 and colon
    if quote_follows and short and (verb or "@" in text or _FULL_DATE.search(text)):
        return Strength.BEFORE_QUOTE
    return Strength.NONE


_SHARED = re.compile(r"(?<=[\w.!?,;:)…\s-])[\s-]*(?:On|Am|Le|El|Il|Em|Op|Den) (?=.{0,30}\d)")


def shared_with_words(line: str) -> Sequence[int]:
    """Where on the line an attribution may begin behind words of the author's own."""
    if not any(
        intro in line for intro in ("On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den ")
    ):
        return ()
    starts = (found.start() for found in _SHARED.finditer(line[:LONGEST]))
    return [at for at in starts if line[:at].strip("- ") and not _FULL_DATE.search(line[:at])]


def has_verb(lower: str) -> bool:
    """Does the line say "wrote" in some language?"""
    if any(word in lower for word in _VERBS_INSIDE):
        return True
    return not _VERBS.isdisjoint(_WORD.findall(lower))


def _is_dated(text: str, lower: str, *, verb: bool, colon: bool, quote_follows: bool) -> bool:
    full = _FULL_DATE.search(text)
    # Older Gmail: "2011/4/7 Bob <bob@council.example>", without a verb or a colon.
    if quote_follows and full and full.start() == 0 and _ADDRESS_LAST.search(f"{text}:"):
        return True
    if not colon and not (verb and full):
        return False
    begins = _begins_so(lower)
    if begins and verb and _NUMBERS.search(text):
        return True
    if begins and full and re.search(r"<[^<>\s]{1,64}@[^<>\s]{1,100}>", text):
        return True
    if full is None or full.start() > 60:
        return False
    if "@" in text and _ADDRESS_LAST.search(text):
        return True
    # "As I wrote on 18.11.2026, please bring:" was typed; the verb stands at one end or the other.
    return verb and bool(full.start() <= 12 or _ENDS_IN_NUMBER.search(text) or _verb_is_last(lower))


def _verb_is_last(lower: str) -> bool:
    return has_verb(" ".join(lower.split()[-3:]))


def _begins_so(lower: str) -> bool:
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


# Header blocks -----------------------------------------------------------------------------

_KINDS = {label: kind for kind, labels in _WORDS["labels"].items() for label in labels}
_LABEL = re.compile(r"[*_>\s]*([^\W\d_][^:：<>@*|]{0,28}?)\s*[*_]*\s*[:：][*_]*\s*(.*)", re.DOTALL)
_INNER_LABEL = re.compile(r"(?:^|\s)\*?([^\W\d_][\w'’. -]{0,20}?)\*?\s?[:：]")
_TIME = re.compile(r"\d{1,2}\s?[:.h時时点點시]\s?\d{2}")


def label(line: str) -> tuple[str, str] | None:
    """Kind ("from", "to", "date", "subject", "other") and value of a header line, or None."""
    found = _LABEL.match(line) if len(line) <= LONGEST * 2 else None
    if found is None:
        return None
    kind = _KINDS.get(" ".join(found[1].casefold().replace(" ", " ").split()))
    kind = kind or _KINDS.get(found[1].casefold().replace(" ", ""))
    return (kind, found[2].strip("* ")) if kind else None


def is_header_block(found: Sequence[tuple[str, str]]) -> bool:
    """Do these labels and values describe a message? A typed memo or an event's times do not."""
    kinds = {kind for kind, _ in found}
    values = " ".join(value for _, value in found)
    timed = any(kind == "date" and _TIME.search(value) for kind, value in found)
    if "@" not in values and not timed:
        return False
    if "from" in kinds:
        others = len(kinds & {"to", "date", "subject"})
        return others >= 2 or ("subject" in kinds or ("date" in kinds and "@" in values))
    return {"to", "date"} <= kinds and timed and ("@" in values or "subject" in kinds)


def one_line_block(line: str) -> bool:
    """A whole header block on one line, as HTML without line breaks leaves it."""
    if label(line) is None or len(line) > LONGEST * 2:
        return False
    kinds = [_KINDS.get(m[1].strip().casefold(), "") for m in _INNER_LABEL.finditer(line)]
    return len({*kinds} & {"from", "to", "date", "subject"}) >= 3 and bool(
        "@" in line or _TIME.search(line)
    )


# Separators --------------------------------------------------------------------------------

_DASHES = "-_=*~#‐‑‒–—―─━⁃•"
_RULE = re.compile(rf"[{_DASHES}]{{3,}}$|[{_DASHES}](?: [{_DASHES}]){{2,}}$")
_PHRASES = tuple(_WORDS["separators"]["phrases"])
_WHOLE_PHRASES = frozenset(_PHRASES) | {"original message", "forwarded message"}
_OPENINGS = tuple(_WORDS["separators"]["openings"])
_ABOVE = tuple(_WORDS["separators"]["above"])
_PROCESSED = ("original message processed by", "original processed by")
_NOTES_TABLE = re.compile(r"\|?-{3,}\+-{3,}")


def is_separator(line: str) -> bool:
    """ "-----Original Message-----", "Begin forwarded message:" and their like: no typing after."""
    if not line or len(line) > 200:
        return False
    lower = line.casefold()
    if lower.startswith(_OPENINGS) and len(line) < 70 and line[-1] in ":：":
        return True
    if _NOTES_TABLE.match(line) or lower.strip("[ ").startswith(_PROCESSED):
        return True
    core = lower.lstrip(_DASHES + " >|").rstrip(_DASHES + " ")
    if line[0] not in _DASHES or not core or len(lower) - len(core) < 2:
        return False
    if core.startswith(_PHRASES) or any(words in lower for words in _ABOVE):
        return True
    # Zoho and Android: "---- On Wed, 18 Nov 2026 09:13:44 +0000 News wrote ----".
    return lower[-1] in _DASHES and has_verb(core) and len(core) < 150


def is_heading(line: str) -> bool:
    """The same words without dashes: they count only above a header block."""
    lower = line.casefold().strip(" :：.*").strip(_DASHES).strip()
    return lower in _WHOLE_PHRASES or lower in _OPENINGS


def is_rule(line: str) -> bool:
    """A line of nothing but dashes, underscores or the like."""
    return bool(_RULE.match(line)) if line[:1] in _DASHES else False


_LIST_FOOTER = re.compile(
    r"mailing list|mailinglist|mailingliste|liste de diffusion|lista de correo|mailman/listinfo"
    r"|to unsubscribe|/listinfo/|reply to this email directly"
    r"|you (?:received|are receiving) this (?:message )?because you are subscribed",
    re.IGNORECASE,
)


def is_list_footer(lines: Sequence[str]) -> bool:
    """What list managers put below a rule: the list's name and how to leave it."""
    return any(_LIST_FOOTER.search(line[:LONGEST]) for line in lines)


# Footers -----------------------------------------------------------------------------------

_BEGINS = tuple(_WORDS["footers"]["begins"])
_ENDS = tuple(_WORDS["footers"]["ends"])
_DEVICES = frozenset(_WORDS["footers"]["devices"])
_WIDE_DEVICES = tuple(word for word in sorted(_DEVICES) if not word.isascii())
_FOOTER_LINES = re.compile(rf"(?:{'|'.join(_WORDS['footers']['lines'])})$", re.IGNORECASE)
_LINK = re.compile(r"[<\[(]?https?://[^\s<>\])]{1,300}[>\])]?", re.IGNORECASE)
_SENT = ("sent from ", "sent via ", "sent with ", "sent using ")
_TOKEN = re.compile(r"[^\W_]+(?:[.&'’-][^\W_]+)*")
_LOOSE = re.compile(r"sent (?:from|via|with|using) [^,;:?]{2,60}$", re.IGNORECASE)


def is_footer(line: str) -> bool:
    """ "Sent from my iPhone" and its like, whatever stands round it."""
    if not line or len(line) > LONGEST:
        return False
    lower = _LINK.sub(" ", line.casefold().replace("i̇", "i")).strip(" *_-–—·|<>[]()\"'“”")
    if not lower or len(lower) > 140:
        return False
    if _FOOTER_LINES.match(lower) or (lower.startswith(_SENT) and _LINK.search(line)):
        return True
    if not (lower.startswith(_BEGINS) or lower.rstrip(" .!。").endswith(_ENDS)):
        return False
    # "Sent from my desk, is much easier than my phone" was typed; "…iPhone, sorry for typos" not.
    said, _, more = lower.partition(",")
    tokens = [t for word in _TOKEN.findall(said) for t in (word, *re.split(r"['’-]", word))]
    named = any(_is_device(token) for token in tokens) or any(w in said for w in _WIDE_DEVICES)
    return named and len(said.split()) <= 14 and len(more.split()) <= 5 and lower[-1] != "?"


def _is_device(token: str) -> bool:
    # Finnish, Polish, Turkish … put endings behind the name: "iPhonesta", "iPhone'a", "iPhonu".
    return token in _DEVICES or token.startswith(("iphon", "ipad", "android", "samsung", "outlook"))


def is_loose_footer(line: str) -> bool:
    """ "Sent from a magnificent torch of pixels": a footer only as the last thing said."""
    return bool(_LOOSE.match(line)) if len(line) <= 70 else False
