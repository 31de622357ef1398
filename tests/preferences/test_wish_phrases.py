"""What readers really type: each phrase means one thing, and what is not plain changes nothing."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preferences.wish import Wish, read_wishes
from storage.records import Topic

TODAY = date(2026, 11, 18)
TOPICS = (
    Topic(1, 1, "housing", "Housing"),
    Topic(2, 1, "jobs", "Jobs and training"),
    Topic(3, 1, "law", "Legal advice"),
)
KEYS = {topic.id: topic.key for topic in TOPICS}


def phrases() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "phrases.txt").read_text(encoding="utf-8").splitlines()
    table = [line.split(" | ") for line in lines if line and not line.startswith("# ")]
    return [(phrase.replace("\\n", "\n"), meaning) for phrase, meaning in table]


def read(text: str) -> str:
    return " / ".join(map(_meaning, read_wishes(text, TOPICS, TODAY)))


@pytest.mark.parametrize(
    "line",
    ["stop", "daily", "wekly", "more 3", "stop?", "I have retired, please remove me", "search jobs",
     "my new address is carol@new.example", "help"],
)  # fmt: skip
def test_the_line_is_kept_to_be_quoted_back(line: str) -> None:
    assert [wish.line for wish in read_wishes(f"Hello,\n\n{line}\n", TOPICS, TODAY)] == [line]


def _meaning(wish: Wish) -> str:
    if wish.kind == "more":
        return f"more {' '.join(map(str, wish.changes['numbers']))}"
    if wish.kind in ("address", "search"):
        return f"{wish.kind} {next(iter(wish.changes.values()))}"
    if wish.kind != "change":
        return wish.kind
    changes = dict(wish.changes)
    since = changes.pop("paused_from", None)
    if since:
        return f"pause {since} to {changes['paused_until']}"
    ((name, value),) = changes.items()
    said: dict[str, Any] = {
        "frequency": lambda: f"frequency {value}",
        "topics": lambda: " ".join(["topics", *(KEYS[number] for number in value)]),
        "topic_frequencies": lambda: " ".join(
            f"own {KEYS[number]} {often}" for number, often in value.items()
        ),
        "also": lambda: " ".join(["also", *(KEYS[number] for number in value)]),
        "without": lambda: " ".join(["without", *(KEYS[number] for number in value)]),
        "format": lambda: f"format {value}",
        "length": lambda: f"length {value}",
        "attachments": lambda: f"files {value}",
        "language": lambda: f"language {value}",
        "paused_until": lambda: f"pause {value}" if value else "resume",
    }
    return str(said[name]())


@pytest.mark.parametrize(("phrase", "meaning"), phrases())
def test_what_a_phrase_means(phrase: str, meaning: str) -> None:
    assert read(phrase) == meaning


def test_an_empty_mail_is_unclear() -> None:
    assert read("") == read(" \n\t\n") == "unclear"


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(phrases()) >= 200


@given(st.text(max_size=300))
def test_nothing_that_is_typed_makes_it_raise_or_give_nothing(text: str) -> None:
    assert read_wishes(text, TOPICS, TODAY)


@pytest.mark.parametrize(
    "bait",
    [
        "stop ",
        "topics housing,",
        "pause until ",
        "more 1 ",
        "hi ",
        "a week ",
        "\n",
        "jobs ",
        "pause 1 june ",
    ],
)
def test_a_bait_of_100_kb_ends(bait: str) -> None:
    read_wishes(bait * (100_000 // len(bait)), TOPICS, TODAY)


def test_a_list_without_topics_knows_none() -> None:
    assert [wish.kind for wish in read_wishes("topics housing", (), TODAY)] == ["unclear"]


def test_a_topic_called_like_a_word_of_ours_does_not_hide_it() -> None:
    topics = (*TOPICS, Topic(4, 1, "stop", "Stop smoking"), Topic(5, 1, "all", "All"))
    assert [wish.kind for wish in read_wishes("stop", topics, TODAY)] == ["stop"]
    (wish,) = read_wishes("topics stop smoking", topics, TODAY)
    assert wish.changes == {"topics": (4,)}


def test_the_line_that_was_not_understood_is_quoted_back() -> None:
    (wish,) = read_wishes("Hi,\nWhat is this?\nCarol", TOPICS, TODAY)
    assert wish.line == "What is this?"


@pytest.mark.parametrize(
    "bait",
    ["weekly and " * 14, "please " * 22, "weekly, large print, " * 7, "a, " * 50, "x, " * 99],
)
def test_forty_lines_made_to_be_slow_cost_little(bait: str) -> None:
    began = time.process_time()
    read_wishes("\n".join(["weekly", *[bait] * 39]), TOPICS, TODAY)
    assert time.process_time() - began < 2
