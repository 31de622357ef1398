"""Black ink on A4: the few things that the notice-board sheets are made of. Not what they say.

Text may be in any script that the font has, left to right or right to left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import segno
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from templates.flow import clean

FONTS = Path(__file__).parent / "fonts"

MARGIN = 18.0
WIDTH = 210.0 - 2 * MARGIN
FOOT = 16.0
STRIP_HEIGHT = 50.0
STRIPS = 8
CODE = 27.0
"""Millimetres along a code's side: a phone reads it at arm's length."""
MOST_CODES = 4
BODY, SMALL, TITLE, SMALLEST = 15.0, 10.5, 27.0, 6.5
"""Points. 14 and more is what readers with weak eyes ask of a notice board."""
LEADING = 0.52
"""Millimetres from line to line for each point: about one and a half lines."""


class Paper(FPDF):
    """A4 sheets with a line at the foot: ``foot`` at its start, the sheet's number at its end."""

    def __init__(self, foot: str, *, right_to_left: bool = False) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self._right_to_left = right_to_left
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=FOOT + 6)
        self.add_font("sans", fname=FONTS / "DejaVuSans.ttf")
        self.add_font("sans", "B", fname=FONTS / "DejaVuSans-Bold.ttf")
        self.set_text_shaping(True)
        self._known = frozenset(self.fonts["sans"].cmap)  # type: ignore[union-attr]
        self.alias_nb_pages()

    def footer(self) -> None:
        self.set_y(-FOOT)
        self.set_line_width(0.2)
        self.line(MARGIN, self.y - 1, MARGIN + WIDTH, self.y - 1)
        self.set_font("sans", "", SMALL)
        self.cell(WIDTH - 20, 6, self.printable(self._foot), align=self._start(self._foot))
        self.set_x(MARGIN + WIDTH - 20)
        self.cell(20, 6, f"{self.page_no()}/{{nb}}", align=Align.R)

    def write_lines(
        self, text: str, size: float = BODY, *, bold: bool = False, indent: float = 0
    ) -> None:
        """A paragraph from margin to margin; each one runs the way of its own first letter."""
        self.set_font("sans", "B" if bold else "", size)
        self.set_x(MARGIN + indent)
        shown = self.printable(text)
        self.multi_cell(
            WIDTH - indent,
            size * LEADING,
            shown,
            align=self._start(shown),
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def rule(self, thickness: float = 0.8) -> None:
        self.set_line_width(thickness)
        self.line(MARGIN, self.y, MARGIN + WIDTH, self.y)

    def fact(self, label: str, value: str) -> None:
        """A label and what it is, side by side as in a table."""
        top, width = self.y, 42.0
        rtl = self._right_to_left
        self.set_font("sans", "B", BODY)
        self.set_xy(MARGIN + WIDTH - width if rtl else MARGIN, top)
        self.cell(width, BODY * LEADING, self.printable(label), align=Align.R if rtl else Align.L)
        self.set_xy(MARGIN if rtl else MARGIN + width, top)
        self.set_font("sans", "", BODY)
        self.multi_cell(
            WIDTH - width,
            BODY * LEADING,
            self.printable(value),
            align=Align.R if rtl else self._start(value),
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.set_y(self.y + 1)

    def codes(self, named: Sequence[tuple[str, str]]) -> None:
        """At most ``MOST_CODES`` side by side, each (what a phone opens, what stands below)."""
        if not named:
            return
        if self.y + CODE + 10 > self.page_break_trigger:
            self.add_page()
        top = self.y
        for number, (target, caption) in enumerate(named[:MOST_CODES]):
            left = MARGIN + number * WIDTH / MOST_CODES
            self._code(target, left, top)
            self.set_xy(left, top + CODE + 0.5)
            self.cell(CODE, 5, self._fitted(caption, WIDTH / MOST_CODES - 4, 9))
        self.set_xy(MARGIN, top + CODE + 7)

    def strips(self, lines: Sequence[str]) -> None:
        """A foot to cut into strips, each with the same lines; left out where there is no room."""
        top = self.h - FOOT - 4 - STRIP_HEIGHT
        if self.y + 6 > top or not lines:
            return
        self.set_line_width(0.2)
        self.set_dash_pattern(dash=1.5, gap=1.5)
        self.line(MARGIN, top, MARGIN + WIDTH, top)
        width = WIDTH / STRIPS
        for number in range(STRIPS + 1):
            left = MARGIN + number * width
            self.line(left, top, left, top + STRIP_HEIGHT)
        self.set_dash_pattern()
        self.set_auto_page_break(False)
        for number in range(STRIPS):
            self._strip(lines, MARGIN + number * width, top, width)
        self.set_auto_page_break(True, margin=FOOT + 6)

    def printable(self, text: str) -> str:
        """``text`` without what the font cannot draw, so that no empty boxes are printed."""
        return "".join(self._drawn(clean(text)))

    def is_printable(self, text: str) -> bool:
        """Whether nearly all letters of ``text`` can be drawn."""
        letters = [letter for letter in text if letter.isalpha()]
        missing = sum(ord(letter) not in self._known for letter in letters)
        return missing * 10 <= len(letters)

    def _drawn(self, text: str) -> Iterator[str]:
        for letter in text:
            if ord(letter) in self._known or letter == "\n":
                yield letter
            elif letter.isspace():
                yield " "

    def _start(self, text: str) -> Align:
        for letter in text:
            direction = unicodedata.bidirectional(letter)
            if direction in ("L", "R", "AL"):
                return Align.L if direction == "L" else Align.R
        return Align.R if self._right_to_left else Align.L

    def _code(self, target: str, left: float, top: float) -> None:
        rows = [bytes(row) for row in segno.make_qr(target, error="m").matrix]
        side = CODE / len(rows)
        for down, row in enumerate(rows):
            for start, length in _runs(row):
                self.rect(left + start * side, top + down * side, length * side, side, style="F")

    def _strip(self, lines: Sequence[str], left: float, top: float, width: float) -> None:
        bottom = top + STRIP_HEIGHT
        with self.rotation(90, left, bottom):
            for number, line in enumerate(lines[:3]):
                self.set_xy(left + 1, bottom + 2.2 + number * (width - 4) / 3)
                style: Literal["", "B"] = "" if number else "B"
                self.cell(STRIP_HEIGHT - 2, 5, self._fitted(line, STRIP_HEIGHT - 5, 9.5, style))

    def _fitted(self, line: str, width: float, size: float, style: Literal["", "B"] = "") -> str:
        """``line`` with the font set small enough for ``width``; cut only where that is too small
        to read."""
        shown = self.printable(line)
        self.set_font("sans", style, size)
        needed = self.get_string_width(shown)
        self.set_font_size(max(SMALLEST, size * min(1, width / max(needed, 1))))
        if self.get_string_width(shown) <= width:
            return shown
        while shown and self.get_string_width(shown + "…") > width:
            shown = shown[:-1]
        return shown.rstrip() + "…"


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, length) of each run of dark modules: one rectangle instead of many."""
    start: int | None = None
    for place, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None
