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

FIELDS = ("topics", "title")
"""What may be said with a yes, as "topics: housing, jobs" on its line or on a line of its own."""

MAX_REASON = 2000


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
    while len(lines) > 1 and _greets(lines[0], language):
        lines.pop(0)
    if not lines:
        return Verdict("unclear")
    first, rest = lines[0][:1000], lines[1:]
    fields = _fields(lines)
    bare = _without_fields(first)
    if _stands_alone(bare, "no", names, language) or _refuses(bare, language):
        if any(_stands_alone(line, "yes", names, language) for line in rest[:3]):
            return Verdict("unclear", line=first)
        return _no(bare, rest, first, language)
    for kind in ("yes", "spam", "undo", "help"):
        if _stands_alone(bare, kind, names, language) and not _doubtful(rest, language):
            return Verdict(kind, fields=fields if kind == "yes" else {}, line=first)
    return Verdict("unclear", line=first)


def _greets(line: str, language: str) -> bool:
    text = fold(line).rstrip(" ,.!:;-–—")
    greeting = _longest_beginning(text, words(language, "greetings"))
    # "Hi Postround team," and no longer: "Hi, yes" is an answer.
    return bool(greeting) and len(text.split()) <= 4 and not _tokens(text) & _verdicts(language)


def _verdicts(language: str) -> frozenset[str]:
    return words(language, "yes") | words(language, "no") | words(language, "undo")


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


def _stands_alone(line: str, kind: str, names: tuple[str, ...], language: str) -> bool:
    """Whether the line is made of words of that kind and of what may stand beside them."""
    if "?" in line and line.strip() != "?":
        return False
    text = " ".join(re.sub(r"[^\w'\s👍✅👎❌?.]|(?<!\w)\.|\.(?!\w)", " ", fold(line)).split())
    own = words(language, kind)
    beside = words(language, "beside") | words(language, "greetings") | _name_words(names)
    begun = False
    while text:
        word = _longest_beginning(text, own) or (begun and _longest_beginning(text, beside))
        word = word or _longest_beginning(text, words(language, "greetings") | _name_words(names))
        if not word:
            return False
        begun = begun or word in own
        text = text[len(word) :].strip()
    return begun


def _name_words(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in fold(name).split())


def _longest_beginning(text: str, choices: frozenset[str]) -> str:
    """The longest of the choices that ``text`` begins with as whole words, or ""."""
    fitting = [word for word in choices if text.startswith(word) and _ends_at(text, len(word))]
    return max(fitting, key=len, default="")


def _ends_at(text: str, end: int) -> bool:
    return end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum())


def _refuses(line: str, language: str) -> bool:
    """A no before a comma, dash, colon, full stop or "because": "No, not our area"."""
    text = fold(line).lstrip()
    word = _longest_beginning(text, words(language, "no"))
    after = text[len(word) :].lstrip()
    if not word or not after:
        return False
    said = after.lstrip(" ,.:;!–—-")
    # "No, yes" and "No – go ahead" say two things at once.
    if _longest_beginning(said, words(language, "yes")) or "?" in line:
        return False
    separated = after[0] in ",:;.!–—-"
    return separated or bool(_longest_beginning(after, words(language, "because")))


def _no(line: str, rest: list[str], first: str, language: str) -> Verdict:
    text = line.strip()
    word = _longest_beginning(fold(text), words(language, "no"))
    said = text[len(word) :].lstrip(" ,.:;!–—-") if fold(text).startswith(word) else ""
    # "No thanks" gives no reason.
    said = "" if fold(said).strip(" .!") in words(language, "beside") else said
    reason = "\n".join([said, *rest] if said else rest)
    return Verdict("no", reason=reason[:MAX_REASON].strip(), line=first)


def _doubtful(rest: list[str], language: str) -> bool:
    return any(_longest_beginning(fold(line), words(language, "doubts")) for line in rest[:3])


def _tokens(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w']+", text))
