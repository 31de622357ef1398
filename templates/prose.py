"""Makes HTML of a post that came as plain text: paragraphs, lists and links, nothing else.

Pure and linear; the result is safe because every piece of the text is escaped on its way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

_LINK = re.compile(
    r"""https?://[^\s<>"'\x00-\x1f]{1,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"""
)
_BULLET = re.compile(r"\s*[-*•·–]\s+")


def prose(text: str) -> str:
    """``text`` as safe HTML: blank lines part paragraphs, lines with dashes are lists."""
    paragraphs = re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.strip("\n"))
    return "".join(_paragraph(paragraph) for paragraph in paragraphs if paragraph.strip())


def _paragraph(paragraph: str) -> str:
    parts = []
    lines = [line for line in paragraph.split("\n") if line.strip()]
    for bulleted, group in groupby(lines, key=lambda line: bool(_BULLET.match(line))):
        parts.append((_list if bulleted else _lines)(group))
    return "".join(parts)


def _list(lines: Iterator[str]) -> str:
    items = "".join(f"<li>{linked(_BULLET.sub('', line, count=1))}</li>" for line in lines)
    return f'<ul dir="auto">{items}</ul>'


def _lines(lines: Iterator[str]) -> str:
    return f'<p dir="auto">{"<br>".join(linked(line.strip()) for line in lines)}</p>'


def linked(line: str) -> str:
    """One line as safe HTML, its addresses as links."""
    parts = []
    position = 0
    for match in _LINK.finditer(line):
        target = match.group().rstrip(".,;:!?)]")
        parts.append(escape(line[position : match.start()]))
        scheme = "" if "://" in target else "mailto:"
        parts.append(f'<a href="{escape(scheme + target)}">{escape(target)}</a>')
        position = match.start() + len(target)
    return "".join([*parts, escape(line[position:])])
