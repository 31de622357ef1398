"""Reads a moderator's reply: typed words in, a Verdict out. Changes nothing, knows no database.

The first line counts. One word must be enough, so the rules are about what may stand beside it:
a wrong yes publishes, so anything that is not plainly a yes is asked back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

from moderation.days import begins_with_time
from moderation.fields import fields_of, without_fields
from moderation.phrases import (
    LONGEST_LINE,
    after,
    beginning,
    spelled,
    stands_alone,
    tokens,
    without_opening,
)
from moderation.typed import before_signature, body_below, said_in
from moderation.words import fold, known, words

Kind = Literal[
    "yes",
    "yes always",
    "no",
    "spam",
    "edit",
    "ask",
    "wait",
    "pass",
    "undo",
    "urgent",
    "correct",
    "away",
    "back",
    "swap",
    "rota",
    "waiting",
    "show",
    "help",
    "unclear",
]

KINDS: tuple[Kind, ...] = get_args(Kind)[:-1]
"""What may be said; each has its words."""

WITH_FIELDS = ("yes", "yes always", "edit", "urgent")
SENDS = ("yes", "yes always", "urgent")
"""After these a post goes to readers."""
WITH_TEXT = ("edit", "ask", "correct")
"""These are nothing without words of the moderator's own."""
WITH_REST = ("wait", "away", "swap")
"""What follows on the line is a time or a name, read by whoever carries it out."""

ALONE = tuple(kind for kind in KINDS if kind not in (*WITH_TEXT, "away", "swap"))
"""These may stand alone on their line."""

MAX_REASON = 2000
MAX_TEXT = 100_000
MAX_LINES = 200
LOOKED_AT = 5
"""So many lines below the first may take it back."""


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Kind
    reason: str = ""
    """The moderator's own words: with a no the reason and with ask the question, which go to the
    author; with edit and correct the new text; with wait, away and swap what follows the word."""
    fields: dict[str, str] = field(default_factory=dict)
    line: str = ""
    """The line that was read, to be quoted back when it was unclear."""


def read_verdict(
    reply: str, names: tuple[str, ...] = (), language: str = "en", *, thanked: str = ""
) -> Verdict:
    """What ``reply``, the newly typed part of a letter, says.

    ``names`` are the people who may sign on the same line, and ``thanked`` is the author, whose
    first name may stand there, too: "Yes, thanks Alice". An empty reply is unclear.
    """
    signing = _name_words(names, language)
    beside = signing | frozenset(tokens(thanked)[:1]) - known(language)
    lines = said_in(reply)[:MAX_LINES]
    while len(lines) > 1 and _greets(lines[0], beside, language):
        lines.pop(0)
    if not lines:
        return Verdict("unclear")
    first, rest = lines[0][:LONGEST_LINE], lines[1:]
    opened = _opened(first, signing, language)
    if opened is not None:
        return _with_more(opened, reply, first, signing, language)
    bare = without_fields(first, language)
    kind = _kind(bare, beside, language)
    if kind is None or _taken_back(kind, rest[:LOOKED_AT], signing, language):
        return Verdict("unclear", line=first)
    if kind == "no":
        return _no(bare, before_signature(rest, signing, language), first, language)
    found = fields_of(lines, language) if kind in WITH_FIELDS else {}
    return Verdict(kind, fields=found, line=first)


def _greets(line: str, signing: frozenset[str], language: str) -> bool:
    """ "Hi Postround team," or "Thanks Bob." and no more: "Hi, yes" is an answer."""
    text = " ".join(tokens(line))
    if beginning(text, words(language, "greetings")):
        return len(text.split()) <= 4 and not set(text.split()) & _verdicts(language)
    thanks = beginning(text, words(language, "before"))
    return bool(thanks) and set(text[len(thanks) :].split()) <= signing


def _kind(line: str, signing: frozenset[str], language: str) -> Kind | None:
    for kind in ALONE:
        if stands_alone(line, word_of(kind), signing, language):
            return kind
    if _passes(line, signing, language):
        return "pass"
    return "no" if _refuses(line, language) else None


def _passes(line: str, signing: frozenset[str], language: str) -> bool:
    """ "Pass, I know the author" and "Pass to Amina please, I am off": nothing goes out by it."""
    text = without_opening(fold(line).lstrip(), language)
    word = beginning(text, words(language, "pass"))
    said = text[len(word) :].lstrip() if word else ""
    if not said or "?" in line or _is_harmless(said, language):
        return False
    if said[0] in ",:;.!–—-":
        return True
    to = beginning(said, words(language, "pass_to"))
    name = tokens(said[len(to) :])[:1] if to else []
    return bool(name) and name[0] in signing


def word_of(kind: str) -> str:
    """The name of its words in the lists."""
    return kind.replace(" ", "_")


def _taken_back(kind: Kind, rest: list[str], signing: frozenset[str], language: str) -> bool:
    """Whether a line below says another word, or "but" or "if" to what is no refusal."""
    below = [without_fields(line, language) for line in rest]
    if {_kind(line, signing, language) for line in below} - {kind, None}:
        return True
    doubts = words(language, "doubts") if kind != "no" else frozenset()
    if any(beginning(fold(line), doubts) for line in rest):
        return True
    return kind in SENDS and any(
        _hesitates(line, language) for line in before_signature(below, signing, language)
    )


def _hesitates(line: str, language: str) -> bool:
    """ "On reflection, no", "please change the title", "who is she?": below a yes it may be meant
    as a condition. Asking back costs a mail, and a wrong yes cannot be called back."""
    text = f" {' '.join(tokens(line))} . "
    return "?" in line or any(f" {word} " in text for word in words(language, "doubts_inside"))


# Words with something behind them -------------------------------------------------------------


def _opened(line: str, signing: frozenset[str], language: str) -> Kind | None:
    """The word that the line begins with, of those that are followed by something."""
    for kind in (*WITH_TEXT, *WITH_REST):
        rest = after(line, kind, language)
        if rest is not None and _fits(kind, rest, signing, language):
            return kind  # type: ignore[return-value]
    return None


def _fits(kind: str, rest: str, signing: frozenset[str], language: str) -> bool:
    text = spelled(rest, language)
    if kind == "swap":
        return bool(text) and "?" not in rest
    if kind in WITH_REST:
        # "Wait, I must ask Amina" is no time; nor is "Away from my desk" in a machine's answer.
        return begins_with_time(text, language)
    if not text or rest.lstrip()[:1] in (":", "-", "–", "—"):
        return True
    if kind == "edit":
        return rest.lstrip()[:1] == "," or bool(fields_of([rest], language))
    # "Ask Amina about it" is for nobody whom we know.
    return kind == "ask" and "?" in rest and text.split()[0].strip("?") not in signing


def _with_more(
    kind: Kind, reply: str, first: str, signing: frozenset[str], language: str
) -> Verdict:
    rest = (after(first, kind, language) or "").lstrip(" ,.:;!–—-").strip()
    if kind in WITH_REST:
        return Verdict(kind, reason=rest, line=first)
    body = body_below(reply, first, signing, language)
    found: dict[str, str] = {}
    if kind == "edit":
        found, body = _fields_above(body, language)
        found |= fields_of([first], language)
        rest = without_fields(f" {rest}", language).strip(" ,")
    text = "\n".join(part for part in (rest, body) if part)[:MAX_TEXT].strip()
    if not text and not found:
        return Verdict("unclear", line=first)
    return Verdict(
        kind, reason=text if kind != "ask" else text[:MAX_REASON], fields=found, line=first
    )


def _fields_above(body: str, language: str) -> tuple[dict[str, str], str]:
    """The lines "title: …" above a new text, and the text."""
    found: dict[str, str] = {}
    lines = body.split("\n")
    while lines and (not lines[0].strip() or not without_fields(lines[0], language).strip()):
        found |= fields_of([lines.pop(0)], language)
    return found, "\n".join(lines)


# A refusal ------------------------------------------------------------------------------------


def _refuses(line: str, language: str) -> bool:
    """A no before a comma, dash, colon, full stop or "because": "No, not our area"."""
    text = without_opening(fold(line).lstrip(), language)
    word = beginning(text, words(language, "no"))
    said = text[len(word) :].lstrip()
    polite = beginning(said, words(language, "before"))
    if polite and said[len(polite) :].lstrip()[:1] in ",:;.!–—-":
        said = said[len(polite) :].lstrip()  # "No sorry, not our area"
    if not word or not said or "?" in line or _is_harmless(said, language):
        return False
    separated = said[0] in ",:;.!–—-"
    return separated or bool(beginning(said, words(language, "because")))


def _is_harmless(said: str, language: str) -> bool:
    """ "No, yes", "No – go ahead" and "No, that's fine" say two things at once."""
    text = " ".join(tokens(said))
    if beginning(text, words(language, "yes")) or text.split()[-1:] in _meant(language):
        return True
    harmless = words(language, "harmless") | words(language, "yes")
    while word := beginning(text, harmless):
        text = text[len(word) :].strip()
    return not text


@cache
def _meant(language: str) -> tuple[list[str], ...]:
    """ "No, I meant yes" ends with one of these."""
    return tuple([word] for word in words(language, "yes_plain"))


def _no(line: str, rest: list[str], first: str, language: str) -> Verdict:
    text = without_opening(line.strip(), language)
    word = beginning(fold(text), words(language, "no"))
    said = text[len(word) :].lstrip(" ,.:;!–—-") if word else ""
    polite = beginning(fold(said), words(language, "before"))
    if polite and said[len(polite) :].lstrip(" ")[:1] in ",:;.!–—-":
        said = said[len(polite) :].lstrip(" ,.:;!–—-")
    # "No thanks" gives no reason.
    said = "" if fold(said).strip(" .!") in words(language, "beside") else said
    reason = "\n".join([said, *rest] if said else rest)
    return Verdict("no", reason=reason[:MAX_REASON].strip(), line=first)


def _verdicts(language: str) -> frozenset[str]:
    return frozenset[str]().union(*(words(language, word_of(kind)) for kind in KINDS))


def _name_words(names: tuple[str, ...], language: str) -> frozenset[str]:
    """Somebody may be called No: that name is left out, so that the word keeps its meaning."""
    named = frozenset(word for name in names for word in tokens(name))
    return named - _verdicts(language) - words(language, "doubts")
