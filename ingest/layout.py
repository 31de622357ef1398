"""Makes the cleaned HTML of one mail sit well among others, on a phone and in large print: no
tables that only lay out, no empty paragraphs, smaller headings, right-to-left marked."""

from __future__ import annotations

from ingest.boxes import with_paragraphs
from ingest.paragraphs import is_right_to_left
from ingest.tidy import settle_inside
from ingest.tree import BLOCKS, VOID, Element, text_of
from ingest.tree_lines import prune
from ingest.word_lists import with_lists

_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h5", "h6": "h6"}
_ROWS = ("tbody", "thead", "tfoot")
_SHELLS = frozenset({"div", "p", "blockquote", "ul", "ol", "dl", "table", "tbody", "tr"})
_DIRECTED = frozenset("p div li td th dd dt h3 h4 h5 h6 blockquote pre caption".split())  # noqa: SIM905
_SPACED = frozenset("p h3 h4 h5 h6 ul ol dl table blockquote pre hr".split())  # noqa: SIM905
_MOST_BREAKS = 2
_PLACING_STYLES = ("text-align:", "vertical-align:", "direction:ltr", "white-space:normal")
_PLACING = frozenset({("dir", "ltr"), ("dir", "auto")})


def lay_out(root: Element) -> None:
    """Changes the tree in place, once."""
    root.children = with_paragraphs(_laid_out(root, False))
    prune(root)
    _mark_direction(root)


def _laid_out(parent: Element, inside: bool) -> list[Element | str]:
    """``inside`` a link or heading, boxes stay: what they keep apart may not stand together."""
    inside = inside or parent.name == "a" or parent.name in _HEADINGS
    kept: list[Element | str] = []
    for child in parent.children:
        if isinstance(child, Element):
            # Many programs write an empty line as a box with a break or a hard space in it.
            line = child.name == "div" and child.children and not _says_anything(child)
            child.children = _laid_out(child, inside)
            kept += _empty_line(kept) if line else _simplified(child, inside)
        else:
            kept.append(child)
    if parent.name == "pre":
        return kept
    return _without_spare_breaks(with_lists(kept), parent.name in BLOCKS or not parent.name)


def _empty_line(before: list[Element | str]) -> list[Element | str]:
    """As breaks: one more where words stand before it, whose line has to end first."""
    said = [child for child in before[-2:] if not _is_space(child)]
    ended = not said or (isinstance(said[-1], Element) and said[-1].name in (*BLOCKS, "br"))
    return [Element("br") for _ in range(1 if ended else 2)]


def _simplified(element: Element, inside: bool) -> list[Element | str]:
    element.name = _HEADINGS.get(element.name, element.name)
    if element.name in _SHELLS or element.name in _HEADINGS:
        _drop_placing(element)
    if element.name in _SHELLS and not _says_anything(element):
        return []
    if inside:
        return [element]
    if element.name == "table" and (cells := _single_column(element)) is not None:
        return cells
    if element.name == "div" and not element.attributes:
        inner = [child for child in element.children if not _is_space(child)]
        # A box that holds only boxes adds nothing but depth.
        if inner and all(isinstance(child, Element) and child.name in BLOCKS for child in inner):
            return inner
    return [element]


def _drop_placing(element: Element) -> None:
    """Where words stood on somebody's page means nothing here: text begins where its script does,
    which is also the easiest to read."""
    declarations = element.attributes.pop("style", "").split(";")
    kept = [part for part in declarations if part and not part.startswith(_PLACING_STYLES)]
    if kept:
        element.attributes["style"] = ";".join(kept)
    element.attributes.pop("align", None)
    for name, _ in _PLACING & set(element.attributes.items()):
        del element.attributes[name]


def _is_space(child: Element | str) -> bool:
    return isinstance(child, str) and not child.strip(" \n\t")


def _says_anything(element: Element) -> bool:
    return any(
        child.strip() != ""
        if isinstance(child, str)
        else child.name in ("img", "hr") or _says_anything(child)
        for child in element.children
    )


def _single_column(table: Element) -> list[Element | str] | None:
    """The cells of a table of one column as boxes; None for a table that tells something."""
    if table.attributes.get("border", "0") != "0":
        return None
    rows: list[Element] = []
    for child in table.children:
        if isinstance(child, Element):
            if child.name in _ROWS:
                rows += [row for row in child.children if isinstance(row, Element)]
            elif child.name not in ("col", "colgroup"):
                return None
    boxes: list[Element | str] = []
    for row in rows:
        cells = [cell for cell in row.children if isinstance(cell, Element)]
        if any(cell.name != "td" for cell in cells):
            return None
        spoken = [cell for cell in cells if _says_anything(cell)]
        if len(spoken) > 1:
            return None
        boxes += [box for cell in spoken for box in _box(cell)]
    return boxes


def _box(cell: Element) -> list[Element | str]:
    kept = {n: v for n, v in cell.attributes.items() if n in ("dir", "lang", "style")}
    box = Element("div", kept, cell.children)
    settle_inside(box)
    return with_paragraphs(_simplified(box, False))


def _without_spare_breaks(children: list[Element | str], block: bool) -> list[Element | str]:
    """At most one empty line, and none beside a paragraph, which keeps its own distance."""
    kept: list[Element | str] = []
    spare = _MOST_BREAKS
    for child in children:
        if _is_break(child):
            spare -= 1
            if spare < 0:
                continue
        elif not _is_space(child):
            box = isinstance(child, Element) and child.name in BLOCKS
            spaced = isinstance(child, Element) and child.name in _SPACED
            while spaced and kept and (_is_break(kept[-1]) or _is_space(kept[-1])):
                kept.pop()
            spare = 0 if spaced else 1 if box else _MOST_BREAKS
        kept.append(child)
    while block and kept and (_is_break(kept[-1]) or _is_space(kept[-1])):
        kept.pop()
    return kept


def _is_break(child: Element | str) -> bool:
    return isinstance(child, Element) and child.name == "br"


def _mark_direction(element: Element) -> None:
    for child in element.children:
        if not isinstance(child, Element) or child.name in VOID:
            continue
        if child.name in _DIRECTED and "dir" not in child.attributes:
            # A box that only holds boxes leaves it to them.
            own = "".join(part for part in _own_words(child))
            if is_right_to_left(own):
                child.attributes["dir"] = "rtl"
        _mark_direction(child)


def _own_words(element: Element) -> list[str]:
    return [
        child if isinstance(child, str) else text_of(child)
        for child in element.children
        if isinstance(child, str) or child.name not in BLOCKS
    ]
