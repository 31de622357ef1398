"""Mends what breaks many an export in XML, before the parser sees it; reads nothing in it."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder, register_error
from typing import BinaryIO

MOST_PREFIXES = 100
CHUNK = 64 * 1024
OVERLAP = 200


class WellFormed:
    """A file of XML without signs that XML knows not, and without single bytes of Windows-1252 in a
    text that is said to be UTF-8; and with a namespace for each prefix, which exports of
    wordpress.com lacked for theirs ("atom:link")."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        beginning = file.read(200)
        said = re.match(rb"[^>]{0,100}encoding=.([A-Za-z0-9._-]{1,40})", beginning)
        self._is_utf8 = (said[1] if said else b"utf-8").lower().replace(b"-", b"") == b"utf8"
        self._decoder = getincrementaldecoder("utf-8")("windows-1252 for what is not utf-8")
        self._missing = b"".join(b' xmlns:%s="urn:%s"' % (one, one) for one in _undeclared(file))
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        while chunk := self._file.read(size):
            if self._is_utf8:
                chunk = self._decoder.decode(chunk).encode()
            if chunk := _NO_SIGN.sub(b"", chunk):
                return self._with_namespaces(chunk)
        return b""

    def _with_namespaces(self, chunk: bytes) -> bytes:
        if self._missing and (root := _ROOT.search(chunk)):
            chunk = chunk[: root.end()] + self._missing + chunk[root.end() :]
            self._missing = b""
        return chunk


def _undeclared(file: BinaryIO) -> list[bytes]:
    """Prefixes that are used, perhaps in a text only, and declared nowhere in the file."""
    file.seek(0)
    used: set[bytes] = {b"xml", b"xmlns"}
    declared = set(used)
    before = b""
    while chunk := file.read(CHUNK):
        # What a chunk cuts through is whole with the end of the one before.
        text = before + chunk
        declared.update(_DECLARED.findall(text))
        if len(used) < MOST_PREFIXES:
            used.update(one[0] or one[1] for one in _USED.findall(text))
        before = chunk[-OVERLAP:]
    return sorted(used - declared)[:MOST_PREFIXES]


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


register_error("windows-1252 for what is not utf-8", _as_windows_1252)
_NO_SIGN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NAME = rb"([A-Za-z_][A-Za-z0-9_.-]{0,40})"
_DECLARED = re.compile(rb"\bxmlns:" + _NAME + rb"\s{0,5}=")
_USED = re.compile(
    rb"<" + _NAME + rb":[A-Za-z_]|\s" + _NAME + rb":[A-Za-z_][A-Za-z0-9_.-]{0,60}\s{0,5}="
)
_ROOT = re.compile(rb"<rss\b")
