"""Makes strangers' HTML ready to be walked: balanced, bounded, without scripts and styles.

What comes out is for rendering as text (see plain), never for a page: it keeps classes, names and
styles, by which quoted history is known.
"""

from __future__ import annotations

import re

import nh3

from ingest import limits


def names(words: str) -> frozenset[str]:
    return frozenset(words.split())


BLOCKS = names(
    "address article aside body caption center dd details dir div dl dt fieldset figcaption figure"
    " footer form header html legend main menu nav section summary tbody tfoot thead"
)
SPACED = names("p h1 h2 h3 h4 h5 h6 ul ol table pre dl")
_INLINE = names("a img span font b i u s strike del strong em small big sub sup code tt kbd q")
_OTHER = names("br hr li tr td th blockquote")
_DROPPED = names("script style title template svg math iframe object noframes datalist audio video")
VOID = names("area base br col embed hr img input link meta source track wbr")
_SELF_CLOSING = names("p li td th tr dt dd option tbody thead tfoot colgroup html body")
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt"},
    "ol": {"start"},
    "*": {"class", "id", "style", "name"},
}
_DEEPEST = 300
"""nh3's time grows with the square of the depth; honest newsletters stay below 100."""


def readable(html: str, most_tags: int = limits.HTML_TAGS_READ) -> str:
    """HTML that is safe to walk: balanced, no scripts, styles or comments; cut at ``most_tags``.

    The result is for ``rendered`` alone; it keeps classes and styles, by which quotes are known.
    """
    return nh3.clean(
        _flattened(_fewer_entities(html), most_tags),
        tags=set(BLOCKS | SPACED | _INLINE | _OTHER) - {"html", "body", "head"},
        clean_content_tags=set(_DROPPED),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "ftp"},
    )


_ENTITY = re.compile(r"&#(?:(\d{2,6})|[xX]([0-9a-fA-F]{2,5}));")
_ENTITIES = 10_000
"""nh3's time grows with the square of their number too."""
HARD_BLANK = "\ue0a0"
"""Stands for a hard blank while nh3 works, which would make an entity of it again."""


def _fewer_entities(html: str) -> str:
    """Letters for the entities that stand for letters; behind too many of the others it is cut."""
    if html.count("&") + html.count("\xa0") <= _ENTITIES:
        return html
    html = html.replace("&nbsp;", HARD_BLANK).replace("\xa0", HARD_BLANK)
    html = _ENTITY.sub(_letter, html)
    pieces = html.split("&", _ENTITIES)
    return html if len(pieces) <= _ENTITIES else "&".join(pieces[:_ENTITIES])


def _letter(entity: re.Match[str]) -> str:
    number = int(entity[1] or 0) or int(entity[2] or "0", 16)
    letter = HARD_BLANK if number == 0xA0 else chr(min(number, 0x10FFFF))
    harmless = letter not in "<>&\"'" and (letter.isprintable() or letter == HARD_BLANK)
    return letter if harmless else entity[0]


_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")


def _flattened(html: str, most_tags: int) -> str:
    """``html`` without the openings of elements that lie too deep, and cut at ``most_tags``."""
    depth, count, at = 0, 0, 0
    kept: list[str] = []
    for tag in _TAG.finditer(html):
        count += 1
        if count > most_tags:
            return "".join([*kept, html[at : tag.start()]])
        name = tag[2].lower()
        if name in VOID or name in _SELF_CLOSING:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _DEEPEST and not tag[1]:
            depth -= 1
            end = html.find(">", tag.end())
            kept.append(html[at : tag.start()])
            at = max(at, end + 1 if end >= 0 else len(html))
    return "".join([*kept, html[at:]])
