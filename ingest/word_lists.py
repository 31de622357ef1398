"""Makes lists of what Word writes as paragraphs that begin with a bullet and some hard spaces."""

from __future__ import annotations

import re

from ingest.tree import Element

_MARK = re.compile(r"\s*(?:[·•▪§➢✓oØüv-]\xa0[\xa0\s]*|[•▪➢]\s+)")
_WIDE_GAP = re.compile(r"^(\s*\(?[0-9a-z]{1,3}[.)])\xa0[\xa0\s]*", re.IGNORECASE)


def with_lists(children: list[Element | str]) -> list[Element | str]:
    """The same children, runs of bulleted paragraphs as lists; wide gaps behind numbers closed."""
    kept: list[Element | str] = []
    items: list[Element] = []
    for child in children:
        if isinstance(child, Element) and child.name == "p":
            if (item := _item(child)) is not None:
                items.append(item)
                continue
            _close_gap(child)
        elif items and isinstance(child, str) and not child.strip():
            continue
        if items:
            kept.append(Element("ul", {}, [*items]))
            items = []
        kept.append(child)
    return [*kept, Element("ul", {}, [*items])] if items else kept


def _item(paragraph: Element) -> Element | None:
    parent = _first_words(paragraph)
    if parent is None or not (mark := _MARK.match(str(parent.children[0]))):
        return None
    parent.children[0] = str(parent.children[0])[mark.end() :]
    return Element("li", paragraph.attributes, paragraph.children)


def _close_gap(paragraph: Element) -> None:
    parent = _first_words(paragraph)
    if parent is not None:
        parent.children[0] = _WIDE_GAP.sub(r"\1 ", str(parent.children[0]))


def _first_words(element: Element) -> Element | None:
    """The element whose first child is the text that the given one begins with."""
    while element.children:
        first = element.children[0]
        if isinstance(first, str):
            return element
        element = first
    return None
