"""Tells letters that a program wrote (vacation notices, receipts, reports) from those of people.

A letter that a person wrote and a mailing list or a newsletter system only passed on is a person's:
``is_passed_on`` says so. Bounces are read in ``bounce``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from email.message import Message
from pathlib import Path
from typing import Any

from ingest import bounce_notice, peek
from ingest.reply import typed_part

SHORT = 3_000
"""Characters: in longer letters a sentence of a program is a quotation or small print."""

_WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "automatic.toml").read_text("utf-8")
)
_REPORTS = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/global-disposition-notification",
    "message/feedback-report",
)


def is_automatic(message: Message) -> bool:
    """True when a machine wrote the message and so no machine may answer it (RFC 3834 §2)."""
    return (
        _headers_say_so(message)
        or _machine_sent_it(message)
        or _is_report(message)
        or _subject_says_so(message)
        or _body_says_so(message)
        or bounce_notice.is_notice(message)
    )


def is_passed_on(message: Message) -> bool:
    """True for letters that a list, a newsletter system or an address that nobody reads passed
    on: those are held as others are, but no receipt is sent."""
    names = peek.header_names(message)
    return bool(
        any(name.startswith("list-") for name in names)
        or names & set(_WORDS["headers"]["list"])
        or peek.header(message, "precedence").lower() in ("list", "bulk", "junk")
        or _sender(message)[1] in _WORDS["sender"]["deaf"]
    )


def _headers_say_so(message: Message) -> bool:
    submitted = peek.header(message, "auto-submitted").lower()
    # RFC 3834 §5: the keyword may be followed by parameters or a comment.
    if submitted and re.split(r"[\s;(]", submitted)[0] != "no":
        return True
    present = peek.header_names(message).intersection(_WORDS["headers"]["present"])
    if any(peek.header(message, name).lower() not in ("no", "false", "0") for name in present):
        return True
    if any(
        word in peek.header(message, name).lower() for name, word in _WORDS["headers"]["values"]
    ):
        return True
    return _bulk_without_a_list(message)


def _bulk_without_a_list(message: Message) -> bool:
    """vacation(1) and its kin mark their answers so; lists add headers of their own."""
    if peek.header(message, "precedence").lower() not in ("bulk", "junk", "list"):
        return False
    names = peek.header_names(message)
    # People's programs name themselves; on older lists that is all there is to see.
    if names & {"in-reply-to", "references"} and names & {"user-agent", "x-mailer", "x-x-sender"}:
        return False
    sender = f"{peek.header(message, 'sender')} {peek.header(message, 'return-path')}".lower()
    listed = any(n.startswith("list-") for n in names) or names & set(_WORDS["headers"]["list"])
    return not listed and not re.search(
        r"owner-|-(?:owner|bounces?|request|admin|errors)\b", sender
    )


def _machine_sent_it(message: Message) -> bool:
    path = peek.header(message, "return-path").lower()
    # RFC 5321 §4.5.5: reports and automatic answers have the null sender.
    if path in ("<>", "< >") or path.startswith(("<mailer-daemon", "mailer-daemon")):
        return True
    name, local = _sender(message)
    if local in _WORDS["sender"]["deaf"] and peek.header(message, "in-reply-to"):
        return True
    return local in _WORDS["sender"]["names"] or name in _WORDS["sender"]["display"]


def _sender(message: Message) -> tuple[str, str]:
    """Display name and local part of From, lower case; what follows a "+" is cut off."""
    name, address = peek.sender(message)
    local = address.rpartition("@")[0] or address
    return name.strip().lower(), local.lower().split("+")[0]


def _is_report(message: Message) -> bool:
    if peek.kind(message) == "multipart/report":
        return True
    return any(peek.kind(part) in _REPORTS for part in peek.leaves(message))


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
_CLOSING = r"[\s*\"'»”“]*"
_AGAIN = r"(?:re|aw|sv|antw|fwd?|wg|tr|ynt|odp|rv|res|回复|答复|转发)\s?[:：]"
_ANSWERS = _either(_WORDS["subject"]["answers"])
_ABSENCES = _either(_WORDS["subject"]["absences"])
_ANSWER = re.compile(
    rf"{_OPENING}{_TAG}(?:(?:{_ANSWERS}){_CLOSING}(?:$|[:：;,|\[(–—-]|{_AGAIN}|(?:from|to your)\b)"
    rf"|[\[(<【](?:{_ANSWERS}|{_ABSENCES})[\])>】])",
    re.IGNORECASE,
)
_ABSENCE = re.compile(
    rf"{_OPENING}(?:{_ABSENCES}){_CLOSING}(?:$|[:：]|{_AGAIN})"
    rf"|auto: .{{0,80}}(?:{_ABSENCES}|returning|absent)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"{_OPENING}(?:{_either(_WORDS['subject']['bare'])}){_CLOSING}(?:$|[:：]|{_AGAIN})",
    re.IGNORECASE,
)


def _subject_says_so(message: Message) -> bool:
    subject = peek.header(message, "subject")[:300].strip()
    if _ANSWER.match(subject) or _ABSENCE.match(subject):
        return True
    answers = peek.header_names(message) & {"in-reply-to", "references"}
    return bool(answers) and bool(_BARE.match(subject))


_SENTENCES = re.compile("|".join(_WORDS["body"]["sentences"]), re.IGNORECASE)
_CHALLENGES = re.compile("|".join(_WORDS["body"]["challenges"]), re.IGNORECASE)
_AWAY = re.compile("|".join(_WORDS["body"]["absences"]), re.IGNORECASE)


def _body_says_so(message: Message) -> bool:
    typed = " ".join(typed_part(peek.body_text(message)[: 3 * SHORT]).split())
    if len(typed) > SHORT:
        return False
    if _SENTENCES.search(typed) or _CHALLENGES.search(typed):
        return True
    # Exchange and ticket systems put this header on honest mail as well: it only supports.
    suppress = peek.header(message, "x-auto-response-suppress").lower()
    if not re.search("all|oof|autoreply", suppress) or "list-id" in peek.header_names(message):
        return False
    return bool(_AWAY.search(f"{peek.header(message, 'subject')}\n{typed[:300]}"))
