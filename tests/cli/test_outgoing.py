"""The outbox by hand: what an operator sees of it and does with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cli.app import App
from cli.main import postround
from storage import editions, halts, lists, outgoing
from storage.database import Database
from storage.outgoing import LANE_EDITIONS
from storage.records import MailingList, Outgoing
from storage.runs import run_figures
from storage.taken import Window
from tests.signing import rsa_key

NOW = datetime.now(UTC)
Call = Callable[..., str]


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def call(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """``postround WORDS``: what it prints; raises what it could not."""
    monkeypatch.chdir(tmp_path)
    # The others may have run for half an hour since this file was read.
    monkeypatch.setattr(App, "now", property(lambda _: NOW))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)

    def command(*words: str) -> str:
        result = CliRunner().invoke(postround, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return command


def a_run(db: Database, mails: int, sent: int) -> tuple[int, list[int]]:
    """(edition id, ids of its mails), so many of them sent within the last minute."""
    with db.write() as tx:
        to = lists.add(tx, MailingList(0, "news", "lists.example", "News"), NOW)
        assert to is not None
        window = Window("weekly", "2026-11-23", NOW, NOW, NOW)
        (edition,) = editions.claim(tx, to.id, [window], "clock", NOW, timedelta(minutes=1))
        ids = [
            outgoing.put(
                tx,
                Outgoing(
                    id=0,
                    list_id=to.id,
                    letter="edition",
                    to=f"carol{number}@reader.example",
                    message_id=f"{number}@lists.example",
                    created_at=NOW - timedelta(seconds=60),
                    state="waiting",
                    edition_id=edition.id,
                ),
                lane=LANE_EDITIONS,
            )
            for number in range(mails)
        ]
        outgoing.claim(tx, "c", NOW, timedelta(minutes=1), sent)
        outgoing.note_sent(tx, ids[:sent], "c", NOW)
    return edition.id, ids


def refused(db: Database, number: int, reason: str = "554 5.7.1 no") -> None:
    with db.write() as tx:
        (mail,) = outgoing.claim(tx, "c", NOW, timedelta(minutes=1), 1)
        assert mail.id == number
        outgoing.note_refused(tx, number, "c", reason)


def test_a_run_shows_how_far_it_is_and_how_long_it_takes(db: Database, call: Call) -> None:
    edition_id, _ = a_run(db, 300, 60)
    with db.read() as tx:
        (run,) = run_figures(tx, NOW)
    assert (run.edition_id, run.mails, run.sent, run.waiting) == (edition_id, 300, 60, 240)
    assert run.rate == pytest.approx(1.0)
    assert run.remaining == pytest.approx(timedelta(minutes=4), abs=timedelta(seconds=1))
    said = call("outgoing", "progress")
    assert said.startswith("news@lists.example weekly 2026-11-23: 60 of 300 sent, ")
    assert "4 minutes left" in said
    (figures,) = json.loads(call("outgoing", "progress", "--json"))
    assert (figures["id"], figures["waiting"], figures["held"]) == (edition_id, 240, False)


def test_without_a_run_it_says_so(call: Call) -> None:
    assert call("outgoing", "progress") == "No run is under way.\n"
    assert json.loads(call("outgoing", "progress", "--json")) == []


def test_what_has_not_left_is_listed_and_tried_again(db: Database, call: Call) -> None:
    _, ids = a_run(db, 3, 1)
    refused(db, ids[1])
    shown = json.loads(call("outgoing", "list", "--json"))
    assert [(one["id"], one["state"]) for one in shown] == [
        (ids[2], "waiting"),
        (ids[1], "refused"),
    ]
    assert json.loads(call("outgoing", "list", "--state", "sent", "--json"))[0]["id"] == ids[0]
    assert "554 5.7.1 no" in call("outgoing", "list", "news")
    assert "1 mail" in call("outgoing", "retry", str(ids[1]))
    with db.read() as tx:
        mail = outgoing.by_id(tx, ids[1])
        assert mail is not None
        assert (mail.state, mail.attempts, mail.message_id) == ("waiting", 0, "1@lists.example")


def test_what_was_sent_is_never_sent_again(db: Database, call: Call) -> None:
    _, ids = a_run(db, 2, 2)
    with pytest.raises(Exception, match="nothing to try again"):
        call("outgoing", "retry", *map(str, ids))
    with pytest.raises(Exception, match="None of these"):
        call("outgoing", "drop", str(ids[0]))


def test_g11_what_is_held_is_seen_and_goes_on(db: Database, call: Call) -> None:
    edition_id, _ = a_run(db, 5, 1)
    with db.write() as tx:
        halts.begin(tx, "554 5.7.1 spam", NOW, edition_id=edition_id)
        assert outgoing.claim(tx, "c", NOW, timedelta(minutes=1), 5) == []
    (held,) = json.loads(call("waiting", "--json"))["held"]
    assert (held["what"], held["mails"], held["reason"]) == ("one edition", 4, "554 5.7.1 spam")
    assert "554 5.7.1 spam" in call("waiting")
    assert "Held since" in call("outgoing", "list")
    assert "the others are held" in call("outgoing", "progress")
    assert "goes on" in call("outgoing", "retry")
    assert "held" not in json.loads(call("waiting", "--json"))
    with db.write() as tx:
        assert len(outgoing.claim(tx, "c", NOW, timedelta(minutes=1), 5)) == 4


def test_a_bad_edition_is_dropped_whole(db: Database, call: Call) -> None:
    edition_id, ids = a_run(db, 5, 1)
    with db.write() as tx:
        halts.begin(tx, "554 5.7.1 spam", NOW, edition_id=edition_id)
    assert "4 mails" in call("outgoing", "drop", "--edition", str(edition_id))
    with db.read() as tx:
        assert outgoing.counts(tx) == {"sent": 1, "dropped": 4}
        assert halts.in_force(tx) == []
    assert call("outgoing", "progress") == "No run is under way.\n"
    assert ids


def test_drop_wants_to_know_which(call: Call) -> None:
    assert "Name mails" in call("outgoing", "drop")


def test_the_record_to_publish_is_printed(
    db: Database, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run(db, 1, 0)
    with pytest.raises(Exception, match="POSTROUND_DKIM_KEY is not set"):
        call("outgoing", "dkim")
    path = tmp_path / "dkim.pem"
    path.write_bytes(rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setenv("POSTROUND_DKIM_KEY", str(path))
    monkeypatch.setenv("POSTROUND_DKIM_SELECTOR", "s2026")
    line = call("outgoing", "dkim")
    assert line.startswith('s2026._domainkey.lists.example. IN TXT "v=DKIM1; k=rsa; p=')
    assert all(len(piece) <= 255 for piece in line.split('"')[1::2])
