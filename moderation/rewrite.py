"""Sets a text that somebody typed anew as the HTML of a post, with the links that it had. Pure.

The result is safe: every piece of the typed text is escaped, and links and pictures are those of
the cleaned HTML from before.
"""

from __future__ import annotations

import re
from html import unescape

from templates.flow import clean
from templates.prose import prose

MOST_LINKS = 200
SHORTEST_LINK = 3
"""Characters of the words that were a link; "at" would be found anywhere."""

# Cleaned HTML writes every attribute in double quotes and nests no links.
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_PICTURE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
_TAG = re.compile(r"<[^>]*>")


def as_html(text: str, before: str, *, pictures: bool = True) -> str:
    """``text`` as HTML. Words that were a link in ``before`` are one again; its pictures stay."""
    html = prose(clean(text))
    for target, words in _links(before):
        html = _linked(html, target, words)
    return html + "".join(_PICTURE.findall(before) if pictures else ())


def _links(before: str) -> list[tuple[str, str]]:
    """(href, words) as they stand in the HTML, the longest words first."""
    found: dict[str, str] = {}
    for match in list(_LINK.finditer(before))[:MOST_LINKS]:
        words = " ".join(unescape(_TAG.sub("", match[2])).split())
        if len(words) >= SHORTEST_LINK and "://" not in words and "@" not in words:
            found.setdefault(words, match[1])
    return sorted(((href, words) for words, href in found.items()), key=lambda one: -len(one[1]))


def _linked(html: str, target: str, words: str) -> str:
    """``html`` with the first mention of the words, outside of tags and links, made a link."""
    wanted = prose(clean(words)).removeprefix('<p dir="auto">').removesuffix("</p>")
    at, inside = 0, False
    for piece in re.split(r"(<[^>]*>)", html):
        if piece.startswith("<"):
            inside = piece.startswith("<a ") or (inside and piece != "</a>")
        elif not inside and (found := piece.find(wanted)) >= 0:
            start = at + found
            link = f'<a href="{target}">{wanted}</a>'
            return html[:start] + link + html[start + len(wanted) :]
        at += len(piece)
    return html
