"""A list moves in from another system, and out again, by the command that its operator runs."""

from __future__ import annotations

import csv
import gzip
import json
import mailbox
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

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


def test_held_posts_of_mailman_3_become_letters(town: Installation, tmp_path: Path) -> None:
    mail = "From: Zo\udcc3\udcab <zoe@energy.example>\nSubject: Advice\n\nOn Tuesday at ten.\n"
    entries = [{"request_id": 1, "reason": "", "msg": mail}, {"request_id": 2}, None]
    file = tmp_path / "held.json"
    file.write_text(json.dumps({"start": 0, "total_size": 3, "entries": entries}))
    said = town.command("archive", "import", "news", str(file), code=1)
    assert said == f"postround: {file} holds posts that wait for a decision: add --held.\n"
    said = town.command("archive", "import", "news", "--held", str(file))
    assert said.splitlines()[-1] == "1 waits for a decision."
    assert "Zoë" in town.command("letter", "show", "1", "--raw")


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


def test_a_text_that_says_from_is_one_mail_and_comes_once_without_a_number(
    town: Installation,
) -> None:
    for last in ("2 kept in the archive.", "2 were there already."):
        said = town.command("archive", "import", "news", str(ARCHIVES / "odd-list.mbox"))
        assert said.splitlines()[-1] == last
    shown = town.command("post", "show", "1")
    assert "From next Monday we are closed." in shown and "\nFrom then on" in shown


def test_an_export_of_a_blog_with_its_oddities(town: Installation) -> None:
    for last in ("2 kept in the archive.", "2 were there already."):
        said = town.command("archive", "import", "news", str(ARCHIVES / "odd-blog.xml"))
        assert said.splitlines()[-1] == last
    (post,) = json.loads(town.command("post", "show", "1", "--json"))
    assert post["title"] == "Tea & talk"
    text = post["text"]
    assert "a café in one byte, a café in two" in text and "\x0b" not in text
    assert "[sic] stays [see the notes below]" in text and "Press here CDATA ends ]]> so." in text
    for gone in ("gallery", "banner", "button", "Mallory", "Buy now", "wp:"):
        assert gone not in text
    assert "members" not in town.command("post", "list", "news")


def test_a_packed_archive_is_to_be_unpacked(town: Installation, tmp_path: Path) -> None:
    (tmp_path / "list.mbox.gz").write_bytes(gzip.compress(b"From alice"))
    said = town.command("archive", "import", "news", str(tmp_path / "list.mbox.gz"), code=1)
    assert said.endswith("is packed: unpack it first, such as by gunzip or unzip.\n")


def test_the_logo_goes_out_too(town: Installation, tmp_path: Path) -> None:
    picture, out = tmp_path / "picture.png", tmp_path / "out"
    Image.new("RGB", (40, 20), "navy").save(picture)
    town.command("list", "edit", "news", "--logo", str(picture))
    assert f"{out / 'logo.png'}: 1" in town.command("archive", "export", "news", str(out))
    assert Image.open(out / "logo.png").size == (40, 20)


def test_out_and_in_again_loses_nothing(town: Installation, tmp_path: Path) -> None:
    """Pauses, own frequencies and who left included; and the topics of posts."""
    roll = tmp_path / "readers.csv"
    roll.write_text(
        "email,name,frequency,topics,format,language,consent,state,joined_at,paused_until,length,"
        "attachments,paused_from,topic_frequencies\n"
        "carol@home.example,Carol,daily,housing,large,en,on paper,active,2025-01-02T03:04:05+00:00,"
        "2030-06-01,short,included,2030-05-01,housing=weekly\n"
        "esther@home.example,,weekly,,html,en,,left,,,,,,\n"
    )
    town.command("subscriber", "import", "news", str(roll))
    town.command("archive", "import", "news", str(ARCHIVES / "odd-blog.xml"))
    out = tmp_path / "out"
    town.command("archive", "export", "news", str(out))
    (there,) = csv.DictReader((out / "readers.csv").open())
    (wanted, _) = csv.DictReader(roll.open())
    consent = there.pop("consent")
    assert consent.startswith(wanted.pop("consent")) and there == wanted
    assert town.command("subscriber", "export", "news") == (
        (out / "readers.csv").read_bytes().decode().replace("\r\n", "\n")
    )
    posts = [json.loads(line) for line in (out / "posts.jsonl").read_text().splitlines()]
    assert [post["topics"] for post in posts if post["title"] == "Tea & talk"] == [["housing"]]
    town.command("list", "add", "copy@lists.example", "--name", "Copy")
    town.command("topic", "add", "copy", "housing", "--name", "Housing")
    town.command("subscriber", "import", "copy", str(out / "readers.csv"))
    town.command("archive", "import", "copy", str(out / "posts.mbox"))
    town.command("archive", "export", "copy", str(tmp_path / "again"))
    again = [json.loads(line) for line in (tmp_path / "again/posts.jsonl").read_text().splitlines()]
    own = ("id", "list_id", "attachments")
    strip = [{name: one for name, one in post.items() if name not in own} for post in again]
    assert strip == [{name: one for name, one in post.items() if name not in own} for post in posts]
    (moved,) = csv.DictReader((tmp_path / "again" / "readers.csv").open())
    assert moved.pop("consent").startswith(consent) and moved == wanted
    late = tmp_path / "late.csv"
    late.write_text("email\nesther@home.example\n")
    assert "1 had left" in town.command("subscriber", "import", "news", str(late))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("paused_until", "soon"),
        ("joined_at", "once"),
        ("topic_frequencies", "housing=hourly"),
        ("topic_frequencies", "gardens=daily"),
        ("topic_frequencies", "=daily"),
    ],
)
def test_a_row_with_a_wrong_cell_is_named(
    town: Installation, tmp_path: Path, column: str, value: str
) -> None:
    (tmp_path / "readers.csv").write_text(f"email,{column}\ncarol@home.example,{value}\n")
    said = town.command("subscriber", "import", "news", str(tmp_path / "readers.csv"))
    assert said.startswith("line 2: ") and value.partition("=")[0] in said and "0 added" in said
