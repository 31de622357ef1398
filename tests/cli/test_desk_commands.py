"""What the operator does in a moderator's place when mail is down, and after a repair."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from cli.main import postround
from storage import letters
from storage.database import Database
from storage.tables import letter
from tests.moderation.office import Office, settle
from tests.storage.rows import arrival

Ask = Callable[..., str]


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return settle(Database(sqlite_url))


def ask(*words: str, refused: bool = False) -> str:
    done = CliRunner().invoke(postround, list(words))
    assert done.exit_code == (1 if refused else 0), (done.output, done.exception)
    return str(done.exception) if refused else done.output


def test_a_post_is_decided_and_the_author_hears_of_it(office: Office) -> None:
    post = office.hold()
    office.letters()
    done = ask("decide", str(post.id), "no", "--reason", "Not in our area")
    assert done == f"Done: no for post {post.id}.\n"
    assert (office.look(post.id).state, office.look(post.id).reason) == (
        "rejected",
        "Not in our area",
    )
    told = {mail.letter: mail for mail in office.letters()}
    assert "Not in our area" in told["post_rejected"].text


def test_a_decision_is_taken_back(office: Office) -> None:
    post = office.hold()
    ask("decide", str(post.id), "yes")
    assert office.look(post.id).state == "approved"
    ask("decide", str(post.id), "undo")
    assert office.look(post.id).state == "held"


def test_what_changes_nothing_is_said(office: Office) -> None:
    post = office.hold()
    ask("decide", str(post.id), "yes")
    again = ask("decide", str(post.id), "no", refused=True)
    assert again == f"Post {post.id} is approved: no changes nothing."
    assert ask("decide", "99", "yes", refused=True) == "There is no post 99."


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "words", [("post", "show"), ("letter", "show"), ("letter", "retry"), ("outgoing", "drop")]
)
def test_a_number_that_is_too_long_is_a_slip_of_the_keys(words: list[str]) -> None:
    done = CliRunner().invoke(postround, [*words, "9" * 25])
    assert done.exit_code == 2, done.exception
    assert "is not in the range" in done.output


def test_a_stuck_letter_is_read_again(office: Office) -> None:
    with office.db.write() as tx:
        letters.keep(tx, [arrival(b"Subject: one\r\n\r\none\r\n")])
        tx.execute(update(letter).values(state="stuck"))
    assert ask("letter", "retry", "1") == "Letter 1 will be read again.\n"
    with office.db.read() as tx:
        found = letters.by_id(tx, 1)
        assert found is not None and found.state == "new"
    assert ask("letter", "retry", "1", refused=True) == "There is no stuck or refused letter 1."
