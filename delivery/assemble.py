"""Joins a reader's round-up from pieces that were encoded once. Bytes in, bytes out.

A piece is text with slots, names between NULs; encoded it is whole lines of quoted-printable
(RFC 2045 §6.7) with the slots still in it, so pieces may be joined in any order. Which posts a
reader gets, and how a piece reads, is not decided here.
"""

from __future__ import annotations

import hashlib
import re
from base64 import encodebytes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from html import escape
from itertools import count
from typing import Literal

from delivery.chunks import Chunk, Pieces, Posts, chunk, is_plain
from delivery.sections import Depth, Sheet, fill_sheets

Content = Literal["header", "text", "html"]
"""How a reader's value is written in: as it is, quoted-printable, or escaped before that."""

NOTHING: Pieces = {}
LINE = 75
"""Characters of an encoded line without the "=" of a soft line break."""

_QUOTED = [
    chr(byte) if byte == 9 or (32 <= byte <= 126 and byte != 61) else f"={byte:02X}"
    for byte in range(256)
]
_BLANK_ENDS = {" ": "=20", "\t": "=09"}
_PLAIN = re.compile(r"[A-Za-z0-9+@/:._?&~-]+")
_BODY = re.compile(rb"^Content-Type: ", re.MULTILINE)
_MIXED = re.compile(rb'Content-Type: multipart/mixed; boundary="(=_m[0-9a-f]+)"\r\n\r\n')
_PART = re.compile(rb"\0>([a-z-]+):(text|html)\0")


class Plain(bytes):
    """A mail in ASCII of which no line begins with a dot, so that nobody need search it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One body part of a mail: its frame, and whose pieces go into it."""

    form: str
    """Key of its pieces, for example "html-en"."""
    content: Literal["text", "html"]
    frame: str


Place = tuple[int, Content, str]
"""Where a reader's value goes: the part's number, how it is written in, and the slot's name."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A mail as it is for every reader with the same items, with places for their values."""

    parts: tuple[bytes, ...]
    """They are shared with other layouts, so that one takes little memory."""
    places: tuple[Place, ...]
    shown: int
    """How many posts it holds: none when all of them were withdrawn."""
    plain: bool = False
    """The parts are ASCII, and none has a line that begins with a dot."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a mail is to be put together, beside its items."""

    day: date | None = None
    """The edition's: without it no days to note stand above the contents."""
    depth: Depth = "usual"
    short: frozenset[str] = frozenset()
    """Posts that are shown in a headline and a line, whatever the length."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """The addresses of the posts' pages, where they have some."""


USUAL = Wanted()


def assemble(
    frame: bytes,
    posts: Posts,
    items: str,
    values: Mapping[str, str],
    headings: Pieces = NOTHING,
    wanted: Wanted = USUAL,
) -> bytes:
    """The whole mail of one reader, CRLF line ends, lines of at most 76 characters in its body.

    ``frame`` comes from ``encode_frame``, each piece from ``encode_piece``; ``items`` is as in
    Outgoing; ``values`` are plain text by slot. KeyError when one is missing.
    """
    return fill(lay_out(frame, posts, items, headings, wanted), values)


def fill(layout: Layout, values: Mapping[str, str]) -> bytes:
    """Puts one reader's values in. No more than this is done for each reader."""
    parts, plain = list(layout.parts), layout.plain
    for at, content, name in layout.places:
        parts[at] = written = _written(content, values[name])
        plain = plain and written.isascii()
    message = b"".join(parts)
    return Plain(message) if plain else message


def lay_out(
    frame: bytes, posts: Posts, items: str, headings: Pieces = NOTHING, wanted: Wanted = USUAL
) -> Layout:
    """Puts the pieces in; may be kept for further readers with the same items.

    A post without its piece is left out, for it was withdrawn; the others keep their numbers.
    """
    headers, *parts = _PART.split(frame)
    pages = {post: quote(url) for post, url in wanted.pages.items()}
    # What stands behind a part, boundaries and files, is none of it: "=_" is in no encoded text.
    ends = [body.partition(b"--=_") for body in parts[2::3]]
    sheets = [
        replace(_sheet(form.decode(), content, end[0], items, posts, headings), pages=pages)
        for form, content, end in zip(parts[0::3], parts[1::3], ends, strict=True)
    ]
    bodies = fill_sheets(sheets, wanted.depth, wanted.day, wanted.short)
    laid = _Laying()
    laid.add("header", [chunk(headers)])
    for content, body, end in zip(parts[1::3], bodies, ends, strict=True):
        laid.add("html" if content == b"html" else "text", body)
        laid.add_file(end[1] + end[2])
    shown = sum(len(posts) for _, posts in sheets[-1].groups)
    return Layout(tuple(laid.parts), tuple(laid.places), shown, laid.plain)


def split_header(fields: bytes) -> Layout:
    """Header fields alone, with their slots."""
    laid = _Laying()
    laid.add("header", [chunk(fields)])
    return Layout(tuple(laid.parts), tuple(laid.places), 0)


def encode_frame(headers: str, boundary: str, parts: Sequence[Part], file: str = "") -> bytes:
    """A whole mail but for pieces and values; one part stands alone, several are alternatives.

    ``headers`` are lines ending in "\\n", ASCII, with slots. The boundary gets "=_" in front,
    which quoted-printable cannot hold (RFC 2045 §6.7), so that no text can close a part. ``file``
    is the name of a PDF file that goes with the one part and is put in by ``with_file``.
    """
    whole = headers.replace("\n", "\r\n").encode("ascii")
    if len(parts) == 1 and not file:
        return whole + _part(parts[0])
    kind = "mixed" if file else "alternative"
    whole += f'Content-Type: multipart/{kind}; boundary="=_{boundary}"\r\n\r\n'.encode()
    for part in [*map(_part, parts), *([_file(file)] if file else [])]:
        whole += f"--=_{boundary}\r\n".encode() + part
    return whole + f"--=_{boundary}--\r\n".encode()


def has_file(frame: bytes) -> bool:
    return _FILE in frame


def with_file(frame: bytes, content: bytes) -> bytes:
    return frame.replace(_FILE, encodebytes(content).replace(b"\n", b"\r\n"))


def with_calendar(frame: bytes, name: str, entries: bytes) -> bytes:
    """``frame`` with a calendar file beside it.

    ``entries`` are encoded pieces, what stands before and after them in the file included.
    """
    head = "Content-Type: text/calendar; charset=utf-8\r\n"
    head += f'Content-Disposition: attachment; filename="{name}"\r\n'
    head += "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    return with_attachments(frame, [head.encode("ascii") + entries])


def with_picture(frame: bytes, name: str, content: bytes) -> bytes:
    """``frame`` with a PNG picture that its HTML shows as "cid:NAME" (RFC 2387)."""
    found = _BODY.search(frame)
    if found is None:
        return frame
    boundary = b"=_r" + hashlib.sha256(frame).hexdigest()[:16].encode()
    head = f"Content-Type: image/png\r\nContent-ID: <{name}>\r\n"
    head += f'Content-Disposition: inline; filename="{name}.png"\r\n'
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    return b"".join(
        (
            frame[: found.start()],
            b'Content-Type: multipart/related; type="multipart/alternative";\r\n',
            b' boundary="' + boundary + b'"\r\n\r\n--' + boundary + b"\r\n",
            frame[found.start() :],
            b"--" + boundary + b"\r\n" + head.encode("ascii"),
            encodebytes(content).replace(b"\n", b"\r\n"),
            b"--" + boundary + b"--\r\n",
        )
    )


def with_attachments(frame: bytes, parts: Sequence[bytes]) -> bytes:
    """``frame`` with whole MIME parts beside its own (RFC 2046 §5.1.3), the same each time."""
    found = _BODY.search(frame)
    if found is None or not parts:
        return frame
    head, bodies = frame[: found.start()], [frame[found.start() :]]
    if mixed := _MIXED.match(frame, found.start()):  # it has some already
        known = frame[mixed.end() :].split(b"--" + mixed[1])[1:-1]
        bodies = [body.removeprefix(b"\r\n") for body in known]
    # A boundary within another must not begin as that one does.
    boundary = b"=_m" + hashlib.sha256(frame).hexdigest()[:16].encode()
    start = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    lines = (body if body.endswith(b"\r\n") else body + b"\r\n" for body in (*bodies, *parts))
    whole = b"".join(b"--" + boundary + b"\r\n" + body for body in lines)
    return head + start + whole + b"--" + boundary + b"--\r\n"


def encode_piece(piece: str) -> bytes:
    """``piece`` as quoted-printable lines, with each of its slots at the start of a line."""
    parts = piece.split("\0")
    return b"".join(
        f"\0{part}\0".encode("ascii") if number % 2 else quote(part)
        for number, part in enumerate(parts)
    )


def quote(text: str) -> bytes:
    """``text`` in whole lines: an end without a line feed becomes a soft line break."""
    *lines, rest = text.replace("\r\n", "\n").split("\n")
    quoted = "".join(_line(_no_blank_end(_characters(line))) + "\r\n" for line in lines)
    if rest:
        quoted += _line(_characters(rest)) + "=\r\n"
    return quoted.encode("ascii")


def _characters(line: str) -> str:
    return "".join(map(_QUOTED.__getitem__, line.encode("utf-8", "replace")))


def _no_blank_end(quoted: str) -> str:
    # Servers on the way may take blanks off the end of a line (RFC 2045 §6.7, rule 3).
    return quoted[:-1] + _BLANK_ENDS.get(quoted[-1:], quoted[-1:])


def _line(quoted: str) -> str:
    lines = []
    quoted = _no_dot(quoted)
    while len(quoted) > LINE:
        cut = LINE
        if "=" in quoted[cut - 2 : cut]:  # never through the middle of "=3D"
            cut = quoted.index("=", cut - 2)
        lines.append(quoted[:cut])
        quoted = _no_dot(quoted[cut:])
    return "=\r\n".join([*lines, quoted])


def _no_dot(line: str) -> str:
    # SMTP doubles a dot that begins a line (RFC 5321 §4.5.2), for which each mail is searched.
    return f"=2E{line[1:]}" if line.startswith(".") else line


def _part(part: Part) -> bytes:
    subtype = "html" if part.content == "html" else "plain"
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\n"
    head += "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    # An encoded text must not end in a soft line break, hence the line feed.
    body = encode_piece(part.frame + "\n")
    return f"{head}\0>{part.form}:{part.content}\0".encode() + body


_FILE = b"\0file\0"


def _file(name: str) -> bytes:
    head = f'Content-Type: application/pdf; name="{name}"\r\n'
    head += f'Content-Disposition: attachment; filename="{name}"\r\n'
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode("ascii") + _FILE


def _sheet(
    form: str, content: bytes, body: bytes, items: str, posts: Posts, headings: Pieces
) -> Sheet:
    """``items`` "7:12,15 0:9" are posts 12 and 15 below topic 7, and 9 below none."""
    groups = []
    numbers = count(1)
    for group in items.split():
        topic, _, named = group.partition(":")
        # The numbers last, for zip takes one of the first too many.
        numbered = zip(named.split(","), numbers, strict=False)
        here = [(n, post, posts[form, post]) for post, n in numbered if (form, post) in posts]
        if here:
            groups.append((topic, here))
    breaks = b"" if content == b"html" else b"\r\n"
    return Sheet(form, body, groups, headings, breaks)


class _Laying:
    """A layout on its way."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.places: list[Place] = []
        self.plain = True

    def add(self, content: Content, chunks: Iterable[Chunk]) -> None:
        for one in chunks:
            start = len(self.parts)
            self.parts += one.parts
            self.plain &= one.plain
            for at, name in one.slots:
                self.places.append((start + at, content, name))

    def add_file(self, part: bytes) -> None:
        """What is none of ours, and may be large."""
        self.parts.append(part)
        self.plain = self.plain and is_plain(part)


def _written(content: Content, value: str) -> bytes:
    if content == "header":
        return value.encode()
    return _quoted(escape(value) if content == "html" else value)


@lru_cache(maxsize=16)
def _quoted(value: str) -> bytes:
    """Kept for a moment: a reader's value mostly stands in the text and in the HTML."""
    # Almost always: addresses and short links.
    if len(value) <= LINE and _PLAIN.fullmatch(value) and not value.startswith("."):
        return f"{value}=\r\n".encode("ascii")
    return quote(value)
