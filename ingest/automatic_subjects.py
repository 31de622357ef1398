"""Reads the subject of a letter as the programs of absent people write it.

What only sounds like one ("Out of office: a play") is left to the text, which ``absence`` reads.
"""

from __future__ import annotations

import re
import tomllib
from email.message import Message
from pathlib import Path
from typing import Any

from ingest import absence, peek
from ingest.phrases import Phrases, folded

MOST_IN_A_NAME = 80
"""Characters: a longer subject tells of something else as well."""
WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "automatic.toml").read_text("utf-8")
)


_ANSWERS = Phrases(WORDS["subject"]["answers"])
_ABSENCES = Phrases(WORDS["subject"]["absences"])
_BARE = Phrases(WORDS["subject"]["bare"], WORDS["subject"]["absences"])

_OPENING = re.compile(r"[\s*\"'«“„#!-]*")
_TAG = re.compile(r"\[[^\]]{1,60}\]\s?")  # "[help desk #123] AutoReply: …"
_CLOSING = r"[\s*\"'»”“–—-]*"
_AGAIN = r"(?:re|aw|sv|antw|fwd?|wg|tr|ynt|odp|rv|res|回复|答复|转发)\s?[:：]"
_ANSWER_ENDS = re.compile(rf"{_CLOSING}(?:$|[:：;,|\[(–—-]|{_AGAIN}|(?:from|to your)\b)")
_ENDS = re.compile(rf"{_CLOSING}$")
_ENDS_OR_AGAIN = re.compile(rf"{_CLOSING}(?:$|{_AGAIN})")
_AGAIN_FOLLOWS = re.compile(rf"{_CLOSING}{_AGAIN}")
_HEADS = re.compile(rf"{_CLOSING}(?:$|[:：]|{_AGAIN})")
_UNTIL = re.compile(rf" (?:until|till|bis|jusqu|hasta|tot)\b.{{1,30}}{_AGAIN}")
_BRACKET = re.compile(r"[\[(<【]")
_ANY_BRACKET = re.compile(r"[\[(（【]")
_BRACKET_CLOSES = re.compile(r"[\])>】]")
_BRACKET_ENDS = re.compile(r"[\])）】]\s*$")
_DASH = re.compile(r"(?=( [-–—|] ?))")
_ONE_WORD = re.compile(r"\S+ ")
_AWAY = re.compile("|".join((*WORDS["body"]["absences"], "^auto:")), re.IGNORECASE)
FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|pd|vb|doorst|转发|転送)\s?[:：]", re.IGNORECASE)
REPLIES = re.compile(
    r"\s*(?:(?:re|aw|sv|vs|antw|ynt|odp|res|ref|回复|答复|返信|回覆)\s?[:：]\s*){1,9}",
    re.IGNORECASE,
)


# "Automatische Empfangsbestätigung", "Conferma automatica di ricezione": such words and no others.
_MADE_OF = re.compile(
    rf"(?=.{{0,60}}(?:{'|'.join(WORDS['subject']['stems'])}))"
    rf"(?:(?:\w{{0,3}}(?:{'|'.join(WORDS['subject']['stems'])})\w{{0,6}}"
    rf"|\w{{0,12}}(?:{'|'.join(WORDS['subject']['receipts'])})\w{{0,4}}"
    r"|of|de|di|del|della|do|van|der|das|the|la|le|för|af|об?|o)[\s.!-]*){2,6}",
    re.IGNORECASE,
)


def says_so(message: Message) -> bool:
    """True when the subject alone, or as that of an answer, is one that programs write."""
    subject = peek.header(message, "subject")[:300].strip()
    text = folded(subject)
    if _is_answer(text) or _is_absence(text) or _is_at_the_end(text):
        return True
    if len(subject) < MOST_IN_A_NAME and _MADE_OF.fullmatch(subject):
        return True
    # A play may be called "Out of office: …", and so may the notice of one who is.
    return answers_a_letter(message) and _is_barely(text)


def is_answer(line: str) -> bool:
    """True when the line is the heading of a machine's answer: "Automatic reply: …"."""
    return _is_answer(folded(line[:300].strip()))


def hint(subject: str) -> absence.Hint:
    """How far the subject speaks of its author's absence."""
    if FORWARDED.match(subject):
        return absence.Hint.NONE
    answered = REPLIES.match(subject)
    bare = subject[answered.end() if answered else 0 : 300].strip()
    text = folded(bare)
    # With "Re:" before it, somebody may just as well answer a notice.
    headed = _is_headed(text)
    if headed and not answered:
        return absence.Hint.HEADS_IT
    named = headed or (len(bare) < MOST_IN_A_NAME and _speaks_of_it(bare, text))
    return absence.Hint.NAMES_IT if named else absence.Hint.NONE


def _is_answer(text: str) -> bool:
    start = _start(text)
    tag = _TAG.match(text, start)
    return any(
        _goes_on(text, at, _ANSWERS, _ANSWER_ENDS)
        or (_BRACKET.match(text, at) and _in_brackets(text, at, _BRACKET_CLOSES))
        for at in ((start, tag.end()) if tag else (start,))
    )


def _is_absence(text: str) -> bool:
    if _goes_on(text, _start(text), _ABSENCES, _ENDS_OR_AGAIN):
        return True
    places = range(len("auto: "), min(len(text), len("auto: ") + 81))
    return text.startswith("auto: ") and (
        _ABSENCES.are_in(text, places)
        or any(text.startswith(("returning", "absent"), at) for at in places)
    )


def _is_at_the_end(text: str) -> bool:
    """ "Your letter - automatic reply", "Town-hall Autoreply", "Your letter (automatic reply)"."""
    starts = [dash.end(1) for dash in _DASH.finditer(text) if dash[1].endswith(" ")]
    if one_word := _ONE_WORD.match(text):
        starts.append(one_word.end())
    if any(end == len(text) for start in starts for end in _ANSWERS.ends(text, start)):
        return True
    brackets = (bracket.start() for bracket in _ANY_BRACKET.finditer(text))
    return any(_in_brackets(text, at, _BRACKET_ENDS) for at in brackets)


def _is_barely(text: str) -> bool:
    start = _start(text)
    auto = text.startswith("auto", start) and _HEADS.match(text, start + len("auto"))
    return bool(auto) or _goes_on(text, start, _BARE, _HEADS)


def _is_headed(text: str) -> bool:
    start = _start(text)
    if _goes_on(text, start, _ANSWERS, _HEADS) or _goes_on(text, start, _ABSENCES, _HEADS):
        return True
    if _goes_on(text, start, _BARE, _AGAIN_FOLLOWS) or _goes_on(text, start, _ABSENCES, _UNTIL):
        return True
    dashes = (dash for dash in _DASH.finditer(text, 1) if dash.start() <= 60)
    return any(_goes_on(text, dash.end(1), _ABSENCES, _ENDS) for dash in dashes)


def _speaks_of_it(subject: str, text: str) -> bool:
    return bool(_AWAY.search(subject)) or _BARE.are_in(text, range(len(text)))


def _start(text: str) -> int:
    opening = _OPENING.match(text)
    return opening.end() if opening else 0


def _goes_on(text: str, start: int, phrases: Phrases, then: re.Pattern[str]) -> bool:
    """True when one of the phrases stands here, and behind it what ``then`` asks for."""
    return any(then.match(text, end) for end in phrases.ends(text, start))


def _in_brackets(text: str, start: int, then: re.Pattern[str]) -> bool:
    return any(_goes_on(text, start + 1, phrases, then) for phrases in (_ANSWERS, _ABSENCES))


def answers_a_letter(message: Message) -> bool:
    """True when the header says that an earlier letter is answered."""
    if peek.header_names(message) & {"in-reply-to", "references"}:
        return True
    # Exchange names no letter that it answers, but goes on with its thread: 22 bytes begin one
    # (MS-OXOMSG 2.2.1.3), each answer adds five.
    return len(peek.header(message, "thread-index")) > 32
