"""One honest post a second, each by a client of its own, while others attack. No tests here."""

from __future__ import annotations

import re
import smtplib
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.mailbox import Mail
from tests.proof.senders import NEWS


@dataclass
class Honest:
    """When each honest post was sent, how long the door took for it, and what went wrong."""

    sent_at: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def last(self) -> str:
        """The name of the newest post that was taken."""
        return list(self.sent_at)[-1]


def posting_every_second(port: int, honest: Honest, until: float, first: int = 0) -> None:
    """Posts by the clock until that moment of it; each author is ``readerNUMBER@home.example``."""
    began = time.monotonic()
    for number in range(round(until - began)):
        time.sleep(max(0.0, began + number - time.monotonic()))
        name = f"number {number}."
        author = f"reader{first + number}@home.example"
        start, at = time.monotonic(), time.time()
        try:
            with smtplib.SMTP("127.0.0.1", port, "home.example", timeout=30) as client:
                client.sendmail(author, [NEWS], _letter(number, name, author))
        except (OSError, smtplib.SMTPException) as error:
            honest.refused.append(f"{name} after {time.monotonic() - start:.1f} s: {error!r}")
            continue
        honest.sent_at[name] = at
        honest.seconds.append(time.monotonic() - start)


def _letter(number: int, name: str, author: str) -> bytes:
    return (
        f"From: Carol <{author}>\r\nTo: {NEWS}\r\nSubject: Food bank hours, {name}\r\n"
        f"Message-ID: <honest.{number}@home.example>\r\n\r\nThe food bank opens at ten.\r\n"
    ).encode()


def wait_until_told(outgoing: Path, honest: Honest, seconds: float) -> dict[str, float]:
    """For each honest post, after how many seconds its moderator had the mail about it or, where
    many wait, the mail of all that wait. Waits for all of them; they are not told of in order."""
    until = time.monotonic() + seconds
    while len(late := told(outgoing, honest)) < len(honest.sent_at) and time.monotonic() < until:
        time.sleep(0.5)
    return late


def told(outgoing: Path, honest: Honest) -> dict[str, float]:
    """The same of those that were told of by now."""
    late: dict[str, float] = {}
    for file in outgoing.glob("new/*"):
        mail = Mail(file.read_bytes())
        if "bob@council.example" not in mail.to:
            continue
        where = mail.text if mail.letter == "queue_waiting" else mail.subject
        for name in (
            set(re.findall(r"Food bank hours, (number \d+\.)", where)) & honest.sent_at.keys()
        ):
            after = file.stat().st_mtime - honest.sent_at[name]
            late[name] = min(after, late.get(name, after))
    return late
