"""Hands raw bytes to mail-parser and comes back with the message tree, whatever happens.

Long bodies are taken out before (see hollow), and so are charset names whose codecs are slow enough
to be a weapon, since mail-parser decodes bodies by them. What the tree means is read elsewhere.
"""

from __future__ import annotations

import codecs
import email
import re
from email.message import Message

import mailparser

from ingest.hollow import Fill, hollowed


def parsed(raw: bytes) -> tuple[Message, Fill, list[str]]:
    """The compat32 tree of ``raw`` (bounded by limits.within before), what fills the bodies that
    were left out of it, and in words what the parser found broken."""
    hollow, fill = hollowed(raw)
    try:
        message = email.message_from_bytes(hollow)
    except Exception as error:  # noqa: BLE001 - the parser has raised many things over the years
        broken = f"the parts could not be told apart ({type(error).__name__})"
        return _as_one_text(hollow), fill, [broken]
    return message, fill, _defects(message)


def _defects(message: Message) -> list[str]:
    slow: list[tuple[Message, str]] = []
    try:
        slow = [(part, _declared(part)) for part in message.walk() if _has_slow_charset(part)]
        for part, _ in slow:
            part.replace_header("content-type", part.get_content_type())
        found = mailparser.MailParser(message).defects_categories
        return [words for name in sorted(found) if (words := _in_words(name))]
    except Exception as error:  # noqa: BLE001 - the tree is sound; only the report on it failed
        return [f"odd structure ({type(error).__name__})"]
    finally:
        for part, value in slow:
            part.replace_header("content-type", value)


def _has_slow_charset(part: Message) -> bool:
    """Python's punycode and idna codecs take time by the square of the length."""
    if part.is_multipart():
        return False
    try:
        label = part.get_content_charset()
        return label is not None and codecs.lookup(label).name in ("punycode", "idna")
    except LookupError:
        return False
    except Exception:  # noqa: BLE001 - a parameter that breaks here breaks mail-parser too
        return "content-type" in part


def _declared(part: Message) -> str:
    return next(value for name, value in part.raw_items() if name.lower() == "content-type")


_WORDS = {
    "AddressHeaderDefect": "an address is written oddly",
    "DateHeaderDefect": "a date is written oddly",
    "StartBoundaryNotFoundDefect": "the boundary of a multipart is not there",
    "CloseBoundaryNotFoundDefect": "the last part has no end",
    "NoBoundaryInMultipartDefect": "a multipart names no boundary",
    "MissingHeaderBodySeparatorDefect": "a header has no empty line behind it",
    # What these find is read in our own way, and what is wrong is named there.
    "CharsetDecodeDefect": "",
    "MimeHeaderDefect": "",
    "ReceivedHeaderDefect": "",
    "MultipartInvariantViolationDefect": "",
}


def _in_words(category: str) -> str:
    """ "InvalidBase64CharactersDefect" is "invalid base64 characters"."""
    words = re.sub(r"(?<!^)([A-Z])", r" \1", category.removesuffix("Defect")).lower()
    return _WORDS.get(category, words)


def _as_one_text(raw: bytes) -> Message:
    head, _, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
    message = email.message_from_bytes(b"Content-Type: text/plain\n\n" + body)
    try:
        top = email.message_from_bytes(head + b"\n\n")
    except Exception:  # noqa: BLE001
        return message
    for name, value in top.raw_items():
        if not name.lower().startswith("content-"):
            message[name] = value
    return message
