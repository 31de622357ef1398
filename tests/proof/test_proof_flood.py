"""A month's attacks in ten minutes, and one honest post a second among them: each is told of."""

from __future__ import annotations

import contextlib
import smtplib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import pytest

from storage import letters
from storage.database import Database
from tests.mailbox import maildir
from tests.needs import times
from tests.proof.honest import Honest, posting_every_second, wait_until_told
from tests.proof.hostile import hostile
from tests.proof.memory import MIB, watched
from tests.proof.senders import NEWS
from tests.servers import Installation

HOSTILE_A_SECOND = 42
CLIENTS = 8
HONEST_WITHIN = times(10, 2)
"""Seconds: the short form shares two cores with all the other tests, and shows no speed."""
TOLD_WITHIN = 60.0
MOST_MEMORY = 512 * MIB


@pytest.mark.proof
def test_a_flood_of_hostile_letters_delays_no_honest_one(
    new_installation: Callable[..., Installation], sqlite_url: str, tmp_path: Path
) -> None:
    seconds = times(5, 600)
    installation = new_installation(sqlite_url, POSTROUND_DNS_SERVER="127.0.0.1")
    installation.command("list", "add", NEWS, "--name", "Partnership News")
    installation.command("moderator", "add", "news", "bob@council.example", "--name", "Bob")
    readers = "".join(f"reader{number}@home.example\n" for number in range(50 + seconds))
    (tmp_path / "readers.csv").write_text("email\n" + readers)
    installation.command("subscriber", "import", "news", str(tmp_path / "readers.csv"))
    service = installation.start("run")
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_attack, args=(installation.smtp_port, share, until), daemon=True)
        for share in range(CLIENTS)
    ]
    honest = Honest()
    with watched(service.pid) as peak:
        for thread in threads:
            thread.start()
        posting_every_second(installation.smtp_port, honest, until, first=50)
    late = wait_until_told(installation.outgoing, honest, TOLD_WITHIN)
    p95 = quantiles(honest.seconds, n=20)[-1]
    slowest = max(late.values())
    with Database(sqlite_url).read() as tx:
        print(f"letters: {letters.counts(tx)}")
    print(f"{len(late)} honest posts: p95 {p95:.2f} s at the door, told within {slowest:.1f} s")
    print(f"memory: {peak}")
    assert not honest.refused
    assert late.keys() == honest.sent_at.keys()
    assert slowest <= TOLD_WITHIN
    assert p95 <= HONEST_WITHIN
    assert peak.together <= MOST_MEMORY
    strangers = [mail for mail in maildir(installation.outgoing) if "evil" in mail.text]
    assert len(strangers) <= 50, "the limit of strangers in one hour"


def _attack(port: int, share: int, until: float) -> None:
    """One of several clients that send together so many letters a second, by the clock."""
    began, number = time.monotonic(), share
    while time.monotonic() < until:
        with (
            contextlib.suppress(OSError, smtplib.SMTPException),
            smtplib.SMTP("127.0.0.1", port, "evil.example", timeout=30) as client,
        ):
            for _ in range(20):
                time.sleep(max(0.0, began + number / HOSTILE_A_SECOND - time.monotonic()))
                bad = hostile(number)
                number += CLIENTS
                with contextlib.suppress(
                    smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused
                ):
                    client.sendmail(bad.mail_from, [bad.to], bad.raw)
