"""Sees a tree of cleaned HTML as the lines that a reader sees, so that what was found out about
lines can be done to the tree: lines taken out, words put in their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.tree import BLOCKS, Element

_BOXES = BLOCKS - {"tbody", "thead", "tfoot", "tr", "li"}
_HOLD_PARAGRAPHS = frozenset({"", "div", "td", "blockquote"})
_KEPT_EMPTY = frozenset({"td", "th", "br", "hr", "img", "col", "colgroup"})


@dataclass(slots=True)
class Line:
    """One line and the leaves of the tree that make it up, each by its parent and its place."""

    text: str = ""
    leaves: list[tuple[Element, int]] = field(default_factory=list)
    quoted: bool = False
    """Inside a quotation (blockquote)."""


def lines_of(root: Element) -> list[Line]:
    """The lines of the tree in reading order, with an empty one between boxes of any kind.
    Preformatted text is split into one leaf for each line first."""
    walk = _Walk([Line()])
    walk.over(root, quoted=False)
    return walk.lines


@dataclass(slots=True)
class _Walk:
    lines: list[Line]

    def over(self, element: Element, *, quoted: bool) -> None:
        if element.name == "pre":
            _split(element)
        for place, child in enumerate(element.children):
            if isinstance(child, str):
                self._text(element, place, child, quoted)
            elif child.name == "br":
                self._line(quoted).leaves.append((element, place))
                self.lines.append(Line())
            elif child.name == "img":
                self._line(quoted).leaves.append((element, place))
            else:
                self._element(child, quoted or child.name == "blockquote")

    def _element(self, element: Element, quoted: bool) -> None:
        block = element.name in BLOCKS
        if block:
            self._end(blank=element.name in _BOXES)
        self.over(element, quoted=quoted)
        if block:
            self._end(blank=element.name in _BOXES)

    def _text(self, parent: Element, place: int, text: str, quoted: bool) -> None:
        words = " ".join(text.split())
        line = self._line(quoted)
        if words and line.text and (text[:1].isspace() or line.text[-1:] == " "):
            words = " " + words
        line.text = line.text.rstrip(" ") + words + (" " if words and text[-1:].isspace() else "")
        line.leaves.append((parent, place))
        if parent.name == "pre" and text.endswith("\n"):
            self.lines.append(Line())

    def _line(self, quoted: bool) -> Line:
        self.lines[-1].quoted = quoted
        return self.lines[-1]

    def _end(self, *, blank: bool) -> None:
        if self.lines[-1].text.strip() or self.lines[-1].leaves:
            self.lines.append(Line())
        if blank and len(self.lines) > 1 and self.lines[-2].text.strip():
            self.lines.append(Line())


def _split(pre: Element) -> None:
    pre.children = [
        part
        for child in pre.children
        for part in (child.splitlines(keepends=True) if isinstance(child, str) else [child])
    ]


def take_out(lines: list[Line], gone: Iterable[int], instead: dict[int, str]) -> None:
    """Empties the leaves of the lines with these numbers, or puts words in their place. The
    emptied elements stay until `prune`."""
    for number in gone:
        for parent, place in lines[number].leaves:
            parent.children[place] = ""
    for number, words in instead.items():
        following = (line for line in lines[number:] if line.leaves)
        if (line := next(following, None)) is not None:
            parent, place = line.leaves[0]
            alone = parent.name in _HOLD_PARAGRAPHS
            parent.children[place] = Element("p", {}, [words]) if alone else words


def prune(element: Element) -> None:
    """Takes out of the tree what holds neither words nor pictures any more."""
    kept: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element):
            prune(child)
            if not child.children and child.name not in _KEPT_EMPTY:
                continue
            if child.name == "tr" and not _says_anything(child):
                continue
        elif child == "":
            continue
        kept.append(child)
    element.children = kept


def _says_anything(element: Element) -> bool:
    return any(
        child.strip() != ""
        if isinstance(child, str)
        else child.name == "img" or _says_anything(child)
        for child in element.children
    )
