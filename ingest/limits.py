"""Counts on the raw bytes, before any parser sees them, what could make a parser run away.

A message beyond the limits is cut to what can be read safely, and what was cut is named. What the
door does about large messages is not its business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from operator import itemgetter

MESSAGE_BYTES = 25 * 1024 * 1024
HEADER_SECTION = 128 * 1024
HEADER_LINES = 500
HEADER_FIELD = 16 * 1024
SHORT_FIELD = 4 * 1024
"""From, To and Subject."""
WANTED_FIELDS = 40
"""As many fields that reading needs are kept from behind the header's limits."""
PARTS = 100
PARTS_READ = 400
"""Parts beyond PARTS are named but still read up to here, so that an honest digest is whole."""
DELIMITERS_READ = 100_000
"""Lines that begin with two dashes: an honest 25 MiB has fewer."""
DEPTH = 15
DEPTH_READ = 40
"""Each level costs the parser a stack frame and a comparison for every line below it."""
TEXT_CHARS = 1024 * 1024
HTML_TAGS = 5_000
HTML_TAGS_READ = 20_000

_SHORT = re.compile(rb"(from|to|subject)[ \t]*:", re.I)
_WANTED = re.compile(
    rb"(from|to|cc|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]+"
    rb"|list-id|auto-submitted|precedence|return-path|sender)[ \t]*:",
    re.I,
)
_HEADER_END = re.compile(rb"\n\r*\n|\r\r(?!\n)")
_CONTENT_TYPE = re.compile(rb"content-type[ \t]{0,9}:[^\n]*(?:\n[ \t][^\n]*)*")
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"]{1,200})|([^\s;\"]{1,200}))", re.I)
_DASHES = re.compile(rb"[\r\n]--([^\r\n]{1,204})")


def within(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """``raw`` cut to what may be parsed, and in words what was too much (nothing: empty)."""
    problems: list[str] = []
    if len(raw) > MESSAGE_BYTES:
        problems.append(f"message over {MESSAGE_BYTES >> 20} MiB: only its beginning was read")
        raw = raw[:MESSAGE_BYTES]
    if raw[:1000].strip(b"\r\n") == b"":
        raw = raw.lstrip(b"\r\n")
    end = header_end(raw)
    head = _header_within(raw[:end], problems)
    stop = _parts_within(raw, problems)
    if len(head) != end or stop != len(raw):
        raw = head + raw[end : max(stop, end)]
    return raw, tuple(problems)


def header_end(raw: bytes) -> int:
    """Where the body begins: behind the first empty line that follows any other line."""
    found = _HEADER_END.search(raw, len(raw) - len(raw.lstrip(b"\r\n")))
    return found.end() if found else len(raw)


def _header_within(head: bytes, problems: list[str]) -> bytes:
    if len(head) <= SHORT_FIELD and head.count(b"\n") <= HEADER_LINES:
        return head
    lines = head.count(b"\n")
    if len(head) > HEADER_SECTION:
        problems.append(f"header over {HEADER_SECTION >> 10} KiB: only part of it was read")
    if lines > HEADER_LINES:
        problems.append(f"more than {HEADER_LINES} header lines: only part of them was read")
    kept, size, count, extra, cut = [], 0, 0, 0, False
    for field in re.split(rb"(?<=\n)(?![ \t])", head[: 16 * HEADER_SECTION], maxsplit=120_000):
        wanted = _WANTED.match(field)
        field, shorter = _field_within(field)
        size, count = size + len(field), count + field.count(b"\n")
        if size > HEADER_SECTION or count > HEADER_LINES:
            extra += 1 if wanted else 0
            if not wanted or extra > WANTED_FIELDS:
                continue
        kept.append(field)
        cut = cut or shorter
    if cut:
        problems.append("a header field was too long and was cut")
    whole = b"".join(kept)
    return whole if whole.endswith((b"\n\n", b"\n\r\n", b"\r\r")) else whole.rstrip() + b"\r\n\r\n"


def _field_within(field: bytes) -> tuple[bytes, bool]:
    most = SHORT_FIELD if _SHORT.match(field) else HEADER_FIELD
    if len(field) <= most:
        return field, False
    whole, comma, _ = field[:most].rpartition(b",")
    # Of a list of addresses the last one that is whole.
    return (whole if comma else field[:most]).rstrip() + b"\r\n", True


def _parts_within(raw: bytes, problems: list[str]) -> int:
    """Where to stop reading, so that parts and depth stay within what the parser can bear.

    Follows boundaries as the parser will: one that is declared opens a level, its delimiter closes
    all levels above it, its end delimiter closes it too; a message in a message is a level.
    """
    levels: list[bytes] = []
    parts, deepest, stop = 0, 0, len(raw)
    for number, (at, delimiter, text) in enumerate(_marks(raw)):
        if not delimiter:
            levels.append(text)
        elif (closing := _closed(levels, text)) is not None:
            del levels[closing:]
            parts += 1
        deepest = max(deepest, len(levels))
        if parts > PARTS_READ or len(levels) > DEPTH_READ or number > DELIMITERS_READ:
            parts += PARTS_READ if number > DELIMITERS_READ else 0
            stop = at
            break
    if parts > PARTS:
        problems.append(
            f"more than {PARTS} parts" + (": the rest was not read" if stop < len(raw) else "")
        )
    if deepest > DEPTH:
        problems.append(f"parts nested more than {DEPTH} deep: not all were read")
    return stop


def _marks(raw: bytes) -> Iterator[tuple[int, bool, bytes]]:
    """Place, whether it looks like a delimiter, and text, of each delimiter and declared level.

    The text of a declared level is its boundary, or empty for a message in a message.
    """
    lower = raw.lower()
    if b"boundary" not in lower and b"message/" not in lower:
        return iter(())
    delimiters = ((found.start(), True, found[1].rstrip()) for found in _DASHES.finditer(raw))
    return merge(delimiters, _levels(raw, lower), key=itemgetter(0))


def _levels(raw: bytes, lower: bytes) -> Iterator[tuple[int, bool, bytes]]:
    for found in _CONTENT_TYPE.finditer(lower):
        value = raw[found.start() : min(found.end(), found.start() + HEADER_FIELD)]
        boundary = _BOUNDARY.search(value)
        if boundary:
            yield found.start(), False, (boundary[1] or boundary[2]).rstrip()
        elif b"message/" in lower[found.start() : found.start() + 200]:
            yield found.start(), False, b""


def _closed(levels: list[bytes], text: bytes) -> int | None:
    """The new number of levels when ``text`` is a delimiter of one of them, else None."""
    for number in range(len(levels), 0, -1):
        boundary = levels[number - 1]
        if boundary and text.startswith(boundary) and text[len(boundary) :] in (b"", b"--"):
            return number - 1 if text != boundary else number
    return None
