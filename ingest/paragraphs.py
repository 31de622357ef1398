"""Plain text of a letter as paragraphs: joined where a mail program broke the lines, and as HTML
with its links. It finds no history and no signatures; that is trim's business."""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.characters import clean_text
from ingest.links import linkify

_WIDEST_WRAP = 100
_NARROWEST_WRAP = 50
_SURE_WRAPS = 3
_ITEM = re.compile(r"\s*(?:[-*•▪➢✓·–—+o]|\(?\d{1,2}[.)]|[A-Za-z][.)])\s+\S")
_BULLET = re.compile(r"\s*[-*•▪➢✓·–—+]\s+(?=\S)")
_KEPT_APART = re.compile(r"\s{2,}|\t|[>|]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U0001e800-\U0001eeff]")
_LETTER = re.compile(r"[^\W\d_]")


def unwrapped(text: str) -> str:
    """The text with each paragraph's lines joined where the next word did not fit any more;
    lists, addresses and other short lines stay as they were typed."""
    lines = [line.rstrip() for line in clean_text(text).split("\n")]
    width = max((len(line) for line in lines), default=0)
    ends = [_is_full(line, after, width) for line, after in pairwise([*lines, ""])]
    sure = _NARROWEST_WRAP <= width <= _WIDEST_WRAP and sum(ends) >= _SURE_WRAPS
    joined: list[str] = []
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else ""
        if number and _belongs_to(above, line, full=ends[number - 1], sure=sure):
            joined[-1] = f"{joined[-1]} {line.strip()}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _is_full(line: str, following: str, width: int) -> bool:
    """The first word of the following line would not have fitted on this one."""
    if not line or not following.strip() or width > _WIDEST_WRAP:
        return False
    return len(line) + 1 + len(following.split(None, 1)[0]) > width


def _belongs_to(above: str, line: str, *, full: bool, sure: bool) -> bool:
    if not above or not line or _ITEM.match(line) or not _LETTER.search(line):
        return False
    if _ITEM.match(above) and line.startswith("  "):
        return True
    if not full or not _LETTER.search(above) or _KEPT_APART.match(line) or above.endswith(":"):
        return False
    # One long line proves nothing; a sentence that goes on below it does.
    return sure or (len(above) > _NARROWEST_WRAP and above[-1] not in ".!?" and line[0].islower())


def as_html(text: str) -> str:
    """The text as escaped HTML: paragraphs, lists, links, right-to-left where it is written so."""
    blocks = re.split(r"\n\s*\n", clean_text(text).strip("\n"))
    return "\n".join(_block(block.split("\n")) for block in blocks if block.strip())


def _block(lines: list[str]) -> str:
    parts: list[str] = []
    items: list[str] = []
    words: list[str] = []
    for line in [*lines, None]:
        item = line is not None and _BULLET.match(line)
        if items and not item:
            parts.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if words and (item or line is None):
            parts.append(f"<p{direction('  '.join(words))}>{'<br>'.join(map(linkify, words))}</p>")
            words = []
        if item and line is not None:
            text = line[item.end() :].strip()
            items.append(f"<li{direction(text)}>{linkify(text)}</li>")
        elif line is not None:
            words.append(line.strip())
    return "\n".join(parts)


def direction(text: str) -> str:
    """The attribute that a block of this text needs: ' dir="rtl"' where most letters are written
    from right to left, else ""."""
    return ' dir="rtl"' if is_right_to_left(text) else ""


def is_right_to_left(text: str) -> bool:
    """True when most letters of the text are Arabic, Hebrew or of a kindred script."""
    if text.isascii():
        return False
    turned = len(_RIGHT_TO_LEFT.findall(text))
    return turned > 0 and 2 * turned > len(_LETTER.findall(text))
