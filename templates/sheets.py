"""The notice-board edition: A4 sheets to print in black and white and pin up, as a PDF file.

One sheet lists everything, then each item has a sheet of its own, so that it can be taken down
when it is over. All of it works on paper: links are spelled out and have a code for phones, and
strips at the foot carry the address away.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from templates import dates
from templates.catalogue import translate
from templates.paper import BODY, SMALL, TITLE, Paper
from templates.views import ItemView

_WORDS = Path(__file__).parent / "print" / "en.toml"

LONGEST_SPELLED = 44
"""A longer address is nobody's to type: its host stands there, and the code knows the rest."""
LONGEST_TEXT = 12_000
"""Characters of one item. What is longer is no notice; it comes whole by mail."""


@dataclass(frozen=True, slots=True)
class Board:
    """What all sheets of one edition share. ``join`` and ``help`` are mail addresses of ours."""

    list_title: str
    day: date
    join: str
    help: str
    language: str = "en"


Numbered = Sequence[tuple[int, ItemView]]


def sheets(board: Board, items: Numbered) -> bytes:
    """The PDF file. ``items`` have the numbers of the mail that brings it, in their order."""
    words = _words(board.language)
    foot = f"{board.list_title} · {dates.day(board.day, board.language)}"
    paper = Paper(foot, right_to_left=dates.direction(board.language) == "rtl")
    paper.set_title(foot)
    paper.set_lang(board.language)
    if len(items) > 1:
        _contents(paper, board, items, words)
    for number, item in items:
        _item(paper, board, number, item, words)
    return bytes(paper.output())


def _contents(paper: Paper, board: Board, items: Numbered, words: dict[str, str]) -> None:
    paper.add_page()
    paper.write_lines(board.list_title, TITLE, bold=True)
    paper.write_lines(dates.day(board.day, board.language), 18)
    paper.ln(3)
    paper.rule(1.2)
    paper.ln(4)
    for number, item in items:
        paper.write_lines(f"{number}. {_title(paper, number, item, words)}", BODY, bold=True)
        when = _dates(board, item, words)
        if when:
            paper.write_lines(when, BODY, indent=9)
        paper.ln(1.5)
    paper.ln(2)
    paper.rule(0.4)
    paper.ln(3)
    paper.write_lines(words["join"].format(address=board.join), BODY)
    paper.ln(3)
    paper.codes([(f"mailto:{board.join}?body=join", board.join)])


def _item(paper: Paper, board: Board, number: int, item: ItemView, words: dict[str, str]) -> None:
    paper.add_page()
    title = _title(paper, number, item, words)
    paper.write_lines(title, TITLE, bold=True)
    paper.ln(2)
    paper.rule(1.2)
    paper.ln(3)
    for label, value in _facts(board, item, words):
        paper.fact(label, value)
    paper.ln(3)
    text, links = _spelled(item.text[:LONGEST_TEXT])
    if not paper.is_printable(text):
        text = words["unprintable"].format(number=number, address=board.help)
    for paragraph in re.split(r"\n{2,}", text.strip()):
        paper.write_lines(paragraph)
        paper.ln(3)
    if item.attachments:
        named = ", ".join(one.name for one in item.attachments)
        paper.write_lines(words["attached"].format(names=named, number=number), SMALL + 1.5)
        paper.ln(3)
    paper.codes([(link, _short(link)) for link in links])
    contact = [line for line in (*map(_short, links[:1]), item.author_address) if line]
    if contact:
        paper.strips([title, *contact])


def _title(paper: Paper, number: int, item: ItemView, words: dict[str, str]) -> str:
    return item.title if paper.is_printable(item.title) else words["item"].format(number=number)


def _dates(board: Board, item: ItemView, words: dict[str, str]) -> str:
    said = []
    if item.event_date:
        said.append(dates.day(item.event_date, board.language))
    if item.closing_date:
        closes = dates.day(item.closing_date, board.language)
        said.append(words["closes_on"].format(day=closes))
    return " · ".join(said)


def _facts(board: Board, item: ItemView, words: dict[str, str]) -> list[tuple[str, str]]:
    when = dates.day(item.event_date, board.language) if item.event_date else ""
    known = [
        ("when", ", ".join(part for part in (when, item.time) if part)),
        ("where", item.where),
        ("cost", item.cost),
        ("who", item.who),
        ("book", item.book),
        ("closes", dates.day(item.closing_date, board.language) if item.closing_date else ""),
        ("from", item.organisation),
        ("write_to", item.author_address),
    ]
    return [(words[label], value) for label, value in known if value]


_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")


def _spelled(text: str) -> tuple[str, list[str]]:
    """``text`` with its links as somebody would write them by hand, and the links themselves."""
    links: list[str] = []

    def spell(match: re.Match[str]) -> str:
        link = match[0].rstrip(".,;:!?)]")
        if link not in links:
            links.append(link)
        return _short(link) + match[0][len(link) :]

    return _LINK.sub(spell, text), links


def _short(link: str) -> str:
    spelled = re.sub(r"^https?://(?:www\.)?", "", link).rstrip("/")
    if len(spelled) <= LONGEST_SPELLED:
        return spelled
    return spelled.partition("/")[0] + "/…"


@cache
def _words(language: str) -> dict[str, str]:
    words = tomllib.loads(_WORDS.read_text("utf-8"))
    return {name: _fitting(text, translate(text, language)) for name, text in words.items()}


def _fitting(text: str, other: str) -> str:
    """``other`` where it holds the same places for values."""
    places = re.compile(r"\{\w+\}")
    return other if sorted(places.findall(other)) == sorted(places.findall(text)) else text
