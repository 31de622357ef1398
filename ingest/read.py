"""Reads the raw bytes of one letter into a Reading: what it says, who sent it, what is attached.

Pure: no database, clock or settings. It never raises; what was wrong is named in the problems.
What becomes of the letter is decided elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import Message
from typing import TypeVar

from ingest import addresses, dates, headers, limits, mending, plain
from ingest.armour import unarmoured
from ingest.automatic import is_automatic, is_passed_on
from ingest.bounce import read_bounce
from ingest.clean import Cleaned, clean_html
from ingest.hollow import Fill
from ingest.parsing import parsed
from ingest.readable import readable
from ingest.reply import typed_part
from ingest.structure import Piece, Structure, joined, structure
from storage.records import Bounce, Mailbox, Reading

ANSWERS = 50
"""Message-IDs kept of In-Reply-To and References."""

# They log strangers' words, with tracebacks; what was wrong is said in the problems.
for _library in ("mailparser", "flufl.bounce"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)

_Found = TypeVar("_Found")


def read(raw: bytes) -> Reading:
    """What the bytes of one message say, as complete as can be. Takes anything, never raises.

    ``raw`` is the message as it came, with LF or CRLF line ends.
    """
    cut, too_much = limits.within(raw)
    whole, put_right = mending.mended(cut)
    message, fill, defects = parsed(whole)
    return _reading(message, fill, [*too_much, *put_right, *defects])


def _reading(message: Message, fill: Fill, problems: list[str]) -> Reading:
    attempt = _Attempt(problems)
    hint = attempt.at("header", lambda: headers.charset_hint(message), None)
    senders: list[Mailbox] = attempt.at("From", lambda: _mailboxes(message, "from", hint), [])
    parts = attempt.at("parts", lambda: structure(message, fill), Structure())
    html = attempt.at("HTML", lambda: _html(parts.pieces), None)
    pieces = attempt.at("HTML", lambda: _readable(parts.pieces, problems), parts.pieces)
    text = attempt.at("text", lambda: _text(pieces), "")
    replied = attempt.at("text", lambda: _text(pieces, for_reply=True), text)
    problems += [*parts.problems, *_header_problems(message, senders)]
    return Reading(
        subject=attempt.at("Subject", lambda: headers.first(message, "subject"), ""),
        sender=senders[0] if senders else None,
        to=tuple(attempt.at("To", lambda: _mailboxes(message, "to", hint), [])),
        date=attempt.at("Date", lambda: _date(message), None),
        message_id=attempt.at("Message-ID", lambda: _message_id(message), None),
        answers=attempt.at("References", lambda: _answers(message), ()),
        text=text,
        html=html.html if html else None,
        attachments=tuple(parts.attachments),
        reply_text=attempt.at("reply", lambda: typed_part(unarmoured(replied)), ""),
        auto_submitted=attempt.at("automatic mail", lambda: is_automatic(message), False),
        passed_on=attempt.at("automatic mail", lambda: is_passed_on(message), False),
        bounce=attempt.at("bounce", lambda: _bounce(message), None),
        list_ids=attempt.at("List-Id", lambda: _list_ids(message), ()),
        senders=len(senders),
        problems=tuple(dict.fromkeys(problems)),
        removed=html.removed if html else (),
    )


class _Attempt:
    """One part of a letter that breaks our code must not cost the others."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems

    def at(self, what: str, find: Callable[[], _Found], otherwise: _Found) -> _Found:
        try:
            return find()
        except Exception as error:  # noqa: BLE001 - strangers' bytes: anything may break
            self.problems.append(f"{what} could not be read ({type(error).__name__})")
            return otherwise


def _mailboxes(message: Message, name: str, hint: str | None) -> list[Mailbox]:
    found: list[Mailbox] = []
    for value in headers.raw_values(message, name):
        found += addresses.mailboxes(value, hint)
    return found[: addresses.ADDRESSES]


def _date(message: Message) -> datetime | None:
    moments = (dates.moment(value) for value in headers.raw_values(message, "date"))
    return next((moment for moment in moments if moment is not None), None)


def _message_id(message: Message) -> str | None:
    ids = (headers.message_ids(value) for value in headers.raw_values(message, "message-id"))
    return next((found[0] for found in ids if found), None)


def _answers(message: Message) -> tuple[str, ...]:
    ids: list[str] = []
    for value in headers.raw_values(message, "in-reply-to"):
        ids += headers.message_ids(value)
    older: list[str] = []
    for value in headers.raw_values(message, "references"):
        older += headers.message_ids(value)
    return tuple(dict.fromkeys([*ids, *reversed(older)]))[:ANSWERS]


def _bounce(message: Message) -> Bounce | None:
    found = read_bounce(message)
    if found is None:
        return None
    return replace(found, recipients=tuple(map(headers.printable, found.recipients)))


def _list_ids(message: Message) -> tuple[str, ...]:
    found = []
    for value in headers.raw_values(message, "list-id"):
        text = headers.decoded(value)
        inner = text.rpartition("<")[2].partition(">")[0].strip()
        found.append(inner.lower())
    return tuple(dict.fromkeys(filter(None, found)))


def _html(pieces: list[Piece]) -> Cleaned | None:
    parts = [piece.html for piece in pieces if piece.html is not None]
    return clean_html("\n".join(parts)) if parts else None


def _readable(pieces: list[Piece], problems: list[str]) -> list[Piece]:
    """The pieces with their HTML ready to be rendered, as much of it as may be."""
    ready, tags = [], 0
    for piece in pieces:
        if piece.html is not None:
            html = readable(piece.html, max(0, limits.HTML_TAGS_READ - tags))
            tags += piece.html.count("<") - piece.html.count("</")
            piece = replace(piece, html=html)
        ready.append(piece)
    if tags > limits.HTML_TAGS:
        problems.append(f"more than {limits.HTML_TAGS} HTML tags")
    return ready


def _text(pieces: list[Piece], *, for_reply: bool = False) -> str:
    """The plain parts in their order; HTML rendered where it is all there is, or comes first.

    HTML behind a plain body only repeats it or belongs to it; HTML before the first plain part is
    the body, and the plain part is a footer that a list has added.
    """
    begins_with_html = bool(pieces) and pieces[0].plain is None
    none_plain = all(not (piece.plain or "").strip() for piece in pieces)
    texts: list[str] = []
    for piece in pieces:
        if for_reply and piece.named and texts:
            continue
        if piece.plain is not None:
            texts.append(piece.plain)
        elif piece.html is not None and (begins_with_html or none_plain):
            texts.append(plain.rendered(piece.html, for_reply=for_reply))
    return joined(texts)[: limits.TEXT_CHARS].strip("\n")


def _header_problems(message: Message, senders: list[Mailbox]) -> list[str]:
    found = []
    if not senders:
        found.append("no sender")
    elif len(senders) > 1 or len(headers.raw_values(message, "from")) > 1:
        found.append("more than one sender")
    elif "@" not in senders[0].address:
        found.append("the sender has no address")
    if len(headers.raw_values(message, "subject")) > 1:
        found.append("more than one Subject")
    stated = headers.raw_values(message, "date")
    if not stated:
        found.append("no Date")
    elif _date(message) is None:
        found.append("the Date cannot be read")
    return found
