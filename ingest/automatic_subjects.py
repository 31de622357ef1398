"""Reads the subject of a letter as the programs of absent people write it.

What only sounds like one ("Out of office: a play") is left to the text, which ``absence`` reads.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from email.message import Message
from pathlib import Path
from typing import Any

from ingest import absence, peek

MOST_IN_A_NAME = 80
"""Characters: a longer subject tells of something else as well."""
WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "automatic.toml").read_text("utf-8")
)


def _either(words: Iterable[str]) -> str:
    """Longest first, so that "out of office reply" is not read as "out of office"; each word also
    without its accents, as older servers write it."""
    both = {form for word in words for form in (word, _without_accents(word))}
    escaped = (re.escape(word) for word in sorted(both, key=lambda word: (-len(word), word)))
    return "|".join(word.replace(r"\ ", r"[ \-_’']?") for word in escaped)


def _without_accents(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    return "".join(c for c in letters if not "\u0300" <= c <= "\u036f")


_OPENING = r"^[\s*\"'«“„#!-]*"
_TAG = r"(?:\[[^\]]{1,60}\]\s?)?"  # "[help desk #123] AutoReply: …"
_CLOSING = r"[\s*\"'»”“–—-]*"
_AGAIN = r"(?:re|aw|sv|antw|fwd?|wg|tr|ynt|odp|rv|res|回复|答复|转发)\s?[:：]"
_ANSWERS = _either(WORDS["subject"]["answers"])
_ABSENCES = _either(WORDS["subject"]["absences"])
_ANSWER = re.compile(
    rf"{_OPENING}{_TAG}(?:(?:{_ANSWERS}){_CLOSING}(?:$|[:：;,|\[(–—-]|{_AGAIN}|(?:from|to your)\b)"
    rf"|[\[(<【](?:{_ANSWERS}|{_ABSENCES})[\])>】])",
    re.IGNORECASE,
)
_ABSENCE = re.compile(
    rf"{_OPENING}(?:{_ABSENCES}){_CLOSING}(?:$|{_AGAIN})"
    rf"|auto: .{{0,80}}(?:{_ABSENCES}|returning|absent)",
    re.IGNORECASE,
)
_BARE = rf"{_either(WORDS['subject']['bare'])}|{_ABSENCES}"
_HEADED = re.compile(
    rf"{_OPENING}(?:(?:{_ANSWERS}|{_ABSENCES}){_CLOSING}(?:$|[:：]|{_AGAIN})"
    rf"|(?:{_BARE}){_CLOSING}{_AGAIN}"
    rf"|(?:{_ABSENCES}) (?:until|till|bis|jusqu|hasta|tot)\b.{{1,30}}{_AGAIN})"
    rf"|.{{1,60}} [-–—|] ?(?:{_ABSENCES}){_CLOSING}$",
    re.IGNORECASE,
)
_BARELY = re.compile(rf"{_OPENING}(?:auto|{_BARE}){_CLOSING}(?:$|[:：]|{_AGAIN})", re.IGNORECASE)
_AT_THE_END = re.compile(
    rf" [-–—|] (?:{_ANSWERS})$|^\S+ (?:{_ANSWERS})$"
    rf"|[\[(（【](?:{_ANSWERS}|{_ABSENCES})[\])）】]\s*$",
    re.IGNORECASE,
)
_AWAY = re.compile("|".join((*WORDS["body"]["absences"], "^auto:", _BARE)), re.IGNORECASE)
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
    if _ANSWER.match(subject) or _ABSENCE.match(subject) or _AT_THE_END.search(subject):
        return True
    if len(subject) < MOST_IN_A_NAME and _MADE_OF.fullmatch(subject):
        return True
    # A play may be called "Out of office: …", and so may the notice of one who is.
    return answers_a_letter(message) and bool(_BARELY.match(subject))


def is_answer(line: str) -> bool:
    """True when the line is the heading of a machine's answer: "Automatic reply: …"."""
    return bool(_ANSWER.match(line[:300].strip()))


def hint(subject: str) -> absence.Hint:
    """How far the subject speaks of its author's absence."""
    if FORWARDED.match(subject):
        return absence.Hint.NONE
    answered = REPLIES.match(subject)
    bare = subject[answered.end() if answered else 0 : 300].strip()
    # With "Re:" before it, somebody may just as well answer a notice.
    headed = bool(_HEADED.match(bare))
    if headed and not answered:
        return absence.Hint.HEADS_IT
    named = headed or (len(bare) < MOST_IN_A_NAME and bool(_AWAY.search(bare)))
    return absence.Hint.NAMES_IT if named else absence.Hint.NONE


def answers_a_letter(message: Message) -> bool:
    """True when the header says that an earlier letter is answered."""
    if peek.header_names(message) & {"in-reply-to", "references"}:
        return True
    # Exchange names no letter that it answers, but goes on with its thread: 22 bytes begin one
    # (MS-OXOMSG 2.2.1.3), each answer adds five.
    return len(peek.header(message, "thread-index")) > 32
