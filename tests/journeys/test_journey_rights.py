"""A reader's rights: a copy of everything, and being forgotten down to the files on the disk."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import plant
from tests.journeys.letters import note
from tests.mailbox import answer, mails
from tests.servers import Installation

DILAN = "dilan@house.example"
HELP = "news-help@lists.example.org"


@pytest.fixture
def town(new_installation: Callable[..., Installation], sqlite_url: str) -> Installation:
    """On SQLite, whose files can be looked through."""
    plant(sqlite_url)
    installation = new_installation(sqlite_url)
    installation.start("run")
    return installation


def joined(town: Installation) -> None:
    address = "news-join@lists.example.org"
    town.send(note(DILAN, address, "join", "secret words of Dilan"), DILAN, address)
    asked = town.wait_for_mail(letter="joining_confirm", to=DILAN)
    town.send(answer(asked, "yes"), DILAN, asked.reply_to)
    done = town.wait_for_mail(letter="joining_done", to=DILAN)
    town.send(answer(done, "daily"), DILAN, done.reply_to)
    town.wait_for_mail(letter="settings_changed", to=DILAN)


def test_e18_a_copy_of_all_that_is_held_by_command_and_by_mail(town: Installation) -> None:
    joined(town)
    copy = json.loads(town.command("subscriber", "export", "news", DILAN, "--json"))
    assert copy["reader"]["frequency"] == "daily"
    assert "Confirmed by reply" in copy["reader"]["consent"]
    assert [step["what"] for step in copy["history"]] == ["joined", "changed"]
    assert any("secret words of Dilan" in letter["text"] for letter in copy["letters from you"])
    assert len(copy["mails to you"]) == 2
    readable = town.command("subscriber", "export", "news", DILAN)
    assert "frequency: daily" in readable
    assert "carol@" not in readable
    changed = town.wait_for_mail(letter="settings_changed", to=DILAN)
    town.send(answer(changed, "my data"), DILAN, changed.reply_to)
    mail = town.wait_for_mail(letter="data_copy", to=DILAN)
    (file,) = mail.message.iter_attachments()
    assert json.loads(file.get_content().decode())["reader"]["frequency"] == "daily"
    trail = town.command("subscriber", "show", "news", DILAN, "--history", "--json")
    assert [step["what"] for step in json.loads(trail)][:2] == ["joined", "changed"]


def test_e16_whoever_is_forgotten_is_in_no_file_any_more(town: Installation) -> None:
    joined(town)
    leave = mails(town.outgoing, letter="settings_changed", to=DILAN)[0]
    said = town.command("subscriber", "forget", "news", DILAN)
    assert said.startswith("Forgotten: ")
    bait = [DILAN.encode(), b"secret words of Dilan", b"house.example"]
    found = {
        file.name: text
        for file in town.folder.rglob("*")
        if file.is_file()
        for text in bait
        if text in file.read_bytes()
    }
    assert found == {}
    refused = town.send(answer(leave, "weekly"), DILAN, leave.reply_to)
    assert refused == {}, "a letter with the mark is taken in and means nothing"
    town.command("subscriber", "export", "news", "carol@home.example")
    sheet = town.folder / "readers.csv"
    sheet.write_text(f"email\n{DILAN}\nnew@home.example\n")
    for _ in range(2):
        said = town.command("subscriber", "import", "news", str(sheet), "--json")
        counts = json.loads(said)
        assert (counts["left"], counts["bad"]) == (1, [])
    readers = csv.DictReader(io.StringIO(town.command("subscriber", "export", "news")))
    assert [row["email"] for row in readers] == ["carol@home.example", "new@home.example"]
    assert "left" in town.command("subscriber", "add", "news", DILAN, code=1)


def test_e16_whoever_was_forgotten_may_come_back_by_their_own_will(town: Installation) -> None:
    joined(town)
    town.command("subscriber", "forget", "news", DILAN, "--yes")
    joined(town)
    assert DILAN in town.command("subscriber", "export", "news")


def test_h6_nobody_else_can_read_what_is_kept(
    new_installation: Callable[..., Installation], tmp_path: Path
) -> None:
    town = new_installation(f"sqlite:///{tmp_path}/kept.db")
    town.command("list", "add", "news@lists.example.org", "--name", "News")
    town.start("run")
    joined(town)
    kept = [*tmp_path.glob("kept.db*"), *town.outgoing.glob("new/*"), town.outgoing]
    assert len(kept) >= 3
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []
