"""The body of one mail as a post: its own words and what it passes on, as a tree and as text,
without earlier mails, signatures and disclaimers. Attached files and mails are draft's business."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest import plain, quoting
from ingest.armour import unarmoured
from ingest.characters import clean_text, is_forward, without_prefixes
from ingest.clean import TRACKING, TooMuch, clean_tree
from ingest.layout import lay_out
from ingest.links import with_clean_links
from ingest.paragraphs import as_html, unwrapped
from ingest.tree import Element, elements, text_of, write
from ingest.tree_lines import Line, lines_of, prune, take_out
from ingest.trim import is_passed_on, trim
from storage.records import Reading

MOST_CHARACTERS = 100_000
MOST_LINES = 3_000
"""Of plain text in a post; a book is better attached."""
_FEW_WORDS = 20
_WORD = re.compile(r"\w{2,40}")


@dataclass(slots=True)
class Body:
    tree: Element
    text: str
    from_page: bool
    """True when the HTML was used, False when the plain text was."""
    notes: list[str] = field(default_factory=list)


def body_of(reading: Reading) -> Body:
    """What of a mail's own parts is meant for readers."""
    tree = _tree(reading.html)
    if tree is None or _says_less(text_of(tree), reading.text):
        return _from_text(reading)
    if _says_something_else(text_of(tree), reading.text):
        note = "The plain form of this mail says something else than the formatted one shown here."
        return _from_page(tree, reading, [note])
    return _from_page(tree, reading, [])


def _tree(html: str | None) -> Element | None:
    if not html:
        return None
    try:
        tree = clean_tree(html, Counter())
    except Exception:  # noqa: BLE001 - then the plain text has to do
        return None
    return tree if text_of(tree).strip() or _has_picture(tree) else None


def _has_picture(tree: Element) -> bool:
    return any(element.name == "img" for element in elements(tree))


def _says_less(page: str, text: str) -> bool:
    """Some servers add an HTML disclaimer to a plain mail: the plain part is the body then."""
    return len(text.split()) > 2 * len(page.split()) + _FEW_WORDS


def _says_something_else(page: str, text: str) -> bool:
    in_page, in_text = set(_WORD.findall(page.lower())), set(_WORD.findall(text.lower()))
    if min(len(in_page), len(in_text)) < _FEW_WORDS:
        return False
    return 3 * len(in_page & in_text) < min(len(in_page), len(in_text))


def _from_text(reading: Reading) -> Body:
    said, notes = _shortened(unarmoured(clean_text(reading.text)))
    lines = said.split("\n")
    forward = is_forward(reading.subject)
    if is_passed_on(lines, forward=forward):
        lines = _without_one_quote(lines)
    trimmed = trim(lines, forward=forward)
    kept = [
        trimmed.instead.get(number, line)
        for number, line in enumerate(lines)
        if number in trimmed.kept or number in trimmed.instead
    ]
    written = _tidied(unwrapped("\n".join(kept)))
    text = with_clean_links(written)
    notes += trimmed.notes + ([TRACKING] if len(text) < len(written) else [])
    return Body(_tree_of_text(text), text, False, notes)


def _shortened(text: str) -> tuple[str, list[str]]:
    shorter = "\n".join(text[:MOST_CHARACTERS].split("\n", MOST_LINES)[:MOST_LINES])
    if len(shorter) == len(text):
        return text, []
    return shorter, ["The text was too long for a post, so its end has been cut."]


def _tree_of_text(text: str) -> Element:
    try:
        return clean_tree(as_html(text), Counter())
    except TooMuch:
        # Thousands of links: nobody reads them, but the words must come through.
        lines: list[Element | str] = [Element("p", {}, [line]) for line in text.split("\n") if line]
        return Element("", {}, lines)


def _without_one_quote(lines: Sequence[str]) -> list[str]:
    """Some programs quote what they pass on."""
    return [re.sub(r"^> ?", "", line) for line in lines]


def _from_page(tree: Element, reading: Reading, notes: list[str]) -> Body:
    lines = lines_of(tree)
    if len(lines) > 3 * MOST_LINES:
        return Body(
            tree, text_of(tree), True, [*notes, "It was too long to look for earlier mails."]
        )
    words = [line.text.strip() for line in lines]
    forward = is_forward(reading.subject)
    if is_passed_on(words, forward=forward):
        _without_quotations(tree)
    else:
        words = _marked(lines, words, reading)
    trimmed = trim(words, forward=forward)
    take_out(lines, _gone(lines, trimmed.kept), trimmed.instead)
    prune(tree)
    lay_out(tree)
    return Body(tree, _tidied(plain.rendered(write(tree))), True, notes + trimmed.notes)


def _gone(lines: Sequence[Line], kept: set[int]) -> set[int]:
    """The numbers of the lines to take out: also those that hold only a picture, such as the logo
    of a signature, where the words before them and after them go."""
    gone = set(range(len(lines))) - kept
    said = [number for number, line in enumerate(lines) if line.text.strip()]
    for before, after in pairwise([-1, *said, len(lines)]):
        if before in gone and (after in gone or after == len(lines)):
            gone.update(range(before + 1, after))
    return gone


def _without_quotations(tree: Element) -> None:
    for element in elements(tree):
        if element.name == "blockquote":
            element.name = "div"


def _marked(lines: Sequence[Line], words: list[str], reading: Reading) -> list[str]:
    """The lines with a mark before those of an earlier mail. A quotation in a mail that answers
    nothing is part of what its author has to say."""
    answers = bool(reading.answers) or without_prefixes(reading.subject) != reading.subject.strip()
    marked: list[str] = []
    last, history = "", False
    for line, said in zip(lines, words, strict=True):
        if line.quoted and not history:
            history = answers or quoting.attribution([quoting.plain(last)], quote_follows=True) > 0
        history = history and line.quoted
        marked.append(f"> {said}" if history and said else said)
        last = said or last
    return marked


def _tidied(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n").rstrip()
