"""Somebody is taken out of one list: everything of theirs, and nothing of anybody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from storage import confirmations, forgotten, history, letters, posts, subscribers, volunteers
from storage.database import Database
from storage.tables import letter, metadata, outgoing, raw_message
from tests.storage.rows import MINUTE, NOON, arrival, new_list, new_mail, new_post, new_reader

CAROL = "carol@reader.example"
DILAN = "dilan@reader.example"


def everywhere(db: Database, words: str) -> list[str]:
    """The tables in which the words stand."""
    with db.read() as tx:
        return [
            name
            for name, table in metadata.tables.items()
            if any(words in str(value) for row in tx.execute(select(table)) for value in row)
        ]


def keep(db: Database, sender: str, *to: str, number: int = 1) -> None:
    raw = f"From: {sender}\r\nMessage-ID: <{number}>\r\n\r\nwords of {sender}\r\n".encode()
    with db.write() as tx:
        letters.keep(tx, [replace(arrival(raw, *to), mail_from=sender)])
        for one in letters.take(tx, NOON, MINUTE, 10):
            letters.settle(tx, one.id, "command", sender=sender)


def test_everything_of_one_person_is_gone_and_nothing_of_another(database: Database) -> None:
    with database.write() as tx:
        news = new_list(tx)
        for number, address in enumerate((CAROL, DILAN)):
            reader = new_reader(tx, news, address, name=f"Name of {address}")
            waiting: dict[str, Any] = {"subscriber_id": reader.id, "message_id": f"a{number}"}
            new_mail(tx, address, list_id=news.id, **waiting)
            new_mail(tx, address, list_id=news.id, message_id=f"b{number}", state="sent")
            confirmations.ask(tx, news.id, "wish", address, {}, NOON)
            history.note(tx, NOON, "reader", "changed", list_id=news.id, subscriber_id=reader.id)
            history.note(tx, NOON, address, "wrote to owner", list_id=news.id)
            history.note(tx, NOON, "operator", "x", list_id=news.id, detail=f"about {address}")
            volunteers.meet_author(tx, news.id, address, "", NOON)
            new_post(tx, news, author_address=address, author_name=f"Name of {address}")
        keep_in = news
    keep(database, CAROL, "news-help@lists.example.org")
    keep(database, DILAN, "news-help@lists.example.org", number=2)
    dilan_before = everywhere(database, DILAN)
    with database.write() as tx:
        gone = forgotten.erase(tx, keep_in, CAROL.upper())
    assert gone["reader"] == 1
    assert everywhere(database, CAROL) == []
    assert everywhere(database, DILAN) == dilan_before
    with database.read() as tx:
        assert [one.content for one in tx.execute(select(raw_message))] != []


def test_an_address_of_earlier_goes_too(database: Database) -> None:
    with database.write() as tx:
        news = new_list(tx)
        reader = new_reader(tx, news, CAROL)
        detail = f"{history.MOVED}{DILAN}"
        history.note(tx, NOON, "reader", "changed", detail=detail, subscriber_id=reader.id)
    keep(database, DILAN, "news-help@lists.example.org")
    with database.write() as tx:
        forgotten.erase(tx, news, CAROL)
    assert everywhere(database, DILAN) == everywhere(database, CAROL) == []


def test_another_list_keeps_what_is_its_own(database: Database) -> None:
    with database.write() as tx:
        news, jobs = new_list(tx), new_list(tx, "news2")
        new_reader(tx, news, CAROL)
        new_reader(tx, jobs, CAROL)
    keep(database, CAROL, "news-help@lists.example.org", "news2-help@lists.example.org")
    with database.write() as tx:
        forgotten.erase(tx, news, CAROL)
    with database.read() as tx:
        (left,) = tx.execute(select(letter.c.recipient)).scalars()
        assert left == "news2-help@lists.example.org"
        assert len(tx.execute(select(raw_message)).all()) == 1
        assert subscribers.by_address(tx, jobs.id, CAROL) is not None
        assert subscribers.by_address(tx, news.id, CAROL) is None
    with database.write() as tx:
        forgotten.erase(tx, jobs, CAROL)
        assert tx.execute(select(raw_message)).all() == []


@pytest.mark.parametrize("address", ["%@reader.example", "_arol@reader.example", "c/@x.example"])
def test_an_odd_address_is_no_pattern(database: Database, address: str) -> None:
    with database.write() as tx:
        news = new_list(tx)
        new_mail(tx, CAROL, list_id=news.id)
        history.note(tx, NOON, CAROL, "wrote", list_id=news.id, detail=CAROL)
    before = everywhere(database, CAROL)
    with database.write() as tx:
        assert forgotten.erase(tx, news, address) == {}
    assert everywhere(database, CAROL) == before


def test_posts_that_went_out_stay_and_what_was_held_ends(database: Database) -> None:
    with database.write() as tx:
        news = new_list(tx)
        out = new_post(tx, news, author_address=CAROL, state="approved")
        held = new_post(tx, news, author_address=CAROL)
        forgotten.erase(tx, news, CAROL)
        stayed, ended = posts.by_id(tx, out.id), posts.by_id(tx, held.id)
    assert stayed is not None
    assert ended is not None
    assert (stayed.state, stayed.title, stayed.author_address) == ("approved", out.title, "")
    assert stayed.version == out.version + 1, "what was ready for readers names nobody"
    assert (ended.state, ended.text) == ("withdrawn", "")


def test_a_volunteer_who_is_forgotten_as_a_reader_still_is_one(database: Database) -> None:
    with database.write() as tx:
        news = new_list(tx)
        volunteers.add(tx, news.id, "moderator", CAROL, "Carol", NOON)
        (carol,) = volunteers.by_address(tx, news.id, CAROL)
        new_mail(tx, CAROL, list_id=news.id, volunteer_id=carol.id)
        forgotten.erase(tx, news, CAROL)
        assert volunteers.by_address(tx, news.id, CAROL) == [carol]
        assert len(tx.execute(select(outgoing)).all()) == 1


def test_a_hash_is_known_and_dropped(database: Database) -> None:
    with database.write() as tx:
        assert not forgotten.any_known(tx)
        for _ in range(2):
            forgotten.remember(tx, "a1", NOON)
        assert forgotten.any_known(tx)
        assert forgotten.known(tx, [str(number) for number in range(2000)] + ["a1"]) == {"a1"}
        forgotten.drop(tx, ["a1", "b2"])
        assert not forgotten.any_known(tx)
