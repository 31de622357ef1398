"""The commands for moderators, organisers, authors and the rota: what they do, show and refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import postround
from storage import lists, volunteers
from storage.database import Database

Ask = Callable[..., str]
MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)


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


def _json(ask: Ask, *words: str) -> Any:
    return json.loads(ask(*words, "--json"))


def _moderators(ask: Ask) -> None:
    ask("moderator", "add", "news", "bob@council.example", "--name", "Bob")
    ask("moderator", "add", "news", "amina@charity.example", "--timezone", "Europe/Paris")


@pytest.mark.parametrize("role", ["moderator", "organiser"])
def test_people_are_added_shown_and_taken_away(ask: Ask, role: str) -> None:
    assert "yet" in ask(role, "list", "news")
    said = ask(role, "add", "news", "bob@council.example", "--name", "Bob")
    assert said == f"Bob is now {role} of news@lists.example.\n"
    ask(role, "add", "news", "amina@charity.example", "--timezone", "Europe/Paris")
    found = [
        (one["address"], one["name"], one["timezone"]) for one in _json(ask, role, "list", "news")
    ]
    assert found == [
        ("bob@council.example", "Bob", None),
        ("amina@charity.example", "", "Europe/Paris"),
    ]
    assert "is no longer" in ask(role, "remove", "news", "BOB@council.example")
    assert [one["address"] for one in _json(ask, role, "list", "news")] == ["amina@charity.example"]


@pytest.mark.parametrize("role", ["moderator", "organiser"])
def test_whom_it_cannot_add_it_names_with_the_reason(ask: Ask, role: str) -> None:
    ask(role, "add", "news", "bob@council.example")
    again = ask(role, "add", "news", "Bob@Council.example", refused=True)
    assert f"is {role} of news@lists.example already" in again
    for wrong in ("bob", "bob@council", "bob smith@council.example", "@council.example"):
        assert ask(role, "add", "news", wrong, refused=True) == f"{wrong} is no email address."
    for zone in ("Europe/Nowhere", "../../etc/passwd"):
        said = ask(role, "add", "news", "eve@council.example", "--timezone", zone, refused=True)
        assert said == f"There is no time zone {zone}."
    assert "old" in ask(role, "list", "old", refused=True)


def test_the_rota_is_set_for_some_days_and_shown(ask: Ask) -> None:
    assert "nobody is on duty" in ask("rota", "show", "news")
    _moderators(ask)
    said = ask(
        "rota", "set", "news", "--from", "2026-11-23", "--days", "14", "amina@charity.example"
    )
    assert said == "On duty from Mon 23 Nov 2026 to Sun 06 Dec 2026: amina@charity.example.\n"
    people = {one["name"] or one["address"] for one in _json(ask, "moderator", "list", "news")}
    shown = _json(ask, "rota", "show", "news", "--weeks", "2")
    assert {one["on_duty"] for one in shown} <= people
    assert shown[0]["then"] in people and "Bob" in ask("rota", "show", "news")


def test_moderators_take_turns(ask: Ask) -> None:
    _moderators(ask)
    both = ("bob@council.example", "amina@charity.example")
    said = ask("rota", "set", "news", "--from", "2026-11-23", "--days", "7", "--repeat", *both)
    assert said.startswith("From Mon 23 Nov 2026 they take turns of 7 days: bob@council.example, ")
    turns = [one["on_duty"] for one in _json(ask, "rota", "show", "news", "--weeks", "8")]
    assert set(turns[1:]) == {"Bob", "amina@charity.example"}
    assert all(one != after for one, after in pairwise(turns[1:]))


def test_who_is_away_is_not_on_duty(ask: Ask, sqlite_url: str) -> None:
    _moderators(ask)
    said = ask(
        "rota", "away", "news", "bob@council.example", "--from", "2020-01-01", "--to", "2099-12-31"
    )
    assert said == "Bob is away from Wed 01 Jan 2020 to Thu 31 Dec 2099.\n"
    shown = _json(ask, "rota", "show", "news", "--weeks", "3")
    assert {one["on_duty"] for one in shown} == {"amina@charity.example"}
    with (db := Database(sqlite_url)).read() as tx:
        everybody = volunteers.every(tx, lists.every(tx)[0].id, "moderator")
    db.close()
    assert len(everybody) == 2


def test_days_and_people_of_the_rota_that_make_no_sense(ask: Ask) -> None:
    _moderators(ask)
    back = ("--from", "2026-12-24", "--to", "2026-12-20")
    assert "lies before" in ask("rota", "away", "news", "bob@council.example", *back, refused=True)
    days = ("--from", "2026-12-20", "--to", "2026-12-24")
    said = "santa@charity.example is no moderator of this list."
    assert ask("rota", "away", "news", "santa@charity.example", *days, refused=True) == said
    start = ("--from", "2026-12-20")
    assert ask("rota", "set", "news", *start, "santa@charity.example", refused=True) == said


def test_authors_are_shown_and_trust_is_taken_back(ask: Ask, sqlite_url: str) -> None:
    assert "Nobody has posted yet" in ask("sender", "list", "news")
    address = "alice@charity.example"
    with (db := Database(sqlite_url)).write() as tx:
        list_id = lists.every(tx)[0].id
        volunteers.meet_author(tx, list_id, address, "Alice", MOMENT)
        volunteers.set_trust(tx, list_id, address, True)
    db.close()
    (one,) = _json(ask, "sender", "list", "news")
    assert (one["address"], one["name"], one["trusted"]) == (address, "Alice", True)
    assert ask("sender", "untrust", "news", address) == f"Posts of {address} are held again.\n"
    assert not _json(ask, "sender", "list", "news")[0]["trusted"]
    again = ask("sender", "untrust", "news", address, refused=True)
    assert again == f"{address} is not trusted by news@lists.example."


def test_people_come_in_from_mailman(ask: Ask, tmp_path: Path) -> None:
    entries = [
        {"email": "carol@home.example", "role": "member"},
        {"email": "bob@council.example", "display_name": "Bob", "role": "moderator"},
        {"email": "no address", "role": "moderator"},
        {"email": "ann@charity.example", "display_name": "Ann", "role": "owner"},
    ]
    file = tmp_path / "members.json"
    file.write_text(json.dumps({"entries": entries}))
    words = ("moderator", "import", "news", str(file))
    problem = "line 3: no address is no email address.\n"
    would = ask(*words, "--dry-run")
    assert would == f"{problem}1 would be added, 0 were there already, 1 bad rows.\n"
    assert _json(ask, "moderator", "list", "news") == []
    assert ask(*words) == f"{problem}1 added, 0 were there already, 1 bad rows.\n"
    assert ask(*words) == f"{problem}0 added, 1 were there already, 1 bad rows.\n"
    (found,) = _json(ask, "moderator", "list", "news")
    assert (found["address"], found["name"]) == ("bob@council.example", "Bob")
    ask("organiser", "import", "news", str(file))
    (found,) = _json(ask, "organiser", "list", "news")
    assert found["address"] == "ann@charity.example"
    said = ask("subscriber", "import", "news", str(file))
    assert "line 2: moderator there and no reader: see `postround moderator import`" in said
    assert "1 added" in said


def test_people_go_from_one_list_to_another(ask: Ask, tmp_path: Path) -> None:
    _moderators(ask)
    ask("archive", "export", "news", str(tmp_path / "out"))
    ask("list", "add", "more@lists.example", "--name", "More")
    ask("moderator", "import", "more", str(tmp_path / "out" / "list.json"))
    first, second = (_json(ask, "moderator", "list", name) for name in ("news", "more"))
    assert [one | {"id": 0} for one in first] == [one | {"id": 0} for one in second]


def test_no_table_of_readers_makes_moderators(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "readers.csv"
    file.write_text("email,name,frequency\ncarol@home.example,Carol,weekly\n")
    assert "table" in ask("moderator", "import", "news", str(file), refused=True)
    assert _json(ask, "moderator", "list", "news") == []


def test_who_had_stopped_their_mails_elsewhere_is_left_out(ask: Ask, tmp_path: Path) -> None:
    members, stopped = tmp_path / "members.txt", tmp_path / "nomail.txt"
    members.write_text("carol@home.example\nDilan <dilan@home.example>\n")
    words = ("subscriber", "import", "news", str(members), "--without", str(stopped))
    stopped.write_text("news.lists.example has no members\n")
    assert "2 would be added" in ask(*words, "--dry-run")
    stopped.write_text("Dilan <Dilan@home.example>\n")
    said = ask(*words)
    assert "line 2: nomail.txt names them, too\n" in said and "1 added" in said
    (found,) = _json(ask, "subscriber", "show", "news")
    assert found["address"] == "carol@home.example"
