"""Blocks of plain text that are being laid out: lines, blank lines between them, and prefixes.

Knows nothing of HTML; plain.py opens and closes blocks as it walks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ROW_CHARS = 160
"""A table's row longer than this is laid out cell under cell."""


@dataclass
class Block:
    kind: str = "body"
    first: str = ""
    """What stands before the first line, and ``other`` before the following ones."""
    other: str = ""
    number: int | None = None
    """Of the next item, in a numbered list."""
    lines: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    """Of a row: the lines of each cell."""
    _line: list[str] = field(default_factory=list)
    _size: int = 0
    _blank: bool = False

    def write(self, text: str) -> None:
        """Running text: blanks and line ends are one blank, hard blanks stay."""
        text = re.sub(r"[ \t\n\r\f]+", " ", text)
        if text.startswith(" ") and (not self._line or self._line[-1].endswith(" ")):
            text = text[1:]
        self.write_raw(text)

    def write_raw(self, text: str) -> None:
        if text:
            self._line.append(text)
            self._size += len(text)

    def length(self) -> int:
        return self._size

    def since(self, start: int) -> str:
        """What was written on the open line since ``length()`` was ``start``."""
        line = "".join(self._line)
        return line[max(0, len(line) - (self._size - start)) :] if self._size > start else ""

    def end_line(self, *, even_empty: bool = False) -> None:
        line = "".join(self._line).replace("\xa0", " ").rstrip()
        had_text = bool(self._line)
        self._line = []
        if line:
            self._add(line)
        elif even_empty or had_text:
            self._blank = True

    def blank(self) -> None:
        """Asks for one empty line before whatever comes next."""
        self._blank = True

    def rule(self) -> None:
        self.end_line()
        self._add("---")

    def marker(self) -> str:
        if self.number is None:
            return "- "
        self.number += 1
        return f"{self.number - 1}. "

    def take(self, block: Block) -> None:
        """Lays a finished block of its own below what is here."""
        if self.kind == "tr" and block.kind == "td":
            self.cells.append(block.finished())
            return
        lines = block.finished()
        if not lines:
            return
        if block.kind == "attribution" and lines[0].startswith("----"):
            # "---------- Forwarded message": what follows is no answer to it.
            block.first = block.other = ""
        for number, line in enumerate(lines):
            prefix = block.first if number == 0 else block.other
            self._add((prefix + line).rstrip())
        if block.kind in ("quote", "attribution"):
            self._blank = True

    def finished(self) -> list[str]:
        self.end_line()
        if self.cells:
            self.lines += _row([cell for cell in self.cells if cell])
            self.cells = []
        return self.lines

    def _add(self, line: str) -> None:
        if self._blank and self.lines:
            self.lines.append("")
        self._blank = False
        self.lines.append(line)


def _row(cells: list[list[str]]) -> list[str]:
    """A row of short cells on one line, as people type tables; else cell under cell."""
    if all(len(cell) == 1 for cell in cells) and sum(len(cell[0]) for cell in cells) <= _ROW_CHARS:
        words = "".join(cell[0] + (" " if cell[0].endswith(":") else " | ") for cell in cells)
        return [words.rstrip(" |")] if cells else []
    out: list[str] = []
    for cell in cells:
        if out and (len(cell) > 1 or out[-1] != ""):
            out.append("")
        out += cell
    return out
