"""A small tree of cleaned HTML and its one way back to text. It holds only what the cleaning
has let through, and writes it so plainly that no parser can read it in two ways."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

VOID = frozenset({"br", "hr", "img", "col", "wbr"})


@dataclass(slots=True)
class Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)


def build(tokens: Iterable[dict[str, Any]]) -> Element:
    """The tree under an unnamed root, from the tokens of an html5lib tree walker whose
    attribute values and entities are still escaped, as bleach hands them on."""
    root = Element("")
    open_elements = [root]
    for token in tokens:
        kind = token["type"]
        here = open_elements[-1]
        if kind in ("StartTag", "EmptyTag"):
            attributes = {
                name: html.unescape(value) for (_, name), value in (token["data"] or {}).items()
            }
            element = Element(token["name"], attributes)
            here.children.append(element)
            if kind == "StartTag" and element.name not in VOID:
                open_elements.append(element)
        elif kind == "EndTag":
            if len(open_elements) > 1 and here.name == token["name"]:
                open_elements.pop()
        elif kind in ("Characters", "SpaceCharacters"):
            _add_text(here, token["data"])
        elif kind == "Entity":
            _add_text(here, html.unescape(f"&{token['name']};"))
    return root


def _add_text(element: Element, text: str) -> None:
    if element.children and isinstance(element.children[-1], str):
        element.children[-1] += text
    elif text:
        element.children.append(text)


def write(element: Element) -> str:
    """The children of the element as HTML: every attribute in double quotes, every "&", "<",
    ">" and quote escaped, every element closed."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield html.escape(child, quote=False).replace("\u00a0", "&nbsp;")
            continue
        attributes = "".join(
            f' {name}="{html.escape(value)}"' for name, value in child.attributes.items()
        )
        yield f"<{child.name}{attributes}>"
        if child.name not in VOID:
            yield from _pieces(child)
            yield f"</{child.name}>"


def text_of(element: Element) -> str:
    """All words of the element, as they stand, with a space where a line or block ends."""
    parts: list[str] = []
    for child in element.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.name in VOID:
            parts.append(child.attributes.get("alt", "") if child.name == "img" else " ")
        else:
            inner = text_of(child)
            parts.append(f" {inner} " if child.name in BLOCKS else inner)
    return "".join(parts)


BLOCKS = frozenset(
    """
        blockquote caption dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td tfoot th
        thead tr ul
    """.split()  # noqa: SIM905 - a list of quoted names is harder to read
)


def elements(element: Element) -> Iterator[Element]:
    """Every element below this one, in reading order."""
    for child in element.children:
        if isinstance(child, Element):
            yield child
            yield from elements(child)
