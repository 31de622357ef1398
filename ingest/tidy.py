"""Goes once over the tree that both gates let through and takes away what is allowed in kind and
unwanted in fact: hidden words, tracking pictures, lying links, empty shells. It can only remove
and rename; it never lets anything in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from ingest.allowlist import HIDDEN, HIDING_STYLES, KEPT, RENAMED
from ingest.characters import clean_line, clean_text
from ingest.hosts import shown_host
from ingest.links import clean_link, has_hidden_host, host_of, is_tracked, lying_host
from ingest.tree import BLOCKS, Element, text_of

_INLINE = KEPT - BLOCKS - {"br", "img", "wbr", "col", "colgroup"}
_SIZE = re.compile(r"([0-9.]{1,10})(px|pt|em|rem|ex|%|cm|mm|in)?")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ITEMS = frozenset({"li", "dd", "dt"})
_SIDES = ("width", "height")
_PIXEL = 3
"""A picture of at most this width and height shows nothing and only reports that it was fetched."""
_FILE_NAME = re.compile(r"[^/\\]{0,200}\.(?:png|jpe?g|gif|bmp|webp|svg|emz|wmz)", re.IGNORECASE)
"""What programs write where a person would describe the picture."""
_OFF_THE_PAGE = -300.0
"""Word hangs the marks of its lists out by some points; nobody hangs words out so far."""
_SEEN_THROUGH = 0.1
_LEGIBLE = 2.0
"""Letters of at most this many pixels are there for machines."""


def tidy(root: Element, notes: Counter[str]) -> None:
    """Changes the tree in place; counts in ``notes`` what was taken away, by the words that
    `clean` has sentences for."""
    root.children = _tidied(root, False, notes)


def _tidied(parent: Element, tiny: bool, notes: Counter[str]) -> list[Element | str]:
    kept: list[Element | str] = []
    for number, child in enumerate(parent.children):
        if isinstance(child, str):
            following: list[Element | str] = [_text(child, tiny, notes)]
        elif child.name == "img":
            following = _picture(child, notes)
        else:
            after = parent.children[number + 1 : number + 2]
            following = _element(child, tiny, after, notes)
        kept += [part for part in following if part != ""]
    return kept


def _text(text: str, tiny: bool, notes: Counter[str]) -> str:
    if tiny and text.strip():
        notes["hidden"] += 1
        return ""
    # An accent at the beginning would stand on the ">" before it, and composed with it, as some
    # programs do with all they write, it would open the tag again.
    while text and unicodedata.combining(text[0]):
        text = text[1:]
    return clean_text(text)


def _picture(image: Element, notes: Counter[str]) -> list[Element | str]:
    sizes = [image.attributes.get(side, "") for side in _SIDES]
    # A picture without src came from another server; the gates have taken its address away.
    tiny = any(_pixels(size) <= _PIXEL for size in sizes if size)
    source = clean_link(image.attributes.get("src", ""))
    alt = clean_line(image.attributes.get("alt", ""))
    if _FILE_NAME.fullmatch(alt):
        alt = ""
    if _hides(_styles(image), image) or tiny:
        notes["pixel"] += 1
        return []
    if source is None:
        notes["remote"] += 1
        return [alt]
    shown = {"src": source, "alt": alt}
    shown.update((name, value) for name, value in image.attributes.items() if name in _SIDES)
    return [Element("img", shown)]


def _element(
    element: Element, tiny: bool, after: list[Element | str], notes: Counter[str]
) -> list[Element | str]:
    styles = _styles(element)
    if _hides(styles, element):
        if text_of(element).strip():
            notes["hidden"] += 1
        return []
    children = _tidied(element, _is_tiny(styles, tiny), notes)
    kept = Element(RENAMED.get(element.name, element.name), _attributes(element, styles), children)
    if kept.name == "a":
        return _link(kept, element, after, notes)
    if kept.name == "pre":
        _without_first_line_ends(kept)
    elif kept.name != element.name or kept.name in _HEADINGS:
        settle_inside(kept)
    if kept.name == "span" and not kept.attributes:
        return children
    return [kept] if children or kept.name not in _INLINE else []


def settle_inside(parent: Element) -> None:
    """Some elements end others of their kind unless a third kind stands between (a list item a
    list item, a heading a heading). Where that third one has gone, the inner become plain boxes,
    so that every parser sees the same tree."""
    for child in parent.children:
        if isinstance(child, Element):
            if parent.name in _HEADINGS:
                child.name = "div" if child.name in _HEADINGS else child.name
            elif child.name in _ITEMS:
                child.name = "div"
            if child.name == "div" or child.name in _INLINE:
                settle_inside(child)


def _without_first_line_ends(pre: Element) -> None:
    """Parsers drop a line end right after <pre>, and some drop one each time they pass it on."""
    while pre.children and isinstance(first := pre.children[0], str):
        pre.children[0] = first.lstrip("\n")
        if pre.children[0]:
            return
        del pre.children[0]


def _attributes(element: Element, styles: dict[str, str]) -> dict[str, str]:
    attributes = {n: v for n, v in element.attributes.items() if n not in ("style", HIDDEN)}
    shown = {n: v for n, v in styles.items() if n not in HIDING_STYLES}
    if element.name == "center":
        shown.setdefault("text-align", "center")
    if shown:
        attributes["style"] = ";".join(f"{name}:{value}" for name, value in shown.items())
    return {n: clean_line(v) for n, v in attributes.items()}


def _link(
    link: Element, before: Element, after: list[Element | str], notes: Counter[str]
) -> list[Element | str]:
    written = link.attributes.pop("href", "")
    address = clean_link(written)
    if address is None or address.startswith("cid:"):
        return link.children
    link.attributes = {"href": address, **link.attributes}
    notes["tracking"] += is_tracked(written)
    if not text_of(link).strip() and not _has_picture(link):
        if not _has_picture(before):
            return link.children
        # The picture that could be clicked has gone; the way to where it led stays.
        link.children = [shown_host(host_of(address)) or address.partition(":")[2]]
    real = lying_host(text_of(link), address)
    if real is None and not has_hidden_host(written):
        return [link]
    notes["lying"] += 1
    mark = f" (goes to {real or shown_host(host_of(address))})"
    marked = bool(after) and isinstance(after[0], str) and after[0].startswith(mark)
    return [link] if marked else [link, mark]


def _has_picture(element: Element) -> bool:
    return any(
        isinstance(child, Element) and (child.name == "img" or _has_picture(child))
        for child in element.children
    )


def _styles(element: Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.attributes.get("style", "").split(";"))
    return {name: value.removesuffix("!important").strip() for name, _, value in pairs if name}


def _hides(styles: dict[str, str], element: Element) -> bool:
    if HIDDEN in element.attributes or styles.get("display") == "none":
        return True
    if styles.get("visibility") in ("hidden", "collapse") or styles.get("mso-hide") == "all":
        return True
    if _pixels(styles.get("opacity", "1")) < _SEEN_THROUGH:
        return True
    if _pixels(styles.get("text-indent", "0")) < _OFF_THE_PAGE:
        return True
    # An empty box hides what overflows it.
    boxes = ("height", "max-height", "width", "max-width")
    return styles.get("overflow") == "hidden" and any(
        _pixels(styles[box]) <= 1 for box in boxes if box in styles
    )


def _is_tiny(styles: dict[str, str], inherited: bool) -> bool:
    """Whether letters here are too small to see: mailers set 0 on a cell and a real size inside."""
    size = _SIZE.fullmatch(styles.get("font-size", ""))
    if size is None:
        return inherited and styles.get("font-size", "") in ("", "inherit", "smaller", "larger")
    number, unit = _pixels(size[0]), size[2] or "px"
    if unit in ("px", "pt", "rem"):
        return number <= (_LEGIBLE if unit != "rem" else 0)
    return inherited or number == 0


def _pixels(size: str) -> float:
    match = re.match(r"-?[0-9]{0,6}\.?[0-9]{0,6}", size)
    try:
        return float(match[0]) if match else 1000.0
    except ValueError:
        return 1000.0
