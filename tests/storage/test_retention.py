"""What was kept long enough is deleted; what somebody still needs is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint, func, select

from cli.upkeep import Upkeep
from config import Settings
from storage import confirmations, letters, outgoing, posts, subscribers, volunteers
from storage.database import Database
from storage.tables import (
    attachment,
    confirmation,
    forgotten,
    history,
    letter,
    mailing_list,
    metadata,
    post,
    raw_message,
    subscriber,
    volunteer,
)
from storage.tables import outgoing as mails
from tests.storage.rows import (
    NOON,
    arrival,
    new_list,
    new_mail,
    new_moderator,
    new_post,
    new_reader,
)

DAY = timedelta(days=1)
SETTINGS = Settings(secret="a secret for tests only")


def tidy(database: Database, now: datetime, settings: Settings = SETTINGS) -> dict[str, int]:
    return Upkeep(database, settings, ("clock",), {}, clock=lambda: now).tidy()


def count(database: Database, table: object) -> int:
    with database.read() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def settled(database: Database, raw: bytes, outcome: str) -> int:
    with database.write() as tx:
        (number,) = letters.keep(tx, [arrival(raw)])
        letters.take(tx, NOON, DAY)
        if outcome == "stuck":
            letters.set_stuck(tx, number, "broken", NOON)
        else:
            letters.settle(tx, number, outcome)
    return number


def test_letters_go_thirty_days_after_the_decision(database: Database) -> None:
    settled(database, b"Subject: 1\r\n\r\nhelp\r\n", "command")
    settled(database, b"Subject: 2\r\n\r\nodd\r\n", "stuck")
    number = settled(database, b"Subject: 3\r\n\r\npost\r\n", "post")
    with database.write() as tx:
        held = new_post(tx, new_list(tx), letter_id=number)
    assert tidy(database, NOON + 29 * DAY) == {}
    assert tidy(database, NOON + 31 * DAY) == {"letters": 1}
    with database.write() as tx:
        posts.change_state(tx, held.id, ["held"], "rejected", {"decided_at": NOON + 60 * DAY})
    assert tidy(database, NOON + 80 * DAY) == {}
    assert tidy(database, NOON + 91 * DAY) == {"letters": 1}
    with database.read() as tx:
        assert tx.execute(select(letter.c.state)).scalars().all() == ["stuck"]
    assert count(database, raw_message) == 1 and count(database, post) == 1


def test_of_who_left_a_keyed_hash_stays(database: Database) -> None:
    with database.write() as tx:
        to = new_list(tx)
        gone = new_reader(tx, to)
        new_reader(tx, to, "dilan@reader.example")
        subscribers.leave(tx, gone.id, NOON)
        new_post(tx, to, author_address=gone.address)
        volunteers.meet_author(tx, to.id, gone.address, "Carol", NOON)
    assert tidy(database, NOON + 27 * DAY) == {}
    assert tidy(database, NOON + 29 * DAY) == {"readers who left": 1}
    with database.read() as tx:
        assert tx.execute(select(subscriber.c.address)).scalars().all() == ["dilan@reader.example"]
        (hash_,) = tx.execute(select(forgotten.c.hash)).scalars()
        # Who reads no more may still write.
        assert volunteers.known_author(tx, to.id, "carol@reader.example") is not None
        assert tx.execute(select(post.c.author_address)).scalar() == "carol@reader.example"
    assert len(hash_) == 64 and "carol" not in hash_


def test_mails_lose_their_address_and_then_go(database: Database) -> None:
    with database.write() as tx:
        new_mail(tx, "carol@reader.example")
        new_mail(tx, "waits@reader.example", lane=1)
        found = outgoing.claim(tx, "me", NOON, DAY, 1, lane=0)
        outgoing.note_sent(tx, [found[0].id], "me", NOON)
    assert tidy(database, NOON + 31 * DAY) == {"addresses of mails": 1}
    with database.read() as tx:
        assert set(tx.execute(select(mails.c.recipient)).scalars()) == {"", "waits@reader.example"}
    assert tidy(database, NOON + 401 * DAY) == {"mails": 1}


def test_confirmations_and_posts_go(database: Database, tmp_path: Path) -> None:
    del tmp_path
    with database.write() as tx:
        to = new_list(tx)
        bob = new_moderator(tx, to, "Bob")
        confirmations.ask(tx, to.id, "join", "carol@reader.example", {}, NOON)
        new_post(tx, to, "Waits")
        new_post(tx, to, "Of the archive", state="archived", held_at=NOON - 3000 * DAY)
        old = new_post(tx, to, "Old")
        values = {"decided_at": NOON, "approved_at": NOON, "decided_by": bob.id}
        posts.change_state(tx, old.id, ["held"], "approved", values)
    assert tidy(database, NOON + 91 * DAY)["confirmations"] == 1
    assert count(database, confirmation) == 0
    assert tidy(database, NOON + 390 * DAY) == {}
    assert tidy(database, NOON + 397 * DAY) == {"posts": 1}
    with database.read() as tx:
        assert set(tx.execute(select(post.c.title)).scalars()) == {"Waits", "Of the archive"}
    assert count(database, attachment) == 0


def test_nought_keeps_for_ever(database: Database) -> None:
    settled(database, b"Subject: 1\r\n\r\nhelp\r\n", "command")
    for_ever = Settings(
        secret="a secret for tests only",
        keep_letters_days=0,
        keep_confirmations_days=0,
        keep_left_days=0,
        keep_sent_days=0,
        keep_posts_days=0,
    )
    assert tidy(database, NOON + 9000 * DAY, for_ever) == {}


def test_thousands_go_in_small_steps(database: Database) -> None:
    rows = [{"at": NOON, "who": "postround", "what": "looked"}] * 1050
    with database.write() as tx:
        tx.execute(history.insert(), rows)
    assert tidy(database, NOON + 401 * DAY) == {"history": 1050}


def test_what_hangs_on_a_row_that_goes_is_found_without_a_search() -> None:
    """Else each deletion looks through a whole table, and nobody writes for minutes."""
    few = {mailing_list, volunteer}
    without = [
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table not in few and key.parent not in _firsts(table)
    ]
    assert without == []


def _firsts(table: Table) -> set[Column[Any]]:
    """Columns with which an index begins."""
    unique = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    groups = [table.primary_key.columns, *unique, *(one.columns for one in table.indexes)]
    return {next(iter(columns)) for columns in groups}


def test_who_only_looks_waits_for_nobody(database: Database) -> None:
    settled(database, b"Subject: 1\r\n\r\nhelp\r\n", "command")
    with database.write():
        assert tidy(database, NOON + 29 * DAY) == {}
