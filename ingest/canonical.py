"""DKIM's canonical forms of header fields and bodies (RFC 6376 §3.4), in linear time.

Written apart from dkimpy, whose regular expressions take 17 s on a line of 80,000 blanks; the tests
hold both against each other.
"""

from __future__ import annotations

_TAB_TO_SPACE = bytes.maketrans(b"\t", b" ")


def simple_body(body: bytes) -> bytes:
    """RFC 6376 §3.4.3: empty lines at the end become one line end; nothing becomes one too."""
    return without_empty_end(body) or b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376 §3.4.4: runs of blanks become one, none at line ends, no empty lines at the end."""
    text = _single_blanks(_ended(body)) if body else b""
    return without_empty_end(text.replace(b" \r\n", b"\r\n"))


def relaxed_field(whole: bytes) -> bytes:
    """RFC 6376 §3.4.2 for one field with its name: unfolded, runs of blanks become one."""
    name, _, value = whole.partition(b":")
    line = _single_blanks(value.replace(b"\r\n", b"")).strip(b" ")
    return name.lower().rstrip(b" \t") + b":" + line + b"\r\n"


def simple_field(whole: bytes) -> bytes:
    """RFC 6376 §3.4.1: as it came."""
    return whole


def without_empty_end(body: bytes) -> bytes:
    """``body`` with exactly one line end at its end; b"" when it held nothing but line ends."""
    kept = body.rstrip(b"\r\n")
    tail = body[len(kept) :]
    # A lone CR is text: only whole CRLF pairs behind the last one are empty lines.
    lone = len(tail) if tail.endswith(b"\r") else tail.rfind(b"\r\r") + 1
    kept += tail[:lone]
    return kept + b"\r\n" if kept else b""


def _ended(body: bytes) -> bytes:
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _single_blanks(text: bytes) -> bytes:
    text = text.translate(_TAB_TO_SPACE)
    # Each pass halves the runs, so even one endless run is gone after some twenty passes.
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text
