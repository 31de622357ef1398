"""Mail servers that send us numbered posts, each again until it is acknowledged. No tests here."""

from __future__ import annotations

import contextlib
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NEWS = "news@lists.example.org"
PAUSE = 0.1
"""Seconds between two letters of one sender: a few senders together bring as much as two cores can
read, so that not hours of reading are waited for at the end."""


@dataclass
class Told:
    """What the senders heard, all together."""

    acknowledged: dict[str, float] = field(default_factory=dict)
    """When each number was, on the monotonic clock."""
    codes: dict[int, int] = field(default_factory=dict)
    """How often each answer to a letter's data came."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, number: str, code: int) -> None:
        with self.lock:
            self.codes[code] = self.codes.get(code, 0) + 1
            if code == 250:
                self.acknowledged[number] = time.monotonic()


class Sender(threading.Thread):
    """Until ``stop``; then once more what it has not been told to be safe, and no more."""

    def __init__(self, name: str, port: int, told: Told, stop: threading.Event) -> None:
        super().__init__(name=f"sender {name}", daemon=True)
        self._port = port
        self._told = told
        self._stop_event = stop
        self._count = 0
        self.in_doubt = ""
        """The number that was sent and perhaps not acknowledged."""

    def run(self) -> None:
        while not self._stop_event.is_set() or self.in_doubt:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._session()
            time.sleep(0.05)

    def _session(self) -> None:
        with smtplib.SMTP("127.0.0.1", self._port, "client.example", timeout=30) as client:
            client.ehlo()
            while not self._stop_event.is_set() or self.in_doubt:
                if not self.in_doubt:
                    self._count += 1
                    self.in_doubt = f"{self.name.split()[1]}.{self._count}"
                self._send(client, self.in_doubt)

    def _send(self, client: smtplib.SMTP, number: str) -> None:
        author = author_of(number)
        client.mail(author)
        code, _ = client.rcpt(NEWS)
        if code == 250:
            code, _ = client.data(letter(number, author))
        self._told.note(number, code)
        if code == 250:
            self.in_doubt = ""
            time.sleep(PAUSE)
        else:
            client.rset()
            time.sleep(0.2)


def author_of(number: str) -> str:
    return f"alice.{number}@charity.example"


def letter(number: str, author: str) -> bytes:
    text = "The food bank at Oak House opens at ten on Friday, and the kettle is on.\r\n" * 4
    return (
        f"From: Alice <{author}>\r\nTo: {NEWS}\r\nSubject: Food bank hours {number}\r\n"
        f"Message-ID: <{number}@charity.example>\r\n\r\n{text}"
    ).encode()


@contextmanager
def sending(port: int, clients: int) -> Iterator[Told]:
    """``clients`` send at once; at the end each of them brings what is in doubt to an end."""
    told, stop = Told(), threading.Event()
    senders = [Sender(str(number), port, told, stop) for number in range(clients)]
    for sender in senders:
        sender.start()
    try:
        yield told
    finally:
        stop.set()
        for sender in senders:
            sender.join(120)
    assert not any(sender.is_alive() for sender in senders), "a letter was never taken"
