"""Looks into the compound files of older Office programs ([MS-CFB]) for macros and programs, and
blanks the properties that name their author. What else such a file tells stays in it."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_ENTRIES = 10_000
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY_SIZE = 128
_MINI_SECTOR = 64
_MINI_CUTOFF = 4096
_MOST_PIECES = 4_096
_ROOT = 5

_RUNS = frozenset(
    ["vba", "_vba_project", "_vba_project_cur", "macros", "projectwm", "\x01ole10native"]
)
"""Names of directory entries ([MS-OVBA] 2.2.1, [MS-OLEDS] 2.3.6), in lower case."""
_SUMMARIES = ("\x05summaryinformation", "\x05documentsummaryinformation")
_KINDS = {
    "worddocument": ".doc",
    "workbook": ".xls",
    "book": ".xls",
    "powerpoint document": ".ppt",
}
_MACROS_IN_SLIDES = b"\x02\x00\x00\x04\x0c\x00\x00\x00"
"""The header of a VBAInfoAtom ([MS-PPT] 2.4.10)."""
_SHEET = 0x0085
"""BoundSheet8 ([MS-XLS] 2.4.28), whose sixth byte tells a worksheet from a macro sheet."""
_END_OF_PART = 0x000A


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound file taken apart: its bytes and where each stream lies in them."""

    content: bytes
    sector: int
    table: list[int]
    mini_table: list[int]
    entries: list[_Entry]

    @property
    def kind(self) -> str | None:
        """ ".doc", ".xls" or ".ppt"; None for installers, Outlook mails and the like."""
        names = {entry.name for entry in self.entries}
        return next((kind for name, kind in _KINDS.items() if name in names), None)


def opened(content: bytes) -> Compound | None:
    """The compound file taken apart; None when it is none or is damaged."""
    if not content.startswith(MAGIC):
        return None
    try:
        return _taken_apart(content)
    except (struct.error, IndexError, ValueError, UnicodeError):
        return None


def holds_program(file: Compound) -> bool:
    """True when macros of any age or an embedded program lie in the file, or nobody can say."""
    try:
        return _holds_program(file)
    except (struct.error, IndexError, ValueError, StopIteration):
        return True


def _holds_program(file: Compound) -> bool:
    if any(entry.name in _RUNS for entry in file.entries):
        return True
    for entry in file.entries:
        if entry.name in ("workbook", "book") and _has_macro_sheet(_stream(file, entry)):
            return True
        if entry.name == "powerpoint document" and _has_slide_macros(_stream(file, entry)):
            return True
    return False


def without_names(file: Compound) -> bytes:
    """The same bytes with every text in the two property streams (author, last editor, company,
    template …) made blank, each in its place."""
    content = bytearray(file.content)
    for entry in file.entries:
        if entry.name in _SUMMARIES:
            with suppress(struct.error, IndexError, ValueError, StopIteration):
                _blank_texts(content, _places(file, entry))
    return bytes(content)


def _blank_texts(content: bytearray, places: list[int]) -> None:
    stream = bytes(content[place] for place in places)
    for start, end in _texts(stream):
        for place in places[start:end]:
            content[place] = 0


def _taken_apart(content: bytes) -> Compound:
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in (9, 12):
        raise ValueError("no such sector size")
    sector = 1 << shift
    _, directory, _, _, mini, _, more, _ = struct.unpack_from("<8I", content, 44)
    table = _table(content, sector, more)
    chain = _chain(table, directory)
    listed = b"".join(_sector(content, sector, number) for number in chain)
    entries = [_entry(listed, at) for at in range(0, len(listed), _ENTRY_SIZE)][:_MOST_ENTRIES]
    mini_sectors = b"".join(_sector(content, sector, number) for number in _chain(table, mini))
    return Compound(content, sector, table, _numbers(mini_sectors), [e for e in entries if e.kind])


def _table(content: bytes, sector: int, more: int) -> list[int]:
    listed = list(struct.unpack_from("<109I", content, 76))
    for _ in range(len(content) // sector):
        if more >= _LAST_SECTOR:
            break
        *numbers, more = _numbers(_sector(content, sector, more))
        listed += numbers
    real = [number for number in listed if number < _LAST_SECTOR]
    return _numbers(b"".join(_sector(content, sector, number) for number in real))


def _numbers(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))


def _sector(content: bytes, sector: int, number: int) -> bytes:
    start = (number + 1) * sector
    if start >= len(content):
        raise ValueError("a sector beyond the end")
    return content[start : start + sector]


def _chain(table: list[int], first: int) -> list[int]:
    chain: list[int] = []
    while first < _LAST_SECTOR:
        chain.append(first)
        if len(chain) > len(table):
            raise ValueError("sectors in a circle")
        first = table[first]
    return chain


def _entry(listed: bytes, at: int) -> _Entry:
    length, kind = struct.unpack_from("<HB", listed, at + 64)
    name = listed[at : at + min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", listed, at + 116)
    return _Entry(name.lower(), kind, start, size)


def _places(file: Compound, entry: _Entry) -> list[int]:
    """Where in the file each byte of a short stream lies."""
    if entry.size >= _MINI_CUTOFF:
        starts = [(number + 1) * file.sector for number in _chain(file.table, entry.start)]
        length = file.sector
    else:
        starts = _mini_starts(file, _chain(file.mini_table, entry.start))
        length = _MINI_SECTOR
    places = [start + offset for start in starts[:_MOST_PIECES] for offset in range(length)]
    return places[: entry.size]


def _mini_starts(file: Compound, chain: list[int]) -> list[int]:
    # Short streams lie together in one long stream, which belongs to the root entry.
    root = next(entry for entry in file.entries if entry.kind == _ROOT)
    sectors = _chain(file.table, root.start)
    starts = []
    for number in chain:
        sector, offset = divmod(number * _MINI_SECTOR, file.sector)
        starts.append((sectors[sector] + 1) * file.sector + offset)
    return starts


def _stream(file: Compound, entry: _Entry) -> bytes:
    if entry.size < _MINI_CUTOFF:
        return bytes(file.content[place] for place in _places(file, entry))
    chain = _chain(file.table, entry.start)
    return b"".join(_sector(file.content, file.sector, number) for number in chain)[: entry.size]


def _has_macro_sheet(workbook: bytes) -> bool:
    at = 0
    while at + 4 <= len(workbook):
        record, length = struct.unpack_from("<HH", workbook, at)
        if record == _END_OF_PART:
            return False
        if record == _SHEET and length > 5 and workbook[at + 9] in (1, 6):
            return True
        at += 4 + length
    return False


def _has_slide_macros(slides: bytes) -> bool:
    at = slides.find(_MACROS_IN_SLIDES)
    return at >= 0 and any(slides[at + 12 : at + 16])


def _texts(stream: bytes) -> list[tuple[int, int]]:
    """Start and end of each text value in a property set stream ([MS-OLEPS] 2.21)."""
    found: list[tuple[int, int]] = []
    sets = min(struct.unpack_from("<I", stream, 24)[0], 2)
    for number in range(sets):
        section = struct.unpack_from("<I", stream, 28 + 20 * number + 16)[0]
        count = min(struct.unpack_from("<I", stream, section + 4)[0], 1000)
        for pair in range(count):
            offset = struct.unpack_from("<I", stream, section + 8 + 8 * pair + 4)[0]
            kind, length = struct.unpack_from("<II", stream, section + offset)
            if kind in (0x1E, 0x1F):
                start = section + offset + 8
                found.append((start, start + length * (2 if kind == 0x1F else 1)))
    return found
