"""Knows by its looks what a mail program put between an author's words: quoted lines, separators,
and, each in a module of its own, attributions, header blocks and footers.

What is left over as the author's own words is decided in ``reply``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.attribution import attribution as attribution
from ingest.attribution import has_verb
from ingest.footers import is_footer as is_footer
from ingest.header_blocks import is_header_block as is_header_block
from ingest.header_blocks import label as label
from ingest.quoting_words import LONGEST, WORDS
from ingest.quoting_words import plain as plain

_QUOTED = re.compile(r"(?:>|＞|&gt;|\|(?!-{3,}[+>]|.*\|$)|│|┃)")
_INITIALS = re.compile(r"[A-ZА-Я][A-Za-zА-я]{0,9}>+(?: |$)")


def is_quoted(line: str) -> bool:
    """A line with a quotation mark of mail before it ("> ", "| ")."""
    return bool(_QUOTED.match(line)) and not is_groupwise(line)


def is_groupwise(line: str) -> bool:
    """The line that GroupWise sets above an original."""
    return line.startswith(">>> ") and bool(_GROUPWISE.match(line[:LONGEST]))


def has_initials(line: str) -> bool:
    """A line quoted in the way of The Bat! and SuperCite: "AB> text"."""
    return bool(_INITIALS.match(line))


_DASHES = "-_=*~#‐‑‒–—―─━⁃•"
_RULE = re.compile(rf"[{_DASHES}]{{3,}}$|[{_DASHES}](?: [{_DASHES}]){{2,}}$")
_PHRASES = tuple(WORDS["separators"]["phrases"])
_WHOLE_PHRASES = frozenset(_PHRASES) | {"original message", "forwarded message"}
_OPENINGS = tuple(WORDS["separators"]["openings"])
_ABOVE = tuple(WORDS["separators"]["above"])
_PROCESSED = ("original message processed by", "original processed by")
_NOTES_TABLE = re.compile(r"\|?-{3,}(?:\+-{3,}|>$)|\[?inactive hide details for ", re.IGNORECASE)
# ">>> Bob <bob@council.example> 18/11/2026 09:13 >>>": the original below it has no marks.
_GROUPWISE = re.compile(
    r">>> [^>\n]{1,80}(?:<[^<>\s]{1,100}>[^>\n]{1,40})?\d[:.]\d\d[^>\n]{0,12}>>>$"
)


def is_separator(line: str) -> bool:
    """ "-----Original Message-----", "Begin forwarded message:" and their like: no typing after."""
    if not line or len(line) > 200:
        return False
    lower = line.casefold()
    if lower.startswith(_OPENINGS) and len(line) < 70 and line[-1] in ":：":
        return True
    if _NOTES_TABLE.match(line) or is_groupwise(line) or lower.strip("[ ").startswith(_PROCESSED):
        return True
    core = lower.lstrip(_DASHES + " >|").rstrip(_DASHES + " ")
    if line[0] not in _DASHES or not core or len(lower) - len(core) < 2:
        return False
    if core.startswith(_PHRASES) or any(words in lower for words in _ABOVE):
        return True
    # Zoho and Android: "---- On Wed, 18 Nov 2026 09:13:44 +0000 News wrote ----".
    said = core.endswith("wrote") or (has_verb(core) and re.search(r"@|\d[:.]\d\d", core))
    return lower[-1] in _DASHES and bool(said)


# No \w: many letters of Indian scripts are marks to it.
_INSIDE = re.compile(r"(?<![-_])[-_]{4,} ?([^-_\s][^-_]{3,40}[^-_\s]) ?[-_]{4,}")


def separator_on_line(line: str) -> int | None:
    """Where a separator begins behind words of the author's own, all line ends being lost."""
    if "----" not in line and "____" not in line:
        return None
    for found in _INSIDE.finditer(line[:LONGEST]):
        if found.start() and found[1].casefold().startswith(_PHRASES):
            return found.start()
    return None


_TITLE = re.compile(r"[-=_*~]{3,40} ?[^-=_*~\s\d<>@:][^-=_*~<>@:]{2,50}[-=_*~]{3,40}$")


def is_title(line: str) -> bool:
    """ "-------- words --------" in whatever language: it counts only above a header block."""
    return line[:1] in _DASHES and bool(_TITLE.match(line[:LONGEST]))


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
    r"|you (?:received|are receiving) this (?:message )?because you are subscribed"
    r"|do you yahoo!\?|yahoo! groups sponsor|\bmsn (?:explorer|hotmail|messenger|photos|8|search)\b"
    r"|hotmail on your mobile|sf\.net email is sponsored|this email is sponsored by",
    re.IGNORECASE,
)


def is_advertised_footer(lines: Sequence[str]) -> bool:
    """An advertisement between a long rule and the footer of a list, which added them both."""
    if len(lines[0]) < 60:
        return False
    rules = [n for n, line in enumerate(lines) if line.startswith("_" * 20)]
    return bool(rules) and is_list_footer(lines[rules[0] + 1 : rules[0] + 4])


def is_list_footer(lines: Sequence[str]) -> bool:
    """What list managers put below a rule: the list's name and how to leave it."""
    return any(_LIST_FOOTER.search(line[:LONGEST]) for line in lines)
