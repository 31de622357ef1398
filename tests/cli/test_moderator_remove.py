"""Whoever the operator takes from the moderators leaves no post behind that nobody looks at."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import postround
from storage import askings
from storage.database import Database
from tests.moderation.office import Office, settle


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return settle(Database(sqlite_url))


def _remove(address: str, role: str = "moderator") -> Result:
    return CliRunner().invoke(postround, [role, "remove", "news", address])


def test_d16_what_waits_for_them_is_asked_of_the_next_at_once(office: Office) -> None:
    first, second = office.hold("First"), office.hold("Second")
    assert {mail.to[0] for mail in office.letters() if mail.letter == "post_held"} == {
        office.bob.address
    }
    done = _remove(office.bob.address)
    assert done.exit_code == 0, done.output
    assert "asked now about what waited for them: 2" in done.output
    asked = [mail for mail in office.letters() if mail.letter == "post_held"]
    assert [mail.to[0] for mail in asked] == [office.amina.address] * 2
    with office.db.read() as tx:
        assert askings.held_by(tx, office.bob.id) == []
        assert sorted(askings.held_by(tx, office.amina.id)) == [first.id, second.id]


def test_of_the_last_one_nothing_is_handed_on(office: Office) -> None:
    _remove(office.amina.address)
    post = office.hold()
    done = _remove(office.bob.address)
    assert done.exit_code == 0
    assert "asked now" not in done.output
    assert office.look(post.id).state == "held"


@pytest.mark.usefixtures("office")
def test_who_is_no_moderator_cannot_be_removed() -> None:
    for role in ("moderator", "organiser"):
        done = _remove("santa@charity.example", role)
        assert done.exit_code == 1
        assert "is no" in str(done.exception)
