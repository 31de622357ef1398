"""Reads a moderator's reply: typed words in, a Verdict out. Changes nothing, knows no database.

The first line counts. One word must be enough, so the rules are about what may stand beside it:
a wrong yes publishes, so anything that is not plainly a yes is asked back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from moderation.words import fold, words

Kind = Literal["yes", "no", "spam", "undo", "help", "unclear"]

KINDS: tuple[Kind, ...] = ("yes", "no", "spam", "undo", "help")
"""What may be said; each has its words."""

FIELDS = ("topics", "title")
"""What may be said with a yes, as "topics: housing, jobs" on its line or on a line of its own."""

MAX_REASON = 2000
MAX_LINES = 200
LOOKED_AT = 5
"""So many lines below the first may take it back."""


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Kind
    reason: str = ""
    """The moderator's own words, which go to the author; only with a no."""
    fields: dict[str, str] = field(default_factory=dict)
    line: str = ""
    """The line that was read, to be quoted back when it was unclear."""


def read_verdict(reply: str, names: tuple[str, ...] = (), language: str = "en") -> Verdict:
    """What ``reply``, the newly typed part of a letter, says.

    ``names`` are the people who may sign on the same line. An empty reply is unclear.
    """
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    lines = [line for line in lines if line[0] not in ">|"][:MAX_LINES]
    while len(lines) > 1 and _greets(lines[0], names, language):
        lines.pop(0)
    if not lines:
        return Verdict("unclear")
    first, rest = lines[0][:1000], lines[1:]
    bare = _without_fields(first)
    kind = _kind(bare, names, language)
    if kind is None or _taken_back(kind, rest[:LOOKED_AT], names, language):
        return Verdict("unclear", line=first)
    if kind == "no":
        return _no(bare, rest, first, language)
    return Verdict(kind, fields=_fields(lines) if kind == "yes" else {}, line=first)


def _greets(line: str, names: tuple[str, ...], language: str) -> bool:
    """ "Hi Postround team," or "Thanks Bob." and no more: "Hi, yes" is an answer."""
    text = " ".join(_tokens(line))
    if _longest_beginning(text, words(language, "greetings")):
        return len(text.split()) <= 4 and not set(text.split()) & _verdicts(language)
    thanks = _longest_beginning(text, words(language, "before"))
    return bool(thanks) and set(text[len(thanks) :].split()) <= _name_words(names, language)


def _kind(line: str, names: tuple[str, ...], language: str) -> Kind | None:
    for kind in KINDS:
        if _stands_alone(line, kind, names, language):
            return kind
    return "no" if _refuses(line, language) else None


def _taken_back(kind: Kind, rest: list[str], names: tuple[str, ...], language: str) -> bool:
    """Whether a line below says another word, or "but" or "if" to what is no refusal."""
    if {_kind(line, names, language) for line in rest} - {kind, None}:
        return True
    doubts = words(language, "doubts") if kind != "no" else frozenset()
    return any(_longest_beginning(fold(line), doubts) for line in rest)


_FIELD = re.compile(rf"(?i)(?:^|[\s,;.–—-])({'|'.join(FIELDS)})\s*[:=]\s*(.{{0,500}})$")


def _fields(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _FIELD.search(line[:1000])
        if match:
            found.setdefault(match[1].lower(), match[2].strip())
    return found


def _without_fields(line: str) -> str:
    return _FIELD.sub("", line)


_BETWEEN = re.compile(r"[^\w'\s👍✅👎❌?.]|(?<!\w)\.|\.(?!\w)")


def _stands_alone(line: str, kind: str, names: tuple[str, ...], language: str) -> bool:
    """Whether the line is made of words of that kind and of what may stand beside them."""
    if "?" in line and line.strip() != "?":
        return False
    text = " ".join(_BETWEEN.sub(" ", fold(line)).split())
    own = words(language, kind)
    before = words(language, "before") | words(language, "greetings")
    before |= _name_words(names, language)
    after = before | words(language, "beside") | words(language, f"beside_{kind}")
    begun = False
    while text:
        word = _longest_beginning(text, own)
        begun = begun or bool(word)
        word = word or _longest_beginning(text, after if begun else before)
        if not word:
            return False
        text = text[len(word) :].strip()
    return begun


def _refuses(line: str, language: str) -> bool:
    """A no before a comma, dash, colon, full stop or "because": "No, not our area"."""
    text = _without_excuse(fold(line).lstrip(), language)
    word = _longest_beginning(text, words(language, "no"))
    after = text[len(word) :].lstrip()
    if not word or not after or "?" in line or _is_harmless(after, language):
        return False
    separated = after[0] in ",:;.!–—-"
    return separated or bool(_longest_beginning(after, words(language, "because")))


def _is_harmless(said: str, language: str) -> bool:
    """ "No, yes", "No – go ahead" and "No, that's fine" say two things at once."""
    text = " ".join(_tokens(said))
    if _longest_beginning(text, words(language, "yes")):
        return True
    known = words(language, "harmless") | words(language, "yes")
    while word := _longest_beginning(text, known):
        text = text[len(word) :].strip()
    return not text


def _no(line: str, rest: list[str], first: str, language: str) -> Verdict:
    text = _without_excuse(line.strip(), language)
    word = _longest_beginning(fold(text), words(language, "no"))
    said = text[len(word) :].lstrip(" ,.:;!–—-") if word else ""
    # "No thanks" gives no reason.
    said = "" if fold(said).strip(" .!") in words(language, "beside") else said
    reason = "\n".join([said, *rest] if said else rest)
    return Verdict("no", reason=reason[:MAX_REASON].strip(), line=first)


def _without_excuse(text: str, language: str) -> str:
    """Without the "Sorry, " or "Hi, " before a no."""
    openings = words(language, "before") | words(language, "greetings")
    while word := _longest_beginning(fold(text), openings):
        text = text[len(word) :].lstrip(" ,.!–—-")
    return text


def _verdicts(language: str) -> frozenset[str]:
    return frozenset[str]().union(*(words(language, kind) for kind in KINDS))


def _name_words(names: tuple[str, ...], language: str) -> frozenset[str]:
    """Somebody may be called No: that name is left out, so that the word keeps its meaning."""
    named = frozenset(word for name in names for word in _tokens(name))
    return named - _verdicts(language) - words(language, "doubts")


def _longest_beginning(text: str, choices: frozenset[str]) -> str:
    """The longest of the choices that ``text`` begins with as whole words, or ""."""
    fitting = [word for word in choices if text.startswith(word) and _ends_at(text, len(word))]
    return max(fitting, key=len, default="")


def _ends_at(text: str, end: int) -> bool:
    return end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum())


def _tokens(text: str) -> list[str]:
    return re.findall(r"[\w']+", fold(text))
