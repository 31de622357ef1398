"""The HTML of round-ups keeps to what mail programs show: see docs/mail-programs.md.

What a reader needs stands in elements and inline styles that all of them know. What only some
know (rounded numbers, the line beside them, the dark palette) stands in style sheets, and nothing
is lost where it is not.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from templates import Form
from tests.templates.round_up import joined
from tests.templates.values import DROP_IN

FORMS: tuple[Form, ...] = ("html", "large")
VOID = {"meta", "br", "img", "hr", "link"}
ELEMENTS = {
    *("html", "head", "title", "meta", "style", "body", "div", "table", "tbody", "tr", "td"),
    *("h1", "h2", "h3", "p", "a", "b", "span", "ol", "ul", "li", "br", "bdi"),
}
INLINE = {
    *("background", "background-color", "border", "border-bottom", "border-collapse"),
    *("border-left", "border-right", "border-top", "border-spacing", "color", "direction"),
    *("display", "font", "font-family", "font-size", "font-weight", "height", "line-height"),
    *(
        "margin",
        "max-width",
        "padding",
        "padding-top",
        "text-align",
        "text-decoration",
        "vertical-align",
    ),
    *("white-space", "width", "word-spacing", "overflow-wrap", "letter-spacing"),
    # Decoration only: where it is not known, corners are square and lists stand further in.
    *("border-radius", "box-sizing", "padding-inline-start", "mso-table-lspace"),
    *("mso-table-rspace", "overflow", "max-height", "opacity", "-webkit-text-size-adjust"),
    *("-ms-text-size-adjust", "outline", "table-layout", "mso-hide"),
}
NEVER = re.compile(
    r"(?i)position\s*:|float\s*:|display\s*:\s*(?:flex|grid)|var\(|calc\(|url\(|@import|@font-face"
    r"|expression\(|javascript:|animation|transition|transform"
)


class Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: dict[str, list[dict[str, str]]] = {}
        self.styles: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.setdefault(tag, []).append(found)
        self.styles.append(found.get("style", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(params=FORMS)
def html(request: pytest.FixtureRequest) -> str:
    return joined(request.param, [("Housing", [DROP_IN, DROP_IN]), ("Jobs", [DROP_IN])])


def test_only_elements_that_every_mail_program_knows(html: str) -> None:
    seen = Seen(_without_comments(html))
    assert seen.elements.keys() <= ELEMENTS
    assert seen.wrong == [] and seen.open == []


def test_only_styles_that_every_mail_program_knows(html: str) -> None:
    for style in Seen(_without_comments(html)).styles:
        names = {part.partition(":")[0].strip() for part in style.split(";") if part.strip()}
        assert names <= INLINE, names - INLINE
        assert not NEVER.search(style)


def test_no_style_sheet_fetches_or_moves_anything(html: str) -> None:
    for sheet in re.findall(r"(?s)<style[^>]*>(.*?)</style>", html):
        assert not NEVER.search(sheet)
        assert len(sheet) < 8_192  # Gmail drops a longer one


def test_tables_are_for_looks_and_say_so(html: str) -> None:
    seen = Seen(_without_comments(html))
    assert all(one.get("role") == "presentation" for one in seen.elements["table"])
    assert "img" not in seen.elements  # nothing to fetch, and no text that would be missing


def test_a_screen_reader_finds_its_way(html: str) -> None:
    seen = Seen(_without_comments(html))
    (page,) = seen.elements["html"]
    assert page["lang"] == "en" and page["dir"] == "ltr"
    assert len(seen.elements["h1"]) == 1
    order = re.findall(r"<(h[1-6])", html)
    assert all(int(b[1]) - int(a[1]) <= 1 for a, b in pairwise(order))
    targets = {one["id"] for one in seen.elements["td"] if "id" in one}
    inside = {one["href"][1:] for one in seen.elements["a"] if one["href"].startswith("#")}
    assert inside == targets


def test_links_are_known_by_more_than_their_colour(html: str) -> None:
    """Entries of the contents are lists of links; all others keep their line."""
    bare = [one for one in Seen(_without_comments(html)).elements["a"] if one.get("class") == "e"]
    assert all(one["href"].startswith("#") for one in bare)
    sheets = " ".join(re.findall(r"(?s)<style[^>]*>(.*?)</style>", html))
    undressed = re.findall(r"([^{}]*)\{[^{}]*text-decoration:\s*none", sheets)
    assert all(selector.strip() in ("img", ".e") for selector in undressed), undressed


def _without_comments(html: str) -> str:
    """What Outlook alone reads stands in comments."""
    return re.sub(r"(?s)<!--.*?-->", "", html)
