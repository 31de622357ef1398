"""A list moves in from another system, and out again, by the command that its operator runs."""

from __future__ import annotations

import csv
import json
import mailbox
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import Installation

ARCHIVES = Path(__file__).parent.parent / "mails" / "archives"


@pytest.fixture
def town(new_installation: Callable[..., Installation], sqlite_url: str) -> Installation:
    town = new_installation(sqlite_url)
    town.command("migrate")
    town.command("list", "add", "news@lists.example", "--name", "Town News")
    town.command("topic", "add", "news", "housing", "--name", "Housing")
    return town


def test_old_posts_are_kept_once_and_no_edition_takes_them(town: Installation) -> None:
    said = town.command("archive", "import", "news", str(ARCHIVES / "list.mbox"))
    assert said.splitlines()[-1] == "2 kept in the archive."
    again = town.command("archive", "import", "news", str(ARCHIVES / "list.mbox"))
    assert again.splitlines()[-2:] == ["0 kept in the archive.", "2 were there already."]
    town.command("archive", "import", "news", str(ARCHIVES / "blog.xml"))
    town.command("subscriber", "add", "news", "carol@example.org")
    shown = town.command(
        "edition", "preview", "news", "--frequency", "weekly", "--at", "2025-01-13T10:00"
    )
    assert "Warm rooms" not in shown
    assert "Warm rooms" in town.command("post", "show", "3")
    assert json.loads(town.command("waiting", "news", "--json"))["posts"] == []


def test_held_posts_become_letters(town: Installation) -> None:
    said = town.command("archive", "import", "news", "--held", str(ARCHIVES / "list.mbox"))
    assert said.splitlines()[-1] == "2 waits for a decision."
    assert "new" in town.command("letter", "show", "1")


def test_what_is_no_archive_changes_nothing(town: Installation, tmp_path: Path) -> None:
    file = tmp_path / "readers.csv"
    file.write_text("email\ncarol@example.org\n")
    said = town.command("archive", "import", "news", str(file), code=1)
    assert said == f"postround: {file} is neither an mbox file nor a WordPress export.\n"


def test_everything_goes_out_in_open_formats(town: Installation, tmp_path: Path) -> None:
    town.command("archive", "import", "news", str(ARCHIVES / "list.mbox"))
    town.command(
        "subscriber", "add", "news", "carol@example.org", "--name", "=Carol", "--topics", "housing"
    )
    town.command("moderator", "add", "news", "bob@example.org", "--name", "Bob")
    folder = tmp_path / "out"
    town.command("archive", "export", "news", str(folder))
    posts = [json.loads(line) for line in (folder / "posts.jsonl").read_text().splitlines()]
    assert [post["title"] for post in posts] == ["Energy advice on Tuesday", "Job: driver"]
    mails = list(mailbox.mbox(folder / "posts.mbox"))
    assert mails[0]["Message-ID"] == "<one@energy.example>"
    assert "\n>From ten" in (folder / "posts.mbox").read_text()
    (reader,) = csv.DictReader((folder / "readers.csv").open())
    assert reader["email"] == "carol@example.org" and reader["name"] == "'=Carol"
    kept = json.loads((folder / "list.json").read_text())
    assert kept["address"] == "news@lists.example" and kept["topics"][0]["key"] == "housing"
    assert kept["moderators"][0]["name"] == "Bob"
    again = town.command("archive", "export", "news", str(folder), code=1)
    assert "is not empty" in again
