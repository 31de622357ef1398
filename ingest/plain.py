"""Renders HTML as plain text, as a person would have typed it.

The HTML goes through nh3 first, so that what is walked is balanced and free of scripts, styles and
comments. What is shown in a page is not made here (see clean).
"""

from __future__ import annotations

import re

import nh3

from ingest import limits
from ingest.lines import Block


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BLOCKS = _names(
    "address article aside body caption center dd details dir div dl dt fieldset figcaption figure"
    " footer form header html legend main menu nav section summary tbody tfoot thead"
)
_SPACED = _names("p h1 h2 h3 h4 h5 h6 ul ol table pre dl")
_INLINE = _names("a img span font b i u s strong em small big sub sup code tt kbd q")
_OTHER = _names("br hr li tr td th blockquote")
_DROPPED = _names(
    "script style title template svg math iframe object noframes datalist audio video"
)
_VOID = _names("area base br col embed hr img input link meta source track wbr")
_SELF_CLOSING = _names("p li td th tr dt dd option tbody thead tfoot colgroup html body")
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
        tags=set(_BLOCKS | _SPACED | _INLINE | _OTHER) - {"html", "body", "head"},
        clean_content_tags=set(_DROPPED),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "ftp"},
    )


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
    return text.replace(_HARD_BLANK, "\xa0")


_ENTITY = re.compile(r"&#(?:(\d{2,6})|[xX]([0-9a-fA-F]{2,5}));")
_ENTITIES = 10_000
"""nh3's time grows with the square of their number too."""
_HARD_BLANK = "\ue0a0"
"""Stands for a hard blank while nh3 works, which would make an entity of it again."""


def _fewer_entities(html: str) -> str:
    """Letters for the entities that stand for letters; behind too many of the others it is cut."""
    if html.count("&") + html.count("\xa0") <= _ENTITIES:
        return html
    html = html.replace("&nbsp;", _HARD_BLANK).replace("\xa0", _HARD_BLANK)
    html = _ENTITY.sub(_letter, html)
    pieces = html.split("&", _ENTITIES)
    return html if len(pieces) <= _ENTITIES else "&".join(pieces[:_ENTITIES])


def _letter(entity: re.Match[str]) -> str:
    number = int(entity[1] or 0) or int(entity[2] or "0", 16)
    letter = _HARD_BLANK if number == 0xA0 else chr(min(number, 0x10FFFF))
    harmless = letter not in "<>&\"'" and (letter.isprintable() or letter == _HARD_BLANK)
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
        if name in _VOID or name in _SELF_CLOSING:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _DEEPEST and not tag[1]:
            depth -= 1
            end = html.find(">", tag.end())
            kept.append(html[at : tag.start()])
            at = max(at, end + 1 if end >= 0 else len(html))
    return "".join([*kept, html[at:]])


_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|mso-hide\s{0,3}:\s{0,3}all|visibility:\s?hidden")
_NO_MARGIN = re.compile(r"margin(-bottom)?\s{0,3}:\s{0,3}0|margin:0")
_ATTRIBUTION = _names("gmail_attr moz-cite-prefix moz-forward-container-header")
_HISTORY_CLASSES = _names(
    "yahoo_quoted protonmail_quote ms-outlook-mobile-reference-message tutanota_quote"
)
_HISTORY_IDS = _names(
    "divrplyfwdmsg appendonsend olk_src_body_section replysplit zwchr originalmessage"
    " mail-editor-reference-message-container"
)
_SIGNATURE = _names("gmail_signature moz-signature protonmail_signature_block")
_OUTLOOK_RULE = re.compile(
    r"border(-top)?:\s{0,2}(none;\s{0,2}border-top:)?\s{0,2}solid #(e1e1e1|b5c4df)"
)


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
        if tag in _VOID:
            self._void(tag, found)
            return
        if self.hidden or self._is_hidden(found):
            self.hidden += 1
            return
        self.tags.append((tag, self._opens(tag, found)))

    def end(self, tag: str) -> None:
        if self.hidden:
            self.hidden -= 1
            return
        if not self.tags or tag in _VOID:
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
            if self.for_reply and found.get("id", "").lower() in _HISTORY_IDS:
                self._history()
            self.open[-1].rule()
        elif tag == "img" and found.get("alt", "").strip():
            self.open[-1].write(f"[{found['alt'].strip()}]")

    def _is_hidden(self, found: dict[str, str]) -> bool:
        if found.get("style") and _HIDDEN.search(found["style"].lower()):
            return True
        if not self.for_reply:
            return False
        classes = found.get("class", "").lower().split()
        return not _SIGNATURE.isdisjoint(classes)

    def _opens(self, tag: str, found: dict[str, str]) -> bool:
        """Does what the start of an element asks for; True when it got a block of its own."""
        if self.for_reply:
            self._mark_history(found)
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
        elif tag in _SPACED:
            self._space(nested=tag == "p" and _is_tight(found))
            self.pre += tag == "pre"
        elif tag in _BLOCKS:
            self.open[-1].end_line()
        if self.for_reply and not _ATTRIBUTION.isdisjoint(found.get("class", "").lower().split()):
            return self._open_block(Block(kind="attribution", first="> ", other="> "))
        if self.for_reply and found.get("name") == "quote":
            # GMX and Web.de
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
        elif tag in _BLOCKS:
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

    def _mark_history(self, found: dict[str, str]) -> None:
        classes = found.get("class", "").lower().split()
        if (
            found.get("id", "").lower().removeprefix("x_") in _HISTORY_IDS
            or not _HISTORY_CLASSES.isdisjoint(classes)
            or _OUTLOOK_RULE.search(found.get("style", "").lower())
        ):
            self._history()

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
