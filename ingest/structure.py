"""Walks the tree of a parsed message and sorts its leaves: shown as text, shown as HTML, attached.

It settles what stands where; it neither renders nor cleans HTML, nor reads the header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from email.message import Message

from ingest import charsets, enriched, flowed, headers, limits, sealed, transfer
from ingest.children import children_of
from ingest.hollow import Fill
from ingest.parsing import parsed
from ingest.source import source
from storage.records import Attachment

_MOST_SEALS = 3


@dataclass(frozen=True)
class Piece:
    """What stands at one place of the letter, as plain text, as HTML, or as both alike."""

    plain: str | None = None
    html: str | None = None
    named: bool = False
    """True for a file that is shown below the letter: nobody typed it there."""


@dataclass
class Structure:
    pieces: list[Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def structure(message: Message, fill: Fill = bytes) -> Structure:
    """The pieces to be shown, in their order, and the attachments of a parsed message.

    ``fill`` puts back what was left out of a body before parsing.
    """
    walk = _Walk(headers.charset_hint(message), fill)
    pieces = walk.pieces(message, 0, attached=False, first=True)
    return Structure(pieces, walk.attachments, list(dict.fromkeys(walk.problems)))


@dataclass
class _Walk:
    hint: str | None
    fill: Fill
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seals: int = 0

    def pieces(self, part: Message, depth: int, *, attached: bool, first: bool) -> list[Piece]:
        """``first``: nothing stands before this part, so it is the letter itself."""
        kind = content_type(part)
        children = children_of(part, kind)
        if children is None or depth > limits.DEPTH_READ:
            return self._leaf(part, kind, attached=attached, first=first, whole=depth == 0)
        attached = attached or _disposition(part)[0] == "attachment"
        if kind == "multipart/alternative":
            return self._alternative(children, depth, attached=attached)
        if kind == "multipart/related":
            return self._related(part, children, depth, attached=attached)
        found: list[Piece] = []
        for number, child in enumerate(children):
            begins = first and number == 0
            found += self.pieces(child, depth + 1, attached=attached, first=begins)
        return found

    def _alternative(self, children: list[Message], depth: int, *, attached: bool) -> list[Piece]:
        """The same in several forms: one piece of all that is plain and the richest HTML."""
        plain: list[str] = []
        html: str | None = None
        for child in children:
            pieces = self.pieces(child, depth + 1, attached=attached, first=True)
            texts = [piece.plain for piece in pieces if piece.plain is not None]
            rich = [piece.html for piece in pieces if piece.html is not None]
            plain += [text for text in texts if text.strip() not in joined(plain) or not plain]
            if rich:
                html = "\n".join(rich)
        shown = joined(plain)
        if not shown.strip() and html is None and not plain:
            return []
        return [Piece(shown if plain and (shown.strip() or html is None) else None, html)]

    def _related(
        self, part: Message, children: list[Message], depth: int, *, attached: bool
    ) -> list[Piece]:
        """One root and what it shows by Content-ID (RFC 2387); a stray footer is still text."""
        start = headers.parameters(_raw(part, "content-type"))[1].get("start", "").strip("<> ")
        root = next((c for c in children if start and content_id(c) == start), None)
        if root is None:
            root = next((c for c in children if _shows_text(c)), children[0] if children else None)
        found: list[Piece] = []
        for child in children:
            if child is root:
                found += self.pieces(child, depth + 1, attached=attached, first=True)
            else:
                shown = attached or bool(content_id(child) or _raw(child, "content-location"))
                found += self.pieces(child, depth + 1, attached=shown, first=False)
        return found

    def _leaf(
        self, part: Message, kind: str, *, attached: bool, first: bool, whole: bool
    ) -> list[Piece]:
        """``whole``: the message has no other part."""
        disposition, filename = _disposition(part)
        named_file = filename is not None and disposition != "inline" and not first
        inline = not attached and disposition != "attachment" and not named_file
        data = self._content(part)
        if kind in sealed.KINDS and (inner := sealed.opened(data)) is not None:
            return self._unsealed(inner, attached=attached, first=first)
        if inline and (kind in ("text/plain", "text/html") or kind.startswith("multipart/")):
            if kind.startswith("multipart/"):
                self.problems.append("a multipart without parts")
                looks_html = re.match(rb"\s*<(!doctype|html)", data[:500], re.I)
                kind = "text/html" if looks_html else "text/plain"
            named = filename is not None and not first
            return [replace(self._shown(part, kind, data), named=named)]
        if inline and whole and kind in enriched.KINDS:
            text = self._shown(part, kind, data).plain or ""
            return [Piece(enriched.words_of(text, kind))]
        self.attachments.append(
            Attachment(
                filename=filename,
                content_type=kind,
                content=data,
                content_id=content_id(part) or None,
                inline=disposition == "inline" or bool(content_id(part)),
            )
        )
        return []

    def _unsealed(self, inner: bytes, *, attached: bool, first: bool) -> list[Piece]:
        """The parts of a message that came whole inside its signature."""
        self.seals += 1
        if self.seals > _MOST_SEALS:
            self.problems.append("signatures inside signatures")
            return []
        message, fill, problems = parsed(limits.within(inner)[0])
        self.problems += problems
        outer, self.fill = self.fill, fill
        try:
            return self.pieces(message, 1, attached=attached, first=first)
        finally:
            self.fill = outer

    def _content(self, part: Message) -> bytes:
        encoding = next((v for v in headers.raw_values(part, "content-transfer-encoding") if v), "")
        data, problem = transfer.undone(self.fill(source(part)), encoding)
        if problem:
            self.problems.append(problem)
        return data

    def _shown(self, part: Message, kind: str, data: bytes) -> Piece:
        parameters = headers.parameters(_raw(part, "content-type"))[1]
        if kind == "text/plain":
            data, files = transfer.inner_files(data)
            self.attachments += [_inner_attachment(*file) for file in files]
        hint = (_html_charset(data) if kind == "text/html" else None) or self.hint
        text, problem = charsets.decode(data, parameters.get("charset"), hint)
        if problem:
            self.problems.append(problem)
        if len(text) > limits.TEXT_CHARS:
            self.problems.append("text over 1 MiB: cut")
        text = clean_text(text[: limits.TEXT_CHARS])
        if kind == "text/html":
            return Piece(html=text)
        if parameters.get("format", "").lower() == "flowed":
            text = flowed.unwrapped(text, delsp=parameters.get("delsp", "").lower() == "yes")
        return Piece(plain=text)


def joined(texts: list[str]) -> str:
    """Texts one below the other."""
    return "\n".join(text.rstrip() for text in texts if text.strip())


_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str) -> str:
    """``\\n`` line ends; no control characters but tab and line end; no overrides of direction."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


# What is left of a type that gateways have quoted again and again, with the name of its file.
_FILE_TYPE = re.compile(
    r"\b(application|image|audio|video)[^a-z;]{0,40}/[^a-z;]{0,9}([\w.+-]{1,60}).{0,400}\bname=",
    re.I | re.S | re.A,
)


def content_type(part: Message) -> str:
    """ "type/sub" in lower case; what is no type is text/plain (RFC 2045 §5.2)."""
    value = _raw(part, "content-type")
    kind = headers.parameters(value)[0] if value else part.get_default_type()
    if re.fullmatch(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}", kind, re.A):
        return kind
    if kind in ("html", "text/htm"):
        return "text/html"
    if named := _FILE_TYPE.search(value):
        return f"{named[1]}/{named[2]}".lower()
    return "text/plain" if value else part.get_default_type()


def content_id(part: Message) -> str:
    return headers.printable(_raw(part, "content-id")).strip("<> ")


def _raw(part: Message, name: str) -> str:
    return next((value for value in headers.raw_values(part, name) if value.strip()), "")


def _disposition(part: Message) -> tuple[str, str | None]:
    """inline, attachment or "", and the file name or None."""
    kind, parameters = headers.parameters(_raw(part, "content-disposition"))
    named = headers.parameters(_raw(part, "content-type"))[1]
    name = parameters.get("filename") or parameters.get("name") or named.get("name")
    filename = file_name(name or named.get("filename") or "")
    if kind.startswith("attach"):
        return "attachment", filename
    return ("inline" if kind == "inline" else ""), filename


def file_name(raw: str) -> str | None:
    """A file name as a person reads it, without folders; None when nothing is left."""
    name = headers.printable(headers.words_decoded(headers.eight_bit(raw)))
    name = re.split(r"[/\\]", name.strip(" \"'"))[-1].strip(" \"'")
    return name[-200:] if name not in ("", ".", "..") else None


def _shows_text(part: Message) -> bool:
    kind = content_type(part)
    return kind.startswith("multipart/") or (
        kind in ("text/html", "text/plain") and _disposition(part)[0] != "attachment"
    )


_META = re.compile(rb"<meta[^>]{1,200}charset\s{0,3}=\s{0,3}[\"']?([\w.:-]{2,40})", re.I)


def _html_charset(data: bytes) -> str | None:
    found = _META.search(data[:4096])
    return found[1].decode("ascii", "ignore") if found else None


def _inner_attachment(name: str, content: bytes) -> Attachment:
    return Attachment(file_name(name), "application/octet-stream", content)
