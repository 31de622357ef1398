"""Makes paragraphs of the boxes in which mail programs put each line that somebody typed: an empty
one, or an empty line, parts two paragraphs. What stands in lists and tables is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.paragraphs import is_right_to_left
from ingest.tree import BLOCKS, Element, elements, text_of

Nodes = list[Element | str]


def with_paragraphs(children: Sequence[Element | str]) -> Nodes:
    """The same words; what stood in boxes or loose between them stands in paragraphs."""
    sheet = _Sheet()
    sheet.write(children)
    sheet.end_paragraph()
    return sheet.done


@dataclass(slots=True)
class _Sheet:
    done: Nodes = field(default_factory=list)
    paragraph: list[Nodes] = field(default_factory=list)
    """The lines of the paragraph that is being written."""
    line: Nodes = field(default_factory=list)

    def write(self, children: Sequence[Element | str]) -> None:
        for child in children:
            if isinstance(child, str) or _stands_in_line(child):
                self.line.append(child)
            elif child.name == "br":
                if not self.end_line():
                    self.end_paragraph()
            elif child.name == "div" and not child.attributes:
                self.end_line()
                self.write(child.children)
                self.end_line()
            else:
                self.end_paragraph()
                self.done += _settled(child)

    def end_line(self) -> bool:
        """Whether anything stood on it."""
        line, self.line = self.line, []
        if not any(isinstance(one, Element) or one.strip(" \n\t") for one in line):
            return False
        if self.paragraph and _turned(self.paragraph[-1]) != _turned(line):
            self.end_paragraph()
        self.paragraph.append(line)
        return True

    def end_paragraph(self) -> None:
        self.end_line()
        if self.paragraph:
            first, *others = self.paragraph
            lines = [*first, *(one for line in others for one in (Element("br"), *line))]
            self.done.append(Element("p", {}, lines))
            self.paragraph = []


def _stands_in_line(element: Element) -> bool:
    if element.name in BLOCKS or element.name == "br":
        return False
    return not any(inner.name in BLOCKS for inner in elements(element))


def _turned(line: Nodes) -> bool:
    """Lines that run in different directions cannot share a paragraph."""
    return is_right_to_left(text_of(Element("", {}, line)))


def _settled(block: Element) -> Nodes:
    if block.name in ("div", "blockquote"):
        block.children = with_paragraphs(block.children)
    if block.name == "div" and len(block.children) == 1:
        (only,) = block.children
        if isinstance(only, Element) and only.name == "p" and not only.attributes:
            return [Element("p", block.attributes, only.children)]
    return [block]
