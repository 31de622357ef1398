"""Puts right on the raw bytes what makes a parser stop reading a header too early.

A careful human sees past a line that was folded without its blank, a stray ">From " line, blank
lines before the header or doubled carriage returns; the parser takes them for the body's beginning.
Nothing else is changed, and never anything in the body.
"""

from __future__ import annotations

import re

from ingest import limits

_FIELD = re.compile(rb"[!-9;-~]+:")
_FIELD_WITH_BLANK = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,70})[ \t]+:")
_MBOX = re.compile(rb">?From [^:]")
_KNOWN = re.compile(
    rb"(from|to|cc|bcc|subject|date|received|message-id|mime-version|content-[a-z-]+|return-path"
    rb"|reply-to|sender|in-reply-to|references|delivered-to|x-[!-9;-~]+|dkim-signature|list-[a-z]+"
    rb"|user-agent|importance|priority|organization|errors-to|precedence|auto-submitted"
    rb"|received-spf|authentication-results|thread-(topic|index)|status|lines|resent-[a-z-]+"
    rb"|arc-[a-z-]+|feedback-id|envelope-to)[ \t]*:",
    re.I,
)


def mended(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """``raw`` with a header that a parser reads to its end, and in words what was put right."""
    raw = _without_doubled_returns(raw.removeprefix(b"\xef\xbb\xbf"))
    start = len(raw) - len(raw.lstrip(b"\r\n"))
    if start and (_KNOWN.match(raw[start : start + 200]) or _MBOX.match(raw[start : start + 9])):
        raw = raw[start:]
    end = limits.header_end(raw)
    head = raw[:end]
    lines = head.split(b"\n") if b"\n" in head else head.split(b"\r")
    unsound = [at for at, line in enumerate(lines) if not _is_sound(line)]
    if not unsound or (
        unsound == [0] and lines[0].startswith(b"From ") and b":" not in lines[0][:9]
    ):
        return raw, ()
    fixed = _mended_lines([line.removesuffix(b"\r").replace(b"\r", b" ") for line in lines])
    eol = b"\r\n" if b"\r\n" in head else b"\n"
    return eol.join(fixed) + raw[end:], ("broken header lines",)


def _without_doubled_returns(raw: bytes) -> bytes:
    """Some gateways turn CRLF into CR CR LF everywhere."""
    start = raw[:20_000]
    if start.count(b"\r\r\n") > 1 and start.count(b"\r\r\n") == start.count(b"\n"):
        return raw.replace(b"\r\r\n", b"\r\n")
    return raw


def _is_sound(line: bytes) -> bool:
    line = line.removesuffix(b"\r")
    if not line:
        return True
    if line[:1] in b" \t":
        return bool(line.strip())
    return b"\r" not in line and _FIELD.match(line) is not None


def _mended_lines(lines: list[bytes]) -> list[bytes]:
    """The header's lines, joined by line ends into a header (and what of it is really body)."""
    last_known = max((at for at, line in enumerate(lines) if _KNOWN.match(line)), default=-1)
    if last_known < 0:
        return lines if all(not line or _FIELD.match(line) for line in lines) else [b"", *lines]
    out: list[bytes] = []
    for at, line in enumerate(lines):
        if not line or _FIELD.match(line) or (line[:1] in b" \t" and line.strip() and out):
            out.append(line)
        elif blank := _FIELD_WITH_BLANK.match(line):
            out.append(blank[1] + line[blank.end() - 1 :])
        elif at == 0 and _MBOX.match(line):
            out.extend([line] if line.startswith(b"F") else [])
        elif not line.strip():
            # The line of a boundary is no header, though headers of the first part stand below it.
            below = lines[at + 1 : at + 2]
            bounded = below != [] and below[0].startswith(b"--")
            if (bounded or at > last_known) and _starts_body(lines[at + 1 :]):
                return [*out, b"", *lines[at + 1 :]]
        elif at > last_known:
            return [*out, b"", *lines[at:]]
        elif out:
            # A fold without its blank.
            out.append(b" " + line)
    return out


def _starts_body(rest: list[bytes]) -> bool:
    following = next((line for line in rest if line.strip()), b" ")
    return following[:1] not in b" \t" and not _FIELD.match(following)
