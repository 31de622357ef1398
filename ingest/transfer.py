"""Undoes transfer encodings: base64, quoted-printable, uuencode, and yEnc inside text.

All of it is linear, never raises, and takes broken input as far as it goes. Charsets are not its
business: bytes go in, bytes come out.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

_NOT_BASE64 = bytes(
    byte
    for byte in range(256)
    if byte not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)
_UU_NAMES = ("uuencode", "x-uuencode", "uue", "x-uue")


def undone(data: bytes, encoding: str) -> tuple[bytes, str | None]:
    """``data`` without its Content-Transfer-Encoding, and in words what was wrong with it.

    ``encoding`` is the header's value as the sender wrote it; an unknown one changes nothing.
    """
    found = re.match(r"[\s\"']*([\w-]+)", encoding)
    name = found[1].lower() if found else ""
    name = "quoted-printable" if name.startswith("quoted") else name
    if name == "base64":
        return _base64(data)
    if name in ("quoted-printable", "qp"):
        return _quoted_printable(data), None
    if name in _UU_NAMES:
        found_file = next((content for _, content, _, _ in _uu_files(data)), None)
        return (data, "broken uuencode") if found_file is None else (found_file, None)
    if name in ("", "7bit", "8bit", "binary", "7-bit", "8-bit"):
        return data, None
    return data, f"unknown transfer encoding {name[:40]}"


def inner_files(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Text without the uuencoded and yEnc files in it, and those files as (name, content)."""
    found = []
    if b"begin " in data:
        found += list(_uu_files(data))
    if b"=ybegin " in data:
        found += list(_yenc_files(data))
    kept, at = [], 0
    for _, _, start, end in sorted(found, key=lambda file: file[2]):
        if start >= at:
            kept.append(data[at:start])
            at = end
    return b"".join([*kept, data[at:]]), [(name, content) for name, content, _, _ in found]


def _base64(data: bytes) -> tuple[bytes, str | None]:
    letters = data.translate(None, _NOT_BASE64)
    strange = len(data) - len(letters) - sum(data.count(blank) for blank in b"\r\n\t ")
    if not _is_prose(data, letters, strange):
        blocks = re.split(rb"=+", letters) if b"=" in letters.rstrip(b"=") else [letters]
        said = "characters that are not base64" if strange else None
        return b"".join(_base64_block(block.rstrip(b"=")) for block in blocks), said
    block = _BASE64_LINES.match(data)
    if block and (b"=" in block[0] or len(block[0]) > 60):
        # A footer that some list or scanner added in clear.
        return _base64_block(re.sub(rb"[\s=]", b"", block[0])), "text behind the end of base64"
    return data, "labelled base64 but is not"


_BASE64_LINES = re.compile(rb"\s{0,99}(?:[A-Za-z0-9+/]+={0,2}[ \t]{0,9}\r?\n)+")


def _is_prose(data: bytes, letters: bytes, strange: int) -> bool:
    """Words: many characters that are not base64, or blanks inside the lines."""
    start = data[:2000].strip()
    return strange * 10 > len(letters) or start.count(b" ") * 12 > len(start)


def _base64_block(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def _quoted_printable(data: bytes) -> bytes:
    # Blanks that a gateway left behind the soft line break's "=" (RFC 2045 §6.7 rule 3).
    return binascii.a2b_qp(re.sub(rb"=[ \t]{1,99}(\r?\n)", rb"=\1", data))


_File = tuple[str, bytes, int, int]
"""Name, content, and where the block starts and ends."""

_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.M)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.M)


def _uu_files(data: bytes) -> Iterator[_File]:
    at = 0
    while begin := _UU_BEGIN.search(data, at):
        end = _UU_END.search(data, begin.end())
        if end is None:
            return
        lines = data[begin.end() : end.start()].splitlines()
        at = end.end()
        if lines and sum(map(_is_uu_line, lines)) * 10 >= len(lines) * 9:
            content = b"".join(map(_uu_line, lines))
            yield begin[1].decode("utf-8", "surrogateescape"), content, begin.start(), end.end()


def _is_uu_line(line: bytes) -> bool:
    line = line.rstrip(b"\r\n")
    if not line.strip(b" `"):
        return True
    count = ((line[0] - 32) & 63) * 4 / 3
    return 32 <= line[0] <= 96 and count <= len(line) + 3 and len(line) <= count + 8


def _uu_line(line: bytes) -> bytes:
    count = (line[0] - 32) & 63 if line else 0
    needed = (count * 4 + 2) // 3
    line = line[: needed + 1].ljust(needed + 1)
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""


_YENC = re.compile(rb"^=ybegin [^\r\n]*?name=([^\r\n]{1,255})\r?\n(?:=ypart [^\r\n]*\r?\n)?", re.M)
_YEND = re.compile(rb"^=yend[^\r\n]*", re.M)
_YENC_PLAIN = bytes((byte - 42) % 256 for byte in range(256))


def _yenc_files(data: bytes) -> Iterator[_File]:
    at = 0
    while begin := _YENC.search(data, at):
        end = _YEND.search(data, begin.end())
        if end is None:
            return
        body = data[begin.end() : end.start()].translate(None, b"\r\n")
        first, *rest = body.split(b"=")
        pieces = [first.translate(_YENC_PLAIN)]
        for piece in rest:
            pieces.append(bytes([(byte - 106) % 256 for byte in piece[:1]]))
            pieces.append(piece[1:].translate(_YENC_PLAIN))
        name = begin[1].strip().decode("utf-8", "surrogateescape")
        yield name, b"".join(pieces), begin.start(), end.end()
        at = end.end()
