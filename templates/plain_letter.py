"""The HTML of a letter that has only a text: the same words, set for a narrow screen.

Lines of 72 columns break anew on a telephone. The words to reply with become links that write
the answer. Everything is escaped: what people wrote stays text.
"""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from urllib.parse import quote

from templates.flow import KEPT, MORE, paragraphs
from templates.prose import linked

_RULE = re.compile(r"-{10,}\Z")
_WORD = re.compile(r"([A-Z]{2,}(?: [A-Z]{2,})*|WAIT 2 DAYS)(?![A-Z0-9])( and|,|:)?(?! \d)")
_INLINE = re.compile(r"\b(Reply |reply |word )(UNDO|CANCEL|CORRECT|WAITING)\b")
_QUOTE = "margin:0 0 14px;padding:2px 0 2px 12px;border-inline-start:3px solid #b9c7c3"
_ITEM = "margin:0 0 7px"


def as_html(body: str, reply_address: str) -> str:
    """The fragment for the frame of letters. ``body`` is a text before ``flow``."""
    parts = []
    for kind, group in groupby(paragraphs(body), key=_kind):
        lines = list(group)
        if kind == "kept":
            parts.append(_quotation(lines))
        elif kind == "item":
            items = (_item(line, reply_address) for line in lines)
            inner = "".join(f'<p style="{_ITEM}">{item}</p>' for item in items)
            parts.append(f'<div style="margin:0 0 16px">{inner}</div>')
        elif kind == "bullet":
            items = (linked(line.strip()[1:].strip()) for line in lines)
            parts.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
        elif kind == "said":
            parts += [f'<p dir="auto">{_sentence(line, reply_address)}</p>' for line in lines]
    return "".join(parts)


def _kind(line: str) -> str:
    if line.startswith(KEPT):
        return "kept"
    if not line.strip() or _RULE.match(line.strip()):
        return "blank"
    if line.startswith("  "):
        return "item"
    return "bullet" if line.startswith("- ") else "said"


def _quotation(lines: list[str]) -> str:
    """A person's own lines, as long as they wrote them."""
    whole: list[str] = []
    for line in lines:
        text = line.removeprefix(KEPT)
        if text.startswith(MORE) and whole:
            whole[-1] += f" {text.removeprefix(MORE).strip()}"
        else:
            whole.append(text)
    said = "<br>".join(linked(line) for line in whole)
    return f'<div class="l w" dir="auto" style="{_QUOTE}">{said}</div>'


def _sentence(line: str, reply_address: str) -> str:
    """Our own sentences with "Reply UNDO" as a link. A stranger's title in them gets no yes."""
    said = linked(line.strip())
    if "+" not in reply_address:
        return said
    return _INLINE.sub(lambda found: f"{found[1]}{_link(found[2], found[2], reply_address)}", said)


def _item(line: str, reply_address: str) -> str:
    text = line.strip()
    found = _WORD.match(text) if "+" in reply_address else None
    if found is None:
        return linked(text)
    word, more = found[1], found[2]
    written = f"{word}: " if more else word
    return _link(word, written, reply_address) + linked(text[len(word) :])


def _link(word: str, written: str, reply_address: str) -> str:
    """A link that writes the answer (RFC 6068)."""
    fields = f"subject={quote(word)}&body={quote(written)}"
    href = escape(f"mailto:{quote(reply_address, safe='@+')}?{fields}")
    return f'<a href="{href}" style="font-weight:bold">{word}</a>'
