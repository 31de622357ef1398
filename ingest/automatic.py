"""Tells letters that a program wrote (vacation notices, receipts, reports) from those of people.

A letter that a person wrote and a mailing list or a newsletter system only passed on is a person's:
``is_passed_on`` says so. Bounces are read in ``bounce``.
"""

from __future__ import annotations

import re
from email.message import Message

from ingest import absence, automatic_headers, automatic_subjects, bounce_notice, peek
from ingest.automatic_subjects import WORDS
from ingest.reply import typed_part

SHORT = 3_000
"""Characters: in longer letters a sentence of a program is a quotation or small print."""

TOP = 200
"""Characters: there a list's own program says what it is."""
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
        automatic_headers.say_so(message)
        or automatic_headers.machine_sent_it(message)
        or _is_report(message)
        or _answers_an_invitation(message)
        or automatic_subjects.says_so(message)
        or _body_says_so(message)
        or bounce_notice.is_notice(message)
    )


def is_passed_on(message: Message) -> bool:
    """True for letters that a list, a newsletter system or an address that nobody reads passed
    on: those are held as others are, but no receipt is sent."""
    return bool(
        _came_by_a_list(message)
        or peek.header(message, "precedence").lower() in ("list", "bulk", "junk")
        or automatic_headers.is_deaf(automatic_headers.sender(message)[1])
    )


def _came_by_a_list(message: Message) -> bool:
    names = peek.header_names(message)
    return any(n.startswith("list-") for n in names) or bool(names & set(WORDS["headers"]["list"]))


def _is_report(message: Message) -> bool:
    if peek.kind(message) == "multipart/report":
        return True
    return any(peek.kind(part) in _REPORTS for part in peek.leaves(message))


_TOLD_BY_A_CALENDAR = re.compile(
    r"has (?:\w+ )?(?:accepted|declined|replied) (?:to )?this invitation"
)


def _answers_an_invitation(message: Message) -> bool:
    """What a calendar sends when somebody presses "accept" (RFC 5546 §3.2.3); with words of their
    own it is a person's letter."""
    replies = any(
        peek.kind(part) == "text/calendar" and peek.parameter(part, "method") == "reply"
        for part in peek.leaves(message)
    )
    if not replies:
        return False
    shown = (part for part in peek.leaves(message) if peek.kind(part) == "text/plain")
    text = typed_part("\n".join(map(peek.text_of, shown))).strip()
    return not text or bool(_TOLD_BY_A_CALENDAR.search(text[:SHORT].lower()))


# What stands in quotation marks is somebody else's sentence. Matched with text in lower case:
# that is ten times as fast as letting the expression ignore it.
_SENTENCES = re.compile("(?<![\"'“”„«‘’])(?:" + "|".join(WORDS["body"]["sentences"]) + ")")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?]) ")
_CHALLENGES = re.compile("|".join(WORDS["body"]["challenges"]))
_TICKET = re.compile(
    r"[\s#-]{1,12}(?:please )?(?:type|write|enter) your reply above", re.IGNORECASE
)


def _body_says_so(message: Message) -> bool:
    body = peek.body_text(message)[: 3 * SHORT]
    # Ticket systems put this line on top of what they send, and people answer above it.
    if _TICKET.match(body):
        return True
    text = typed_part(body)
    typed = " ".join(text.split()).lower()
    if len(typed) > SHORT:
        return False
    # Below what a list sends on stands how it was sent, not who wrote it.
    told = typed[:TOP] if _came_by_a_list(message) else typed
    told = " ".join(s for s in _SENTENCE_ENDS.split(told) if not s.endswith("?"))
    if _SENTENCES.search(told) or _CHALLENGES.search(told):
        return True
    if automatic_subjects.is_answer(text.lstrip().partition("\n")[0]):
        return True
    subject = peek.header(message, "subject")
    said = automatic_subjects.hint(subject)
    # Exchange and ticket systems put this header on honest mail as well: it only supports.
    suppress = peek.header(message, "x-auto-response-suppress").lower()
    if said is absence.Hint.NONE and re.search("all|oof|autoreply", suppress):
        said = absence.Hint.NAMES_IT
    return absence.is_notice(text, said) or absence.is_read_receipt(subject, body)
