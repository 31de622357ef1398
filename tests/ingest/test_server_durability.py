"""What is acknowledged is kept; what cannot be kept is answered "later"; nothing is cut in two."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.recipients import Answer
from storage import letters
from storage.database import Database, DiskFull, Unavailable
from storage.records import Arrival
from tests.dialogue import (
    DATA,
    HELLO,
    LETTER,
    MAIL,
    RCPT,
    Dialogue,
    honest_letter_is_taken,
    running_door,
)


class Store:
    """Keeps in a list; may be told to wait or to fail first."""

    def __init__(self) -> None:
        self.kept: list[Arrival] = []
        self.error: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.begun = threading.Event()

    def keep(self, batch: list[Arrival]) -> None:
        self.begun.set()
        self.may_go_on.wait(20)
        if self.error:
            raise self.error
        self.kept += batch


@pytest.mark.parametrize("how", ["half-close", "close", "reset"])
def test_a4_who_hangs_up_after_the_dot_does_not_stop_the_commit(how: str) -> None:
    store = Store()
    store.may_go_on.clear()
    with running_door(store.keep) as door:
        dialogue = Dialogue(door.port)
        dialogue.begin()
        dialogue.say(DATA)
        dialogue.send(LETTER + b".\r\n")
        assert store.begun.wait(5)
        if how == "reset":
            linger = struct.pack("ii", 1, 0)
            dialogue.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if how == "half-close":
            dialogue.no_more()
        else:
            dialogue.socket.close()
        time.sleep(0.1)
        store.may_go_on.set()
        if how == "half-close":
            assert dialogue.reply().startswith("250")
            dialogue.socket.close()
        door.wait_until(lambda: len(store.kept) == 1 and door.has_nobody())
        door.wait_until(lambda: door.door.house.in_flight.total == 0)


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("cut", [0, 1, 40, -5, -4, -3, -2, -1])
def test_a4_half_a_letter_is_no_letter(how: str, cut: int) -> None:
    with running_door() as door:
        dialogue = Dialogue(door.port)
        dialogue.begin()
        dialogue.say(DATA)
        dialogue.send((LETTER + b".\r\n")[:cut])
        if how == "reset":
            linger = struct.pack("ii", 1, 0)
            dialogue.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        dialogue.socket.close()
        door.wait_until(door.has_nobody)
        assert door.kept == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("connection to 10.0.0.1 refused"), "451 4.3.0"),
        (DiskFull("no space on /var"), "452 4.3.1"),
        (RuntimeError("secret path /srv/x"), "451 4.3.0"),
        (MemoryError(), "451 4.3.0"),
    ],
)
def test_a5_a7_what_cannot_be_kept_is_for_later_and_the_session_goes_on(
    error: Exception, code: str
) -> None:
    store = Store()
    store.error = error
    with running_door(store.keep) as door, Dialogue(door.port) as dialogue:
        reply = dialogue.deliver()
        assert reply.startswith(code)
        assert str(error) not in reply or not str(error)
        store.error = None
        assert dialogue.deliver().startswith("250")
        assert len(store.kept) == 1


def test_a5_a_database_that_hangs_is_answered_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.arrivals.PATIENCE_SECONDS", 0.3)
    store = Store()
    store.may_go_on.clear()
    with running_door(store.keep) as door, Dialogue(door.port) as dialogue:
        assert dialogue.deliver().startswith("451 4.3.0")
        store.may_go_on.set()
        assert dialogue.deliver().startswith("250")


def test_a5_a_recipient_that_cannot_be_looked_up_is_for_later() -> None:
    def is_ours(_address: str) -> Answer:
        raise Unavailable("the database is away")

    with running_door(is_ours=is_ours) as door, Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        assert dialogue.say(RCPT).startswith("451 4.3.0")


def test_a_look_up_that_hangs_stops_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.recipients.PATIENCE_SECONDS", 0.3)
    never = threading.Event()

    def is_ours(address: str) -> Answer:
        if address.startswith("slow"):
            never.wait(5)
        return "ours"

    with running_door(is_ours=is_ours) as door, Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        dialogue.send(b"RCPT TO:<slow@lists.example.org>\r\n")
        honest_letter_is_taken(door.port)
        assert dialogue.reply().startswith("451 4.3.0")
        never.set()


def test_a_forged_mark_is_refused_for_good() -> None:
    with (
        running_door(is_ours=lambda _: "forged mark") as door,
        Dialogue(door.port) as dialogue,
    ):
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        assert dialogue.say(RCPT).startswith("550 5.1.1")


def test_a9_a_locked_database_gives_451_and_then_works_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_MILLISECONDS", 500)
    database = Database(sqlite_url)

    def keep(batch: list[Arrival]) -> None:
        with database.write() as tx:
            letters.keep(tx, batch)

    backup = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    with running_door(keep) as door, Dialogue(door.port, timeout=20) as dialogue:
        backup.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert dialogue.deliver().startswith("451 4.3.0")
        assert time.monotonic() - began < 10
        backup.execute("COMMIT")
        assert dialogue.deliver().startswith("250")
    with database.read() as tx:
        assert letters.by_id(tx, 1) is not None
        assert letters.by_id(tx, 2) is None
    backup.close()
    database.close()


def test_a14_closing_answers_what_is_in_hand_and_says_goodbye_to_the_others() -> None:
    store = Store()
    store.may_go_on.clear()
    with running_door(store.keep) as door:
        idle, busy = Dialogue(door.port), Dialogue(door.port)
        halfway = Dialogue(door.port)
        halfway.begin()
        halfway.say(DATA)
        halfway.send(b"Subject: the dot never comes\r\n")
        busy.begin()
        busy.say(DATA)
        busy.send(LETTER + b".\r\n")
        assert store.begun.wait(5)
        port = door.port
        closing = threading.Thread(target=lambda: door.do(door.door.close(1.0)))
        closing.start()
        assert idle.reply().startswith("421 4.3.2")
        store.may_go_on.set()
        assert busy.reply().startswith("250 2.0.0")
        assert busy.reply().startswith("421 4.3.2")
        assert halfway.reply().startswith("421 4.3.2")
        closing.join(10)
        assert not closing.is_alive()
        assert len(store.kept) == 1
        with pytest.raises(ConnectionRefusedError):
            Dialogue(port)
        for one in (idle, busy, halfway):
            one.socket.close()


NO_FILES_LEFT = """
import asyncio, resource, sys
from ingest.door import open_door
from ingest.door_settings import DoorSettings

async def main():
    settings = DoorSettings(hostname="lists.example.org", port=0, connections_per_source=500)
    door = await open_door(settings, lambda address: "ours", lambda batch: None)
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    print(door.port, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, flush=True)
    await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""


def test_a8_without_file_handles_the_door_waits_and_then_goes_on(tmp_path: Path) -> None:
    with (
        (tmp_path / "errors").open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-c", NO_FILES_LEFT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as server,
    ):
        assert server.stdin is not None and server.stdout is not None
        port = int(server.stdout.readline())
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            for _ in range(60):
                stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            time.sleep(1.5)
            server.stdin.write(b"\n")
            server.stdin.flush()
            used = float(server.stdout.readline())
        assert server.poll() is None
        assert used < 1.0 + 0.5 * (time.monotonic() - began)  # no busy loop
        time.sleep(1.2)
        honest_letter_is_taken(port)
        server.stdin.write(b"\n")
    assert server.returncode == 0
    assert (tmp_path / "errors").stat().st_size < 200_000
