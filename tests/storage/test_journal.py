"""The journal: what is noted before it is done, and what a copy that is put back makes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from delivery.letters import Desk
from delivery.marks import Marks
from storage import (
    backup,
    forgotten,
    history,
    journal,
    outgoing,
    posts,
    restore,
    subscribers,
    volunteers,
)
from storage.archive import read_manifest
from storage.database import Database, DiskFull
from storage.journal import Journal, at, read, since_copy
from storage.replay import replay, take_off_moved
from storage.tables import metadata, subscriber
from tests.storage.rows import NOON, new_list, new_mail, new_moderator, new_post, new_reader

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def whats(path: Path) -> list[str]:
    return [entry["what"] for entry in read([path])]


def test_a_line_is_written_before_the_commit_and_none_for_what_was_not_kept(
    database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "journal"
    database = Database(database_url, journal=Journal(path))
    with database.write() as tx:
        reader = new_reader(tx, new_list(tx))
    with pytest.raises(DiskFull), database.write() as tx:
        subscribers.leave(tx, reader.id, NOON)
        raise DiskFull
    assert not path.exists()
    with database.write() as tx:
        subscribers.leave(tx, reader.id, NOON)
        assert not path.exists()
    assert whats(path) == ["begun", "reader"]
    assert "carol" not in path.read_text() and path.stat().st_mode & 0o777 == 0o600
    database.close()


def test_what_a_connection_handed_over_is_told_as_what_is_noted_by_its_number(
    database_url: str, tmp_path: Path
) -> None:
    """The sender has the rows, and they are not read again."""
    path = tmp_path / "journal"
    database = Database(database_url, journal=Journal(path))
    with database.write() as tx:
        first, second, third = (new_mail(tx, form="html-en", items="0:1,2") for _ in range(3))
        rows = outgoing.claim(tx, "a", NOON, HOUR, 2)
        outgoing.claim(tx, "b", NOON, HOUR, 1)
    with database.write() as tx:
        outgoing.note_handed_over(tx, rows[:1], "a", NOON)
        outgoing.note_sent(tx, [second, third], "a", NOON)
    handed_over, noted = (entry for entry in read([path]) if entry["what"] == "mail")
    assert handed_over["state"] == "sent" and handed_over["items"] == "0:1,2"
    assert (handed_over["id"], noted["id"]) == (first, second), "the third is another sender's"
    assert handed_over | {"id": second, "at": ""} == noted | {"at": ""}
    with database.read() as tx:
        found = [outgoing.by_id(tx, number) for number in (first, second, third)]
    assert [one.state for one in found if one] == ["sent", "sent", "sending"]
    database.close()


def test_half_a_line_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path).append([{"what": "one"}])
    with path.open("ab") as file:
        file.write(b'\n{"at":"2026-11-22T1')  # the machine died here
    Journal(path).append([{"what": "two"}])
    assert whats(path) == ["begun", "one", "two"]


def test_a_journal_that_cannot_be_written_stops_nobody_and_says_that_it_has_a_gap(
    tmp_path: Path,
) -> None:
    path = tmp_path / "not there yet" / "journal"
    kept = Journal(path)
    kept.append([{"what": "lost"}])
    assert not kept.usable()
    path.parent.mkdir()
    kept.append([{"what": "two"}])
    assert whats(path) == ["begun", "gap", "two"]
    entries = list(read([path]))
    assert since_copy(entries, "unknown", at(entries[0])) is None


def test_it_says_what_came_since_a_copy_or_that_it_cannot(tmp_path: Path) -> None:
    path = tmp_path / "journal"

    def entry(minutes: int, what: str, **more: object) -> dict[str, object]:
        return {"at": (NOW + timedelta(minutes=minutes)).isoformat(), "what": what} | more

    lines = [
        entry(-300, "begun"),
        entry(-60, "old"),
        entry(-5, "just before"),
        entry(0, "copy", id="mine"),
        entry(1, "after"),
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    entries = list(read([path]))
    found = since_copy(entries, "mine", NOW)
    assert found is not None
    assert [one["what"] for one in found] == ["just before", "copy", "after"]
    assert since_copy(entries, "older", NOW - 6 * HOUR) is None
    assert since_copy([], "mine", NOW) is None


def test_what_no_copy_needs_any_more_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    long_ago = (NOW - timedelta(days=100)).isoformat()
    path.write_text(
        json.dumps({"at": long_ago, "what": "begun", "floors": {"post": 5}})
        + "\n"
        + json.dumps({"at": long_ago, "what": "restored", "floors": {"post": 90_000}})
        + "\n"
        + json.dumps({"at": NOW.isoformat(), "what": "young"})
        + "\n"
    )
    Journal(path).prune(NOW)
    begun, young = read([path])
    assert (begun["what"], begun["floors"], young["what"]) == ("begun", {"post": 90_000}, "young")
    assert NOW - at(begun) == journal.KEPT


def test_a_copy_of_one_database_is_put_back_into_the_other(
    sqlite_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    request.getfixturevalue("postgresql_cluster")
    cluster = request.getfixturevalue("postgresql_cluster")
    urls = [sqlite_url, cluster.url(cluster.fresh_database()), f"sqlite:///{tmp_path}/third.db"]
    first = Database(urls[0])
    with first.write() as tx:
        to = new_list(tx)
        new_moderator(tx, to, "Bob")
        new_reader(tx, to, "çarol@reader.example", name="\u200fÇarol \N{BALLOON}")
        new_post(tx, to, "With\0a nought")
        new_mail(tx)
    before = _rows(first)
    first.close()
    for number, url in enumerate(urls[1:]):
        file = tmp_path / f"copy-{number}"
        source = Database(urls[number])
        backup.back_up(source, file, "a secret for tests only", NOW)
        source.close()
        _load(url, file)
    last = Database(urls[2])
    after = _rows(last)
    last.close()
    assert {name: [_plain(row) for row in rows] for name, rows in before.items()} == after


def _rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(select(table).order_by(table.c.id))]
            for table in metadata.sorted_tables
        }


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(value.replace("\0", "") if isinstance(value, str) else value for value in row)


def _load(url: str, file: Path) -> None:
    manifest = read_manifest(file)
    if url.startswith("sqlite"):
        target = restore.into_file(Path(url.removeprefix("sqlite:///")), NOW, replace=False)
        with target as made, made.filling() as tx:
            restore.load(tx, file, manifest, {}, lambda _: None)
        return
    database = Database(url)
    with restore.into_server(database, replace=False) as made, made.filling() as tx:
        restore.load(tx, file, manifest, {}, lambda _: None)
    database.close()


def test_no_number_that_stands_in_a_mark_comes_again(database: Database, tmp_path: Path) -> None:
    """Also those that were given after the copy, and after an earlier restore."""
    with database.write() as tx:
        to = new_list(tx)
        first = new_post(tx, to).id
    backup.back_up(database, tmp_path / "copy", "a secret for tests only", NOW)
    manifest = read_manifest(tmp_path / "copy")
    url = f"sqlite:///{tmp_path}/again.db"
    given = []
    floors: dict[str, int] = {}
    for _ in range(2):
        target = restore.into_file(tmp_path / "again.db", NOW, replace=True)
        with target as made, made.filling() as tx:
            floors = restore.load(tx, tmp_path / "copy", manifest, floors, lambda _: None)
        again = Database(url)
        with again.write() as tx:
            given.append(new_post(tx, to, "New").id)
            bob = new_moderator(tx, to, "Bob").id
        again.close()
    assert first < 1000 < given[0] < given[1]
    marks = Marks("a secret for tests only")
    mark = marks.mint("verdict", given[1], bob, day=NOW.date())
    assert len(f"{'a' * 20}-verdict+{mark}") <= 64
    assert Desk(marks, "").marks.read("verdict", mark) is not None


def test_who_was_forgotten_is_forgotten_again(database: Database, tmp_path: Path) -> None:
    kept = Journal(tmp_path / "journal")
    noted = Database(database.url, journal=kept)
    with noted.write() as tx:
        to = new_list(tx)
        new_reader(tx, to)
        gone = new_mail(tx, "carol@reader.example", list_id=to.id)
    copied = tmp_path / "copy"
    backup.back_up(noted, copied, "a secret for tests only", NOW)
    with noted.write() as tx:
        forgotten.remember(tx, "f" * 64, NOW)
        forgotten.erase(tx, to, "carol@reader.example")
    entries = list(read([tmp_path / "journal"]))
    noted.close()
    file = tmp_path / "again.db"
    with restore.into_file(file, NOW, replace=False) as made:
        with made.filling() as tx:
            restore.load(tx, copied, read_manifest(copied), {}, lambda _: None)
        with made.going_on() as tx:
            done = replay(tx, entries, NOW, all_noted=True)
            assert done["erased subscriber"] == 1
            assert tx.execute(select(subscriber.c.id)).all() == []
            assert forgotten.known(tx, ["f" * 64]) == {"f" * 64}
            mail = outgoing.by_id(tx, gone)
            assert mail is None or mail.to == ""
    assert b"carol@reader" not in file.read_bytes()


@pytest.mark.parametrize("copied", ["before", "after"])
def test_an_address_that_was_given_up_is_not_written_to_again(
    database: Database, tmp_path: Path, copied: str
) -> None:
    path, file = tmp_path / "journal", tmp_path / "copy"
    noted = Database(database.url, journal=Journal(path))
    with noted.write() as tx:
        carol = new_reader(tx, new_list(tx))
    if copied == "before":
        backup.back_up(noted, file, "a secret for tests only", datetime.now(UTC))
    with noted.write() as tx:
        subscribers.change(tx, carol.id, {"address": "carol@new.example", "state": "active"})
        history.note_moved(tx, NOON, carol.list_id, carol.id, carol.address)
    with noted.write() as tx:
        subscribers.change(tx, carol.id, {"state": "stopped"})
        subscribers.change(tx, carol.id, {"state": "active"})
    if copied == "after":
        backup.back_up(noted, file, "a secret for tests only", datetime.now(UTC))
    noted.close()
    assert "new.example" not in path.read_text()
    with restore.into_file(tmp_path / "again.db", NOW, replace=False) as made:
        with made.filling() as tx:
            restore.load(tx, file, read_manifest(file), {}, lambda _: None)
        with made.going_on() as tx:
            entries = list(read([path]))
            replay(tx, entries, NOW, all_noted=True)
            moved = take_off_moved(tx, entries, NOW)
            found = subscribers.by_id(tx, carol.id)
            assert found is not None
            if copied == "before":
                assert moved == [("news@lists.example.org", carol.address)]
                assert (found.address, found.state) == (carol.address, "left")
            else:
                assert moved == []
                assert (found.address, found.state) == ("carol@new.example", "active")


def test_who_was_taken_off_or_trusted_no_more_stays_so(database: Database, tmp_path: Path) -> None:
    path, alice = tmp_path / "journal", "alice@charity.example"
    noted = Database(database.url, journal=Journal(path))
    with noted.write() as tx:
        to = new_list(tx)
        bob = new_moderator(tx, to, "Bob")
        volunteers.meet_author(tx, to.id, alice, "Alice", NOON)
        volunteers.set_trust(tx, to.id, alice, True)
        held = new_post(tx, to)
    backup.back_up(noted, tmp_path / "copy", "a secret for tests only", datetime.now(UTC))
    with noted.write() as tx:
        volunteers.remove(tx, to.id, "moderator", bob.address, NOON)
        volunteers.set_trust(tx, to.id, alice, False)
        posts.change_state(tx, held.id, ["held"], "rejected", {"decided_at": NOON})
    noted.close()
    copied = tmp_path / "copy"
    with restore.into_file(tmp_path / "again.db", NOW, replace=False) as made:
        with made.filling() as tx:
            restore.load(tx, copied, read_manifest(copied), {}, lambda _: None)
        with made.going_on() as tx:
            assert volunteers.every(tx, to.id, "moderator")
            replay(tx, list(read([path])), NOW, all_noted=True)
            assert volunteers.every(tx, to.id, "moderator") == []
            known = volunteers.known_author(tx, to.id, alice)
            assert known is not None and not known.trusted
            (decided,) = posts.by_ids(tx, [held.id])
            assert (decided.state, decided.decided_at) == ("rejected", NOON)


def test_a_damaged_database_makes_no_copy(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        to = new_list(tx)
        for number in range(300):
            new_reader(tx, to, f"reader-{number}@reader.example")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute(
            text(
                "SELECT rootpage FROM sqlite_master WHERE name LIKE 'uq_subscriber_%' OR "
                "name = 'sqlite_autoindex_subscriber_1' LIMIT 1"
            )
        ).scalar()
    database.close()
    file = tmp_path / "postround.db"
    with file.open("r+b") as raw:
        raw.seek((int(page or 30) - 1) * 4096)
        raw.write(b"\xff" * 4096)
    again = Database(sqlite_url)
    older = tmp_path / "copy"
    older.write_bytes(b"yesterday's")
    with pytest.raises(Exception, match=r"damaged|malformed"):
        backup.back_up(again, older, "a secret for tests only", NOW)
    assert older.read_bytes() == b"yesterday's"
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []
    again.close()
