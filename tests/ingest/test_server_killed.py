"""Killed at any moment, the door has lost nothing that it acknowledged, and has nothing twice."""

from __future__ import annotations

import os
import random
import re
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from storage.database import Database
from storage.tables import letter, raw_message
from tests.dialogue import DATA, LETTER, Dialogue
from tests.needs import need, times
from tests.servers import CHECKOUT, free_port, not_longer_than_we_live

CLIENTS = 8
NUMBER = re.compile(rb"Message-ID: <(\S+)>")


class Server:
    """The door's process, started again after each kill."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *front: str | Path) -> None:
        words = [sys.executable, "-m", "tests.door_process", self.url, str(self.port)]
        self._process = subprocess.Popen(
            [*not_longer_than_we_live(), *front, *words],
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        os.killpg(self._process.pid, signal.SIGKILL)  # also what runs under strace
        self._process.wait()
        self._process.stdout.close()


class Sender(threading.Thread):
    """A mail server: sends each letter again until it is acknowledged."""

    def __init__(self, name: str, server: Server, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[str] = []
        self._label = name
        self._server = server
        self._ending = stop

    def run(self) -> None:
        number = 0
        while not self._ending.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", self._server.port, timeout=10) as client:
                    while not self._ending.is_set():
                        self._send(client, f"{self._label}.{number}@charity.example")
                        number += 1
            except (OSError, smtplib.SMTPException):
                time.sleep(0.02)

    def _send(self, client: smtplib.SMTP, number: str) -> None:
        message = b"Message-ID: <" + number.encode() + b">\r\n" + LETTER
        client.sendmail("alice@charity.example", "news@lists.example.org", message)
        self.acknowledged.append(number)


@pytest.mark.proof
def test_a1_a2_kill_9_under_load_loses_nothing_and_doubles_nothing(sqlite_url: str) -> None:
    server = Server(sqlite_url)
    server.start()
    stop = threading.Event()
    senders = [Sender(str(number), server, stop) for number in range(CLIENTS)]
    for sender in senders:
        sender.start()
    kills, enough = times(4, 100), times(100, 20_000)
    while kills > 0 or sum(len(sender.acknowledged) for sender in senders) < enough:
        time.sleep(random.uniform(0.2, 0.8))
        server.kill()
        server.start()
        kills -= 1
    stop.set()
    for sender in senders:
        sender.join(20)
    server.kill()
    stored = _stored(sqlite_url)
    acknowledged = {number for sender in senders for number in sender.acknowledged}
    print(f"{len(acknowledged)} letters acknowledged, {len(stored)} stored")
    assert acknowledged - stored.keys() == set()
    assert [number for number, count in stored.items() if count != 1] == []


def _stored(url: str) -> Counter[str]:
    """How many letters there are for each Message-ID."""
    database = Database(url)
    with database.read() as tx:
        assert tx.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        joined = letter.join(raw_message, raw_message.c.id == letter.c.raw_id)
        raws = tx.execute(
            raw_message.select().with_only_columns(raw_message.c.content).select_from(joined)
        )
        found = [NUMBER.search(raw) for raw in raws.scalars()]
    database.close()
    return Counter(one[1].decode() for one in found if one)


def test_a3_the_disk_has_it_before_the_client_hears_so(sqlite_url: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    server = Server(sqlite_url)
    calls = "trace=fsync,fdatasync,sendto,write"
    server.start(need("strace"), "-f", "-qq", "-e", calls, "-s", "40", "-o", trace)
    letters = times(10, 100)
    with Dialogue(server.port, timeout=30) as dialogue:
        for number in range(letters):
            if not number:
                dialogue.begin()
            else:
                dialogue.send(b"MAIL FROM:<alice@charity.example>\r\n")
                dialogue.send(b"RCPT TO:<news@lists.example.org>\r\n")
                assert dialogue.reply() and dialogue.reply()
            assert dialogue.say(DATA).startswith("354")
            assert dialogue.say(b"X: %d\r\n" % number + LETTER + b".\r\n").startswith("250")
    server.kill()
    synced = answered = 0
    for line in trace.read_text().splitlines():
        if re.search(r"(fsync|fdatasync)(\(\d+\)| resumed>\)?).*= 0", line):
            synced += 1
        elif '"250 2.0.0 Thank you' in line:
            answered += 1
            assert synced, f"answer {answered} went out before its commit was on the disk"
            synced = 0
    assert answered == letters
