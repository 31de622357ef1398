"""What a list may say about its round-ups, and what is refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from cli.main import postround


@pytest.fixture
def town(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("POSTROUND_OUTGOING", f"maildir:{tmp_path}/out")
    runner = CliRunner()
    made = runner.invoke(postround, ["list", "add", "news@lists.example", "--name", "Town News"])
    assert made.exit_code == 0, made.output
    return runner


def edit(town: CliRunner, *options: str) -> str:
    done = town.invoke(postround, ["list", "edit", "news", *options])
    return "" if done.exit_code == 0 else str(done.exception)


def test_a_list_has_a_colour_words_an_order_and_a_proof(town: CliRunner) -> None:
    assert not edit(town, "--colour", "#7A1F5C", "--intro", "Hello", "--proof", "Fri 12:00")
    assert not edit(town, "--pages", "on")
    assert not edit(town, "--topic-order", "jobs, housing", "--canary", "canary@mailbox.example")
    shown = json.loads(town.invoke(postround, ["list", "show", "news", "--json"]).output)[0]
    assert shown["colour"] == "#7a1f5c" and shown["intro"] == "Hello"
    assert (
        shown["pages"] is True
        and shown["proof"] == "fri 12:00"
        and shown["topic_order"] == "jobs, housing"
    )
    assert not edit(town, "--colour", "none", "--intro", "none", "--proof", "off")
    again = json.loads(town.invoke(postround, ["list", "show", "news", "--json"]).output)[0]
    assert (again["colour"], again["intro"], again["proof"]) == ("", "", "off")


def test_what_cannot_be_read_is_refused_with_a_sentence(town: CliRunner) -> None:
    assert "no colour" in edit(town, "--colour", "reddish")
    assert '"someday" is no' in edit(town, "--proof", "someday")
    assert "no address" in edit(town, "--canary", "canary")
    assert "on or off" in edit(town, "--pages", "perhaps")


def test_the_test_mailbox_is_a_reader_and_only_the_newest(town: CliRunner) -> None:
    for address in ("canary@mailbox.example", "news-canary@lists.example"):
        assert not edit(town, "--canary", address)
    told = town.invoke(postround, ["subscriber", "export", "news"]).output
    states = {line.split(",")[0]: "active" in line for line in told.splitlines()[1:]}
    assert states == {"canary@mailbox.example": False, "news-canary@lists.example": True}


def test_a_logo_is_drawn_anew_from_any_picture(town: CliRunner, tmp_path: Path) -> None:
    big, text = tmp_path / "logo.jpg", tmp_path / "logo.txt"
    Image.new("RGB", (900, 600), "#7a1f5c").save(big)
    text.write_text("no picture")
    assert not edit(town, "--logo", str(big))
    assert "no picture" in edit(town, "--logo", str(text))
    assert "no picture" in edit(town, "--logo", str(tmp_path / "missing.png"))
    assert not edit(town, "--logo", "none")
