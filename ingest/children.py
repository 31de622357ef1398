"""Finds the parts of a part, also where a broken or missing boundary hides them from the parser.

What the parts are for is settled in structure.
"""

from __future__ import annotations

import email
import re
from email.message import Message

from ingest import limits
from ingest.source import source


def children_of(part: Message, kind: str) -> list[Message] | None:
    """The parts of a multipart, also where the boundary was lost; None for every leaf."""
    if not kind.startswith("multipart/"):
        return _rescued(part, "multipart/mixed") if _lost_its_type(part) else None
    payload = part.get_payload() if part.is_multipart() else None
    if not isinstance(payload, list):
        return _rescued(part, kind)
    children = [child for child in payload if isinstance(child, Message)]
    return children + _behind_the_end(part, kind)


def _behind_the_end(part: Message, kind: str) -> list[Message]:
    """Parts behind the end boundary: an inner multipart with the same boundary has ended both."""
    boundary = (part.get_boundary() or "").encode("utf-8", "surrogateescape")
    epilogue = (part.epilogue or "").encode("utf-8", "surrogateescape")
    if not boundary or b"--" + boundary not in epilogue:
        return []
    return _parted(epilogue, kind, boundary) or []


_PREAMBLE = re.compile(rb"\s*(this (is|message is|message contains)[^\n]{0,60} mime|--\S)", re.I)


def _lost_its_type(part: Message) -> bool:
    """True for a whole message whose Content-Type got lost on the way, though it begins as MIME."""
    if "content-type" in part or ("received" not in part and "from" not in part):
        return False
    start = source(part)[:2000]
    return bool(_PREAMBLE.match(start) and _LOST_BOUNDARY.search(start))


_LOST_BOUNDARY = re.compile(rb"^--([^\s-][^\r\n]{0,199}|-[^\r\n]{1,199})\r?\ncontent-", re.I | re.M)


def _rescued(part: Message, kind: str) -> list[Message] | None:
    """Parts of a multipart whose header names no boundary, or a wrong one."""
    data = source(part)
    found = _LOST_BOUNDARY.search(data)
    boundary = found[1].rstrip() if found else b""
    return _parted(data, kind, boundary) if boundary else None


def _parted(data: bytes, kind: str, boundary: bytes) -> list[Message] | None:
    # The raw bytes were counted by the boundaries that stand where they should; this one did not.
    if b'"' in boundary or b"\\" in boundary or data.count(b"--" + boundary) > limits.PARTS_READ:
        return None
    head = b'Content-Type: %s; boundary="%s"\n\n' % (kind.encode("ascii", "replace"), boundary)
    message = email.message_from_bytes(head + data)
    payload = message.get_payload() if message.is_multipart() else None
    return [c for c in payload if isinstance(c, Message)] if isinstance(payload, list) else None
