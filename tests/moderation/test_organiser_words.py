"""What an organiser writes to LIST-owner@, and what is meant by it."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.organiser_words import MOST_NAMES, Command, read_command

SUNDAY = date(2026, 11, 22)
DANA = "dana@charity.example"


def read(text: str) -> Command | None:
    return read_command(text, SUNDAY)


@pytest.mark.parametrize(
    "said",
    [
        "add moderator Dana dana@charity.example",
        "Add moderator: Dana <dana@charity.example>",
        "add a moderator Dana, dana@charity.example.",
        "Add Dana dana@charity.example as moderator",
        "add dana@charity.example Dana please",
        "Hi,\n\nnew moderator Dana (dana@charity.example)\n\nThanks\nBob",
        "Please add Dana <dana@charity.example> as a moderator",
        "Hello, could you please add Dana, dana@charity.example, to the moderators?",
        "We'd like to add Dana (dana@charity.example) as a moderator",
        "Make Dana dana@charity.example a moderator",
    ],
)
def test_somebody_is_added_with_name_and_address(said: str) -> None:
    found = read(said)
    assert found is not None
    assert (found.kind, found.address, found.name) == ("add", DANA, "Dana")


@pytest.mark.parametrize(
    ("said", "address", "name"),
    [
        ("remove moderator dana@charity.example", DANA, ""),
        ("Remove moderator Dana", "", "Dana"),
        ("remove dana@charity.example, please", DANA, ""),
        ("Please remove Dana", "", "Dana"),
        ("Can you remove Dana from the moderators?", "", "Dana"),
    ],
)
def test_somebody_is_removed_by_address_or_name(said: str, address: str, name: str) -> None:
    found = read(said)
    assert found is not None and found.kind == "remove"
    assert (found.address, found.name) == (address, name)


def test_an_author_is_no_longer_trusted() -> None:
    found = read("Stop trusting alice@charity.example please")
    assert found is not None
    assert (found.kind, found.address) == ("untrust", "alice@charity.example")


@pytest.mark.parametrize("said", ["Please rota", "rota please", "Rota, please.", "please, rota!"])
def test_who_asks_politely_asks_for_the_same(said: str) -> None:
    found = read(said)
    assert found is not None and found.kind == "rota"


def test_the_rota_is_set_from_a_day_on_or_for_some_days() -> None:
    found = read("Rota from 23 November: Bob, Amina and dana@charity.example")
    assert found is not None
    assert found.start == date(2026, 11, 23) and found.span is None
    assert found.names == ("Bob", "Amina", DANA)
    found = read("rota 24–30 December: Amina, Bob")
    assert found is not None
    assert found.span == (date(2026, 12, 24), date(2026, 12, 31)) and found.start is None


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("rota from Monday: Bob & Amina", date(2026, 11, 23)),
        ("rota from next week: Bob, then Amina", date(2026, 11, 23)),
        ("Please set the rota from 2026-11-23: Bob / Amina", date(2026, 11, 23)),
        ("rota starting on 1 December: Bob and Amina", date(2026, 12, 1)),
    ],
)
def test_from_a_day_is_from_then_on(said: str, start: date) -> None:
    found = read(said)
    assert found is not None
    assert (found.start, found.span, found.names) == (start, None, ("Bob", "Amina"))
    assert found.kind == "set rota"


@pytest.mark.parametrize(
    ("said", "first", "end"),
    [
        ("rota on 24 December: Bob", date(2026, 12, 24), date(2026, 12, 25)),
        ("rota 24 December: Bob", date(2026, 12, 24), date(2026, 12, 25)),
        ("rota on Monday: Bob", date(2026, 11, 23), date(2026, 11, 24)),
        ("rota for next week: Bob", date(2026, 11, 23), date(2026, 11, 30)),
        ("rota next week: Bob", date(2026, 11, 23), date(2026, 11, 30)),
        ("rota from Monday to Friday: Bob", date(2026, 11, 23), date(2026, 11, 28)),
        ("rota from 2026-12-01 to 2026-12-03: Bob", date(2026, 12, 1), date(2026, 12, 4)),
    ],
)
def test_a_day_or_a_week_is_that_alone(said: str, first: date, end: date) -> None:
    found = read(said)
    assert found is not None
    assert (found.start, found.span, found.names) == (None, (first, end), ("Bob",))
    assert found.kind == "set rota"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("rota", "rota"),
        ("Who's on duty?", "rota"),
        ("Unpause", "resume"),
        ("Could you please show the moderators?", "people"),
        ("Waiting?", "waiting"),
        ("?", "help"),
        ("waiting", "waiting"),
        ("What is waiting", "waiting"),
        ("Moderators", "people"),
        ("help", "help"),
        ("Pause", "pause"),
        ("pause, please", "pause"),
        ("please resume", "resume"),
        ("untrust alice@charity.example", "untrust"),
        ("pause until Monday", "unclear"),
        ("add moderator Dana", "unclear"),
        ("remove", "unclear"),
        ("rota from 31 February: Bob", "unclear"),
        ("rota from 23 November", "unclear"),
        ("untrust Alice", "unclear"),
        ("Don't trust this post, dana@charity.example", "unclear"),
        ("Don't trust what dana@charity.example says about it, Bob", "unclear"),
        ("don't trust dana@charity.example, thanks", "untrust"),
        ("add dana@charity.example to the list of readers", "unclear"),
        ("Could you add Dana dana@charity.example to the mailing list", "unclear"),
        ("Please remove dana@charity.example from the list", "unclear"),
    ],
)
def test_a_word_is_whole_or_asked_back(said: str, kind: str) -> None:
    found = read(said)
    assert found is not None and found.kind == kind


@pytest.mark.parametrize(
    "said",
    ["Add Dana dana@charity.example", "add Dana", "remove Dana", "remove", "untrust Alice",
     "untrust alice@charity.example", "rota from Monday: Bob", "rota Monday: Bob", "rota 3: Bob",
     "rota: Bob", "pause until Monday", "resume it all", "rota"],
)  # fmt: skip
def test_the_line_is_kept_to_be_quoted_back(said: str) -> None:
    found = read(f"Hello,\n\n{said}\n\nBob")
    assert found is not None and found.line == said


def test_a_rota_has_so_many_names_and_no_more() -> None:
    names = [f"Person {number}" for number in range(MOST_NAMES)]
    found = read(f"rota from Monday: {', '.join(names)}")
    assert found is not None and found.names == tuple(names)
    found = read(f"rota from Monday: {', '.join([*names, 'Bob'])}")
    assert found is not None and found.kind == "unclear"


@pytest.mark.parametrize(
    "said",
    ["", "Dear all, shall we meet on Monday?", "Thanks!", "Rotating people is a good idea",
     "We are waiting for the poster.", "> pause", "Additional news", "Who can come on Friday?",
     "Make sure the poster is in, ask dana@charity.example", "Remove the second post please",
     "Make it short", "Remove the link in the last round-up", "remove Bob's post",
     "Can you add a note to the round-up? dana@charity.example knows"],
)  # fmt: skip
def test_an_ordinary_letter_is_no_command(said: str) -> None:
    assert read(said) is None


def test_every_word_on_the_page_of_words_is_a_command() -> None:
    page = Path(__file__).parents[2] / "docs" / "addresses-and-words.md"
    section = page.read_text(encoding="utf-8").partition("## An organiser's words")[2]
    rows = re.findall(r"(?m)^\| (`.*?) \|", section.partition("\n## ")[0])
    said = [word for row in rows for word in re.findall(r"`([^`]+)`", row)]
    assert len(said) > 12
    assert [one for one in said if (found := read(one)) is None or found.kind == "unclear"] == []


@given(st.text(max_size=300))
def test_anything_at_all_is_a_command_or_none(said: str) -> None:
    found = read(said)
    assert found is None or found.kind


@pytest.mark.parametrize("bait", ["add ", "a@", "rota 3-", "rota :", ",", "rota: a,", "pause "])
def test_long_bait_costs_nothing(bait: str) -> None:
    started = time.monotonic()
    read(bait * 50_000)
    assert time.monotonic() - started < 0.2
