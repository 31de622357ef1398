"""Renders HTML as plain text, as a person would have typed it.

It walks what ``readable`` (or the cleaning) gave: balanced, free of scripts, styles and comments.
What is shown in a page is not made here (see clean).
"""

from __future__ import annotations

import re

from ingest import history_marks, limits
from ingest.lines import Block
from ingest.readable import BLOCKS, HARD_BLANK, SPACED, VOID


def rendered(html: str, *, for_reply: bool = False) -> str:
    """Plain text of what ``readable`` gave: quotes as "> ", tables, lists, links; ``\\n`` ends.

    With ``for_reply`` the marks by which mail programs set the quoted history apart (Outlook's
    divider, Gmail's "On … wrote") come out as quoted lines or as "-----Original Message-----", and
    signatures that the program marked as such are left out.
    """
    walker = _Walker(for_reply=for_reply)
    for token in _TOKEN.finditer(html):
        closing, tag, attributes, text = token.groups()
        if text:
            walker.text(_unescaped(text))
        elif closing:
            walker.end(tag)
        else:
            found = {name: _unescaped(value) for name, value in _ATTRIBUTE.findall(attributes)}
            walker.start(tag, found)
    return walker.finished()


# nh3 writes so regularly that this is exact: attributes in double quotes, "<" in text escaped.
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z-]+=\"[^\"]*\")*)[^<>]*>|([^<]+)")
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")


def _unescaped(text: str) -> str:
    if "&" in text:
        text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">")
        text = text.replace("&quot;", '"').replace("&amp;", "&")
    return text.replace(HARD_BLANK, "\xa0")


_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|mso-hide\s{0,3}:\s{0,3}all|visibility:\s?hidden")
_CROSSED_OUT = frozenset({"s", "del", "strike"})
_NO_MARGIN = re.compile(r"margin(-bottom)?\s{0,3}:\s{0,3}0|margin:0")


class _Walker:
    """Walks balanced HTML once, keeping a stack of the blocks that are open."""

    def __init__(self, *, for_reply: bool) -> None:
        self.for_reply = for_reply
        self.open: list[Block] = [Block()]
        self.tags: list[tuple[str, bool]] = []
        """Each open element and whether it opened a block of its own."""
        self.hidden = 0
        self.links: list[tuple[str, int]] = []
        self.pre = 0

    def finished(self) -> str:
        while len(self.open) > 1:
            self._close_block()
        return "\n".join(self.open[0].finished()).strip("\n")

    def start(self, tag: str, found: dict[str, str]) -> None:
        if tag in VOID:
            self._void(tag, found)
            return
        if self.hidden or self._is_hidden(tag, found):
            self.hidden += 1
            return
        self.tags.append((tag, self._opens(tag, found)))

    def end(self, tag: str) -> None:
        if self.hidden:
            self.hidden -= 1
            return
        if not self.tags or tag in VOID:
            return
        opened, own_block = self.tags.pop()
        if own_block:
            self._close_block()
        self._closes(opened)

    def text(self, data: str) -> None:
        if self.hidden:
            return
        if not self.pre:
            self.open[-1].write(data)
            return
        first, *rest = data.split("\n")
        self.open[-1].write_raw(first)
        for line in rest:
            self.open[-1].end_line(even_empty=True)
            self.open[-1].write_raw(line)

    def _void(self, tag: str, found: dict[str, str]) -> None:
        if self.hidden:
            return
        if tag == "br":
            self.open[-1].end_line(even_empty=True)
        elif tag == "hr":
            if self.for_reply and history_marks.begins_history(found):
                self._history()
            self.open[-1].rule()
        elif tag == "img" and found.get("alt", "").strip():
            self.open[-1].write(f"[{found['alt'].strip()}]")

    def _is_hidden(self, tag: str, found: dict[str, str]) -> bool:
        if found.get("style") and _HIDDEN.search(found["style"].lower()):
            return True
        # Whoever crosses out a "yes" does not say it.
        return self.for_reply and (tag in _CROSSED_OUT or history_marks.is_signature(found))

    def _opens(self, tag: str, found: dict[str, str]) -> bool:
        """Does what the start of an element asks for; True when it got a block of its own."""
        if self.for_reply and history_marks.begins_history(found):
            self._history()
        if tag == "a":
            self.links.append((found.get("href", ""), self.open[-1].length()))
        elif tag == "tr":
            self.open[-1].end_line()
            return self._open_block(Block(kind="tr"))
        elif tag in ("td", "th"):
            return self._open_block(Block(kind="td"))
        elif tag == "li":
            return self._open_block(Block(kind="li", first=self._marker(), other="  "))
        elif tag == "blockquote":
            self._space(nested=False)
            return self._open_block(Block(kind="quote", first="> ", other="> "))
        elif tag in ("ul", "ol"):
            self._space(nested=any(block.kind == "li" for block in self.open))
            number = int(found["start"]) if re.fullmatch(r"\d{1,4}", found.get("start", "")) else 1
            return self._open_block(Block(kind="list", number=number if tag == "ol" else None))
        elif tag in SPACED:
            self._space(nested=tag == "p" and _is_tight(found))
            self.pre += tag == "pre"
        elif tag in BLOCKS:
            self.open[-1].end_line()
        if self.for_reply and history_marks.is_attribution(found):
            return self._open_block(Block(kind="attribution", first="> ", other="> "))
        if self.for_reply and history_marks.is_quote(found):
            return self._open_block(Block(kind="quote", first="> ", other="> "))
        return False

    def _closes(self, tag: str) -> None:
        block = self.open[-1]
        if tag == "a" and self.links:
            href, start = self.links.pop()
            _write_address(block, href, start)
        elif tag in ("ul", "ol", "table", "pre") or re.fullmatch("h[1-6]", tag):
            self._space(nested=any(block.kind in ("li", "td") for block in self.open))
            self.pre -= tag == "pre"
        elif tag == "p":
            block.end_line()
            block.blank()
        elif tag in BLOCKS:
            block.end_line()

    def _space(self, *, nested: bool) -> None:
        self.open[-1].end_line()
        if not nested:
            self.open[-1].blank()

    def _marker(self) -> str:
        for block in reversed(self.open):
            if block.kind == "list":
                return block.marker()
        return "- "

    def _open_block(self, block: Block) -> bool:
        self.open[-1].end_line()
        if len(self.open) > limits.DEPTH_READ:
            return False
        self.open.append(block)
        return True

    def _close_block(self) -> None:
        block = self.open.pop()
        self.open[-1].take(block)

    def _history(self) -> None:
        """From here on nothing was newly typed: the line that every reader of replies knows."""
        self.open[-1].end_line()
        self.open[-1].write("-----Original Message-----")
        self.open[-1].end_line()


def _is_tight(found: dict[str, str]) -> bool:
    """Outlook's paragraphs are lines: the empty ones between them are paragraphs too."""
    return "msonormal" in found.get("class", "").lower() or bool(
        _NO_MARGIN.search(found.get("style", "").lower())
    )


def _write_address(block: Block, href: str, start: int) -> None:
    """The address of a link behind its text, unless the text says it already."""
    address = href.strip()
    bare = re.sub(r"^(mailto:|tel:|https?://(www\.)?)", "", address, flags=re.I).rstrip("/")
    shown = block.since(start).strip()
    if not bare or not shown or re.sub(r"\s", "", bare).lower() in shown.lower():
        if bare and not shown and block.since(start):
            block.write(address)
        return
    if address.lower().startswith("mailto:"):
        bare = bare.split("?")[0]
        if bare.lower() in shown.lower():
            return
        address = bare
    plain = re.sub(r"^(https?://)?(www\.)?", "", shown.lower()).rstrip("/")
    if plain and plain == bare.lower():
        return
    block.write(f" ({address})")
