"""Takes the files out of a winmail.dat, Outlook's own wrapping (MS-OXTNEF), and the text, for mails
that have none of their own. Whether a file may be passed on is decided in attachments."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ingest import charsets
from storage.records import Attachment

_SIGNATURE = b"\x78\x9f\x3e\x22"
_BODY, _NEW_FILE, _TITLE, _CONTENT, _PROPERTIES = 0x800C, 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME, _MIME_TYPE = 0x3707, 0x370E
_NARROW, _WIDE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_HEAD, _CHECKSUM = 9, 2
_MOST = 500
"""Attributes, properties and files that are looked at."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    text: str = ""
    files: tuple[Attachment, ...] = ()
    whole: bool = False
    """It could be read to its end."""


def is_wrapping(content: bytes) -> bool:
    return content.startswith(_SIGNATURE)


def unwrapped(content: bytes) -> Wrapped:
    """What a winmail.dat holds, as far as it can be read. Never raises."""
    text, files, read_to = "", list[dict[int, bytes]](), 6
    for tag, value in _attributes(content):
        read_to += len(value) + _HEAD + _CHECKSUM
        if tag == _BODY:
            text = _narrow(value)
        elif tag == _NEW_FILE:
            files.append({})
        elif files:
            files[-1].setdefault(tag, value)
    found = (_file(parts) for parts in files[:_MOST] if parts.get(_CONTENT))
    return Wrapped(text, tuple(found), whole=read_to == len(content))


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """MS-OXTNEF §2.1.3: level, tag and type, length, data, checksum."""
    at = 6
    for _ in range(_MOST * 4):
        if at + _HEAD > len(content):
            return
        tag, length = struct.unpack_from("<II", content, at + 1)
        yield tag & 0xFFFF, content[at + _HEAD : at + _HEAD + length]
        at += _HEAD + length + _CHECKSUM


def _file(parts: dict[int, bytes]) -> Attachment:
    told = dict(_strings(parts.get(_PROPERTIES, b"")))
    name = told.get(_LONG_NAME) or _narrow(parts.get(_TITLE, b""))
    kind = told.get(_MIME_TYPE, "").lower()
    kind = kind if kind.count("/") == 1 and kind.isascii() else "application/octet-stream"
    return Attachment(name or None, kind, parts[_CONTENT])


def _strings(data: bytes) -> Iterator[tuple[int, str]]:
    """The properties that are text, by number; up to the first that cannot be read."""
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, _MOST)):
            kind, number = struct.unpack_from("<HH", data, at)
            at = _past_name(data, at + 4) if number >= 0x8000 else at + 4
            values = 1
            if kind in (_NARROW, _WIDE, _BINARY, _OBJECT) or kind & 0x1000:
                (values,) = struct.unpack_from("<I", data, at)
                at += 4
            size = _SIZES.get(kind & 0xFFF)
            for _ in range(min(values, _MOST)):
                value, at = _value(data, at, size)
                if kind == _NARROW:
                    yield number, _narrow(value)
                elif kind == _WIDE:
                    yield number, value.decode("utf-16-le", "replace").rstrip("\0")
    except struct.error:
        return


def _past_name(data: bytes, at: int) -> int:
    """Named properties: a GUID, then a number or a name in UTF-16."""
    (by_name,) = struct.unpack_from("<I", data, at + 16)
    if not by_name:
        return at + 24
    length = int(struct.unpack_from("<I", data, at + 20)[0])
    return at + 24 + length + -length % 4


def _value(data: bytes, at: int, size: int | None) -> tuple[bytes, int]:
    if size is None:
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
    return data[at : at + size], at + size + -size % 4


def _narrow(value: bytes) -> str:
    return charsets.decode(value.rstrip(b"\0"), None)[0].strip()
