"""The docs tell the truth: what they link to, name and promise is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from delivery.addresses import read_address
from moderation.answer import says_yes
from moderation.author_words import read_author
from moderation.verdict import KINDS, Kind, read_verdict
from preferences.wish import Wish, read_wishes
from storage.records import MailingList, Topic

CHECKOUT = Path(__file__).parent.parent
PAGES = [*sorted(CHECKOUT.glob("*.md")), *sorted((CHECKOUT / "docs").rglob("*.md"))]
FLOW = (CHECKOUT / "docs" / "flow.md").read_text(encoding="utf-8")
WORDS = (CHECKOUT / "docs" / "addresses-and-words.md").read_text(encoding="utf-8")

TODAY = date(2026, 11, 23)
LIST = MailingList(1, "news", "lists.example.org", "Partnership News")
TOPICS = (Topic(1, 1, "housing", "Housing"), Topic(2, 1, "jobs", "Jobs and training"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in _links(page) if not _is_there(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|md|toml|txt|mjml))(?::[\w.]+)?`", _text(page))
    assert [name for name in named if not (CHECKOUT / name).exists()] == []


def test_every_decision_is_in_the_list_of_decisions() -> None:
    folder = CHECKOUT / "docs" / "decisions"
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert {Path(link).name for link in _links(folder / "README.md")} >= pages


def test_every_function_on_the_page_of_the_flow_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py):([\w.]+)`", FLOW)
    assert len(named) > 30
    assert [f"{file}:{name}" for file, name in named if name not in _defined(file)] == []


def test_every_address_on_the_page_is_one_of_a_list() -> None:
    cells = [cell for title, cell in _first_cells(WORDS) if title.startswith("Addresses")]
    found = [address for cell in cells for address in re.findall(r"`(news[^`]+@[^`]+)`", cell)]
    assert len(found) > 12
    assert [one for one in found if read_address(one.replace("MARK", "a1"), [LIST]) is None] == []


def test_every_word_of_a_moderator_is_known_and_means_one_thing() -> None:
    kinds: set[Kind] = set()
    for cell in _rows_below("A moderator's words"):
        said = {_verdict(word) for word in _words(cell)}
        assert len(said) == 1, cell
        kinds |= said
    assert kinds == set(KINDS)


def test_every_word_of_a_reader_is_known_and_means_one_thing() -> None:
    kinds: set[str] = set()
    for cell in _rows_below("A reader's words"):
        wishes = [_wish(word) for word in _words(cell)]
        assert all(wish.kind == wishes[0].kind for wish in wishes), cell
        assert all(wish.changes == wishes[0].changes for wish in wishes), cell
        kinds.add(wishes[0].kind)
    shown = {"settings", "more", "search", "data", "help"}
    assert kinds == {"join", "stop", "change", "address"} | shown


def test_every_word_of_an_author_is_known() -> None:
    named = {word for cell in _rows_below("An author's words") for word in _words(cell)}
    kinds = {read_author(word).kind for word in named - {"correct"}}
    assert (kinds, read_author("correct\nA new text.").kind) == ({"cancel"}, "correct")


def test_what_confirms_does_so() -> None:
    yes, confirm, no = re.findall(r"`([^`]+)`", _section("A word that confirms"))
    assert (says_yes(yes), says_yes(confirm), says_yes(no)) == (True, True, False)


def test_what_is_said_to_be_asked_back_is() -> None:
    line = next(line for line in WORDS.splitlines() if "is asked back" in line)
    examples = re.findall(r"`([^`]+)`", line)
    assert len(examples) == 3
    assert {read_verdict(example).kind for example in examples} == {"unclear"}


def _verdict(word: str) -> Kind:
    """Some words are nothing without a text below them."""
    kind = read_verdict(word).kind
    return read_verdict(f"{word}\nA new text.").kind if kind == "unclear" else kind


def _wish(word: str) -> Wish:
    (wish,) = read_wishes(word, TOPICS, TODAY)
    assert wish.kind != "unclear", word
    return wish


def _words(cell: str) -> list[str]:
    """What stands between backticks, and the emoji, which need none."""
    return re.findall(r"`([^`]+)`", cell) + re.findall("[👍✅👎❌]", cell)


def _rows_below(title: str) -> Iterator[str]:
    return (cell for found, cell in _first_cells(WORDS) if found == title)


def _first_cells(text: str) -> Iterator[tuple[str, str]]:
    """(heading, first cell) of the rows of all tables, without their heads."""
    title = ""
    for line in text.splitlines():
        if line.startswith("#"):
            title = line.lstrip("# ")
        elif line.startswith("| ") and "`" in line.split(" | ")[0]:
            yield title, line.split(" | ")[0]


def _section(title: str) -> str:
    return WORDS.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _links(page: Path) -> list[str]:
    return re.findall(r"\[[^\]]+\]\(([^)\s]+)\)", _text(page))


def _is_there(page: Path, link: str) -> bool:
    if "://" in link or link.startswith("mailto:"):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path) if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """The headings as the places that show Markdown name them."""
    heads = re.findall(r"(?m)^#+ (.+)$", _text(page))
    return {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def _defined(file: str) -> frozenset[str]:
    """Functions and classes of a file, and "Class.method"."""
    names = set()
    for node in ast.parse((CHECKOUT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = (
                one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
            )
            names |= {f"{node.name}.{one.name}" for one in inner}
    return frozenset(names)
