"""Looks into a parsed message for signs and sentences, without ever raising.

For the readers of automatic mail and bounces, which need names, types and rough text of the parts;
reading a letter whole, with attachments and cleaned HTML, is not done here.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import HeaderParser

from ingest import addresses, charsets, headers

MOST_PARTS = 200
"""Parts beyond this many are not looked at: a report has three or four."""
MOST_CHARACTERS = 200_000
"""Of one part's text; what a machine says stands at the top."""

_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?table|hr)\b[^<>]*>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(style|script|title|head)\b[^<>]*>[^<]*</\1", re.IGNORECASE)
_TAGS = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")


def header(message: Message, name: str) -> str:
    """The first header of that name that is not empty, decoded, on one line; "" without one."""
    return headers.first(message, name)


def header_names(message: Message) -> set[str]:
    """The names of all headers, lower case."""
    return {name.lower() for name, _ in message.raw_items()}


def sender(message: Message) -> tuple[str, str]:
    """Display name and address of the first mailbox in From; "" for what is not there."""
    found = addresses.mailboxes(header(message, "from")[:2_000], limit=1)
    return (found[0].name, found[0].address) if found else ("", "")


def addresses_in(values: Iterable[str]) -> list[str]:
    """All addresses that the decoded values of address headers name.

    The standard library's reader ends in a RecursionError on a few hundred nested brackets.
    """
    return [one.address for value in values for one in addresses.mailboxes(value) if one.address]


def leaves(message: Message) -> Iterator[Message]:
    """The parts that hold no parts, in order; an enclosed message counts as one leaf."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part, seen = waiting.pop(), seen + 1
        if kind(part).startswith("multipart/") and part.is_multipart():
            waiting.extend(reversed(inner_messages(part)))
        else:
            yield part


def inner_messages(part: Message) -> list[Message]:
    """What a multipart, an enclosed message or a delivery report holds."""
    inner: object = part.get_payload()
    return [p for p in inner if isinstance(p, Message)] if isinstance(inner, list) else []


def kind(part: Message) -> str:
    """The content type in lower case, "text/plain" where it is missing or broken."""
    value = headers.parameters(_raw(part, "content-type"))[0]
    return value if value.count("/") == 1 else "text/plain"


def parameter(part: Message, name: str) -> str:
    """One parameter of Content-Type in lower case, "" where it is missing."""
    return headers.parameters(_raw(part, "content-type"))[1].get(name, "").lower()


def text_of(part: Message) -> str:
    """The part's text, decoded as far as it goes; HTML with its tags taken off."""
    label = parameter(part, "charset")
    text = charsets.decode(_content(part), label)[0][:MOST_CHARACTERS]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return without_tags(text) if kind(part) == "text/html" else text


def body_text(message: Message) -> str:
    """What a reader sees first: the plain parts, or the HTML ones where there are none."""
    # A multipart without its boundaries was never split: its body is text as it stands.
    texts = [part for part in leaves(message) if kind(part).startswith(("text/", "multipart/"))]
    plain = [part for part in texts if kind(part) != "text/html"]
    text = "\n".join(text_of(part) for part in plain)
    if not text.strip():
        text = "\n".join(text_of(part) for part in texts)
    return text[:MOST_CHARACTERS]


def without_tags(text: str) -> str:
    """HTML as rough text, good enough to look for words in."""
    text = _TAGS.sub(" ", _BREAKS.sub("\n", _HIDDEN.sub(" ", text)))
    return _SPACES.sub(" ", html.unescape(text))


def _raw(part: Message, name: str) -> str:
    return next(iter(headers.raw_values(part, name)), "")


def _content(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - the standard decoder raises on odd input in many ways
        return b""
    return content if isinstance(content, bytes) else b""


def unbase64(text: str) -> str:
    """Base64 text decoded, "" when it is none; for parts whose coding the parser overlooked."""
    letters = re.sub(r"[^A-Za-z0-9+/]", "", text[:MOST_CHARACTERS])
    try:
        data = base64.b64decode(letters + "=" * (-len(letters) % 4))
    except binascii.Error:
        return ""
    return charsets.decode(data, None)[0]


def headers_of(text: str) -> Message:
    """A message with the headers that stand at the top of a text."""
    try:
        return HeaderParser().parsestr(text[:MOST_CHARACTERS].lstrip())
    except Exception:  # noqa: BLE001 - the standard parser raises on odd input in many ways
        return Message()
