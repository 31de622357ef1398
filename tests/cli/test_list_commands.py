"""The commands for lists and their topics: what they do, show and refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import postround

Ask = Callable[..., str]


@pytest.fixture
def ask(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """What a command prints, or the sentence with which it refuses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("POSTROUND_OUTGOING", f"maildir:{tmp_path}/out")

    def run(*words: str, refused: bool = False) -> str:
        done = CliRunner().invoke(postround, list(words))
        assert done.exit_code == (1 if refused else 0), (done.output, done.exception)
        return str(done.exception) if refused else done.output

    run("list", "add", "news@lists.example", "--name", "Town News")
    return run


def test_a_list_needs_an_address_of_its_own(ask: Ask) -> None:
    assert "whole address" in ask("list", "add", "jobs", "--name", "Jobs", refused=True)
    assert "whole address" in ask("list", "add", "jobs@lists", "--name", "Jobs", refused=True)
    for name in ("news-join", "jobs-owner", "a" * 21, "jobs!"):
        said = ask("list", "add", f"{name}@lists.example", "--name", "Jobs", refused=True)
        assert said.startswith(f"A list cannot be called {name}")
    again = ask("list", "add", "NEWS@lists.example", "--name", "News", refused=True)
    assert again.startswith("There is a list")


def test_a_list_in_a_language_or_land_that_we_do_not_know(ask: Ask) -> None:
    assert "We do not write xx" in ask("list", "edit", "news", "--language", "xx", refused=True)
    assert "not known" in ask("list", "edit", "news", "--holidays", "XX-99", refused=True)
    assert "Say what to change" in ask("list", "edit", "news", refused=True)
    ask("list", "edit", "news", "--languages", "PL, ar", "--holidays", "none")
    (shown,) = json.loads(ask("list", "show", "news", "--json"))
    assert (shown["languages"], shown["holidays"]) == ("en,pl,ar", "")


def test_a_list_pauses_and_goes_on(ask: Ask) -> None:
    assert "does not pause" in ask("list", "resume", "news", refused=True)
    assert "postround list resume news" in ask("list", "pause", "news")
    assert "pauses already" in ask("list", "pause", "news", refused=True)
    assert ask("list", "resume", "news") == "news@lists.example goes on.\n"


def test_topics_are_added_shown_and_taken_away(ask: Ask) -> None:
    assert "No topics yet" in ask("topic", "list", "news")
    said = ask(
        "topic", "add", "news", "Housing", "--name", "Housing advice", "--words", "rent, flat"
    )
    assert said == "Added Housing advice. Post to it: news+housing@lists.example\n"
    (shown,) = json.loads(ask("topic", "list", "news", "--json"))
    assert (shown["key"], shown["name"]) == ("housing", "Housing advice")
    assert "already" in ask("topic", "add", "news", "housing", "--name", "Homes", refused=True)
    assert ask("topic", "remove", "news", "housing") == "Removed housing.\n"
    assert "has no topic housing" in ask("topic", "remove", "news", "housing", refused=True)
    for key in ("two words", "a" * 31, "-"):
        said = ask("topic", "add", "news", "--name", "Odd", "--", key, refused=True)
        assert "one word" in said
