"""Makes HTML from strangers fit to stand in a public mail or page. Two parsers written apart
(nh3, then bleach) must both let a thing through; what they pass is tidied and written once."""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import bleach
import nh3

from ingest.allowlist import (
    ATTRIBUTES,
    DROPPED_WITH_CONTENT,
    HIDING_STYLES,
    SHOWN_STYLES,
    TAGS,
    StrictCSS,
    allows,
)
from ingest.characters import clean_text, cut_at_word
from ingest.links import SCHEMES
from ingest.tidy import tidy
from ingest.tree import BLOCKS, VOID, Element, build, write

MOST_CHARACTERS = 1_000_000
MOST_TAGS = 12_000
MOST_ENTITIES = 60_000
"""Start and end tags, and "&", before the first gate, whose time grows with the square of both."""
MOST_KEPT_CHARACTERS = 256_000
MOST_KEPT_ELEMENTS = 5_000
MOST_DEPTH = 100
MOST_FALLBACK_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Cleaned:
    html: str
    removed: tuple[str, ...] = ()
    """What was taken away, in sentences for a moderator."""


class TooMuch(Exception):
    """The HTML is larger or deeper than any honest mail's, so only its words are kept."""


def clean_html(html: str) -> Cleaned:
    """``html`` with nothing in it that runs, fetches, hides or lies, and all visible words and
    ordinary links. Never raises and takes less than a second; what is too large or too deep
    comes back as plain paragraphs. Cleaning what is clean changes nothing."""
    notes: Counter[str] = Counter()
    try:
        tree = clean_tree(html, notes)
        return Cleaned(write(tree), _sentences(notes))
    except TooMuch:
        notes["too much"] = 1
    except Exception:  # noqa: BLE001 - whatever a stranger wrote, the words must come through
        notes["unreadable"] = 1
    return Cleaned(words_only(html), _sentences(notes))


def clean_tree(html: str, notes: Counter[str]) -> Element:
    """The cleaned HTML as a tree, for those who cut in it before it is written. Counts in
    ``notes``. Raises TooMuch over the limits."""
    html = _without_controls(html)
    if len(html) > MOST_CHARACTERS:
        html = _DATA_ADDRESS.sub("", html)
    if len(html) > MOST_CHARACTERS or html.count("&") > MOST_ENTITIES:
        raise TooMuch
    if len(_TAG_START.findall(html)) > MOST_TAGS:
        raise TooMuch
    for element, _ in _FORBIDDEN.findall(html):
        notes[element.lower() or "scheme"] = 1
    passed = _without_controls(_FIRST_GATE.clean(html))
    _check_size(passed)
    tree = _second_gate(passed)
    tidy(tree, notes)
    if (direction := _page_direction(html)) is not None:
        tree = Element("", {}, [Element("div", {"dir": direction}, tree.children)])
    return tree


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DATA_ADDRESS = re.compile(r"data:image/[a-z.+-]{1,20};base64,[A-Za-z0-9+/=\s%]*")
_TAG_START = re.compile(r"</?[A-Za-z]")
_FORBIDDEN = re.compile(
    r"<(script|form|iframe|frame|object|embed|applet|svg|math|video|audio)[\s/>]"
    r"|=[\s\"']{0,9}(javascript|vbscript)\s{0,9}:",
    re.IGNORECASE,
)


def _without_controls(html: str) -> str:
    return _CONTROLS.sub("", html)


def _relative(address: str) -> str | None:
    """Addresses without a scheme lead nowhere from a mail, but for two that people often write."""
    address = address.strip()
    if address[:4].lower() == "www.":
        return "https://" + address
    return "mailto:" + address if _BARE_MAIL_ADDRESS.fullmatch(address) else None


_BARE_MAIL_ADDRESS = re.compile(r"[\w.+-]{1,64}@[a-z0-9.-]{1,200}\.[a-z]{2,20}", re.IGNORECASE)


def _first_filter(tag: str, name: str, value: str) -> str | None:
    if not allows(tag, name, value):
        return None
    # The first gate knows the names of styles only in lower case.
    return value.lower() if name == "style" else value


_FIRST_GATE = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(DROPPED_WITH_CONTENT),
    attributes=ATTRIBUTES,
    attribute_filter=_first_filter,
    url_schemes=set(SCHEMES),
    url_relative=_relative,
    filter_style_properties=set(HIDING_STYLES) | set(SHOWN_STYLES),
    link_rel=None,
)


def _check_size(html: str) -> None:
    if len(html) > MOST_KEPT_CHARACTERS:
        raise TooMuch
    depth = elements = 0
    for closing, name in _TAG.findall(html):
        if closing:
            depth -= 1
        elif name not in VOID:
            depth += 1
            elements += 1
        if depth > MOST_DEPTH or elements > MOST_KEPT_ELEMENTS:
            raise TooMuch


_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:[^">]|"[^"]*")*>')


def _second_gate(html: str) -> Element:
    # A new one for each letter: bleach's cleaner may not be used by two threads at once.
    cleaner = bleach.Cleaner(
        tags=TAGS,
        attributes=_second_filter,
        protocols=SCHEMES,
        strip=True,
        css_sanitizer=StrictCSS(),
    )
    writer = _TreeWriter()
    cleaner.serializer = writer  # type: ignore[assignment]
    cleaner.clean(html)
    return writer.tree


def _second_filter(tag: str, name: str, value: str) -> bool:
    # bleach hands over attribute values with their entities.
    return allows(tag, name, entities.unescape(value))


class _TreeWriter:
    """Stands where bleach has its serializer, which may write attributes in single quotes and
    decodes "&amp;" once too often: collects a tree, to be written when it has been tidied."""

    def __init__(self) -> None:
        self.tree = Element("")

    def render(self, tokens: Iterable[dict[str, Any]]) -> str:
        self.tree = build(tokens)
        return ""


_DIRECTION = re.compile(r"<(?:html|body)\s[^<>]{0,500}?\bdir\s?=\s?[\"']?(rtl|ltr)", re.IGNORECASE)


def _page_direction(html: str) -> str | None:
    """The direction set for the whole page, whose html and body elements do not come through."""
    match = _DIRECTION.search(html, 0, 20_000)
    return "rtl" if match and match[1].lower() == "rtl" else None


# The words alone -------------------------------------------------------------------------------

_PIECE = re.compile(r"<!--|-->|<(/?)([A-Za-z][A-Za-z0-9:]{0,20})[^<>]*>?|<[!?][^<>]*>?")


def words_only(html: str) -> str:
    """The visible words of any HTML as escaped paragraphs, found without building a tree."""
    text = clean_text(entities.unescape(_text_between_tags(html[: 2 * MOST_CHARACTERS])))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    kept = cut_at_word("\n".join(filter(None, lines)), MOST_FALLBACK_CHARACTERS)
    return "".join(f"<p>{entities.escape(line, quote=False)}</p>" for line in kept.splitlines())


def _text_between_tags(html: str) -> str:
    parts: list[str] = []
    skipping, end = "", 0
    for piece in _PIECE.finditer(html):
        if not skipping:
            parts.append(" ".join(html[end : piece.start()].split()))
        end = piece.end()
        closing, name = piece[1], (piece[2] or "").lower()
        if skipping:
            ended = piece[0] == "-->" if skipping == "<!--" else bool(closing) and name == skipping
            skipping = "" if ended else skipping
        elif piece[0] == "<!--":
            skipping = "<!--"
        elif not closing and name in _SKIPPED:
            skipping = name
        elif name:
            parts.append("\n" if name in BLOCKS or name == "br" else " ")
    return "".join(parts if skipping else [*parts, html[end:]])


_SKIPPED = DROPPED_WITH_CONTENT - {"embed", "frame", "track", "meta", "link", "base", "xml"}


# What the moderator is told --------------------------------------------------------------------

TRACKING = "Tracking codes have been cut from links."
LYING = "A link names one address and leads to another; the real one stands beside it."
_SENTENCES = {
    "script": "A script (program) was in the mail and has been taken out.",
    "form": "A form to fill in was in the mail; only its words are kept.",
    "lying": LYING,
    "scheme": "A link that would have run a program has been taken out.",
    "hidden": "Hidden words, which a reader would not have seen, have been taken out.",
    "remote": "Pictures on other servers have been taken out: fetching them tells who reads.",
    "pixel": "A tracking picture (invisible, reports who reads) has been taken out.",
    "tracking": TRACKING,
    "too much": "The formatting was too large or too deep to check, so only the words are kept.",
    "unreadable": "The formatting could not be read, so only the words are kept.",
}
_EMBEDDED = "Something embedded in the mail (a page, film or program) has been taken out."
_DRAWING = "A drawing made of code has been taken out."


def _sentences(notes: Counter[str]) -> tuple[str, ...]:
    told = [sentence for name, sentence in _SENTENCES.items() if notes[name]]
    if any(
        notes[name] for name in ("iframe", "frame", "object", "embed", "applet", "video", "audio")
    ):
        told.append(_EMBEDDED)
    if notes["svg"] or notes["math"]:
        told.append(_DRAWING)
    return tuple(told)
