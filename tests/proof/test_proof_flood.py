"""A month's attacks in ten minutes, and one honest post a second among them: each is told of."""

from __future__ import annotations

import contextlib
import smtplib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import pytest

from tests.mailbox import maildir
from tests.needs import times
from tests.proof.hostile import hostile
from tests.proof.senders import NEWS
from tests.servers import Installation

HOSTILE_A_SECOND = 42
CLIENTS = 8
HONEST_WITHIN = 2.0
TOLD_WITHIN = 60.0
MOST_MEMORY = 512 * 1024 * 1024


@dataclass
class Honest:
    """When each honest post was sent, and how long the door took for it."""

    sent_at: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


@pytest.mark.proof
def test_a_flood_of_hostile_letters_delays_no_honest_one(
    new_installation: Callable[..., Installation], sqlite_url: str, tmp_path: Path
) -> None:
    seconds = times(20, 600)
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
    memory: list[int] = []
    watcher = threading.Thread(target=_watch, args=(service.pid, until, memory), daemon=True)
    for thread in (*threads, watcher):
        thread.start()
    honest = _post_every_second(installation.smtp_port, until)
    installation.wait_for_mail(subject=f"number {seconds - 1}.", timeout=TOLD_WITHIN)
    told = _told(installation.outgoing)
    late = {name: told[name] - at for name, at in honest.sent_at.items() if name in told}
    p95 = quantiles(honest.seconds, n=20)[-1]
    slowest = max(late.values())
    print(f"{len(late)} honest posts: p95 {p95:.2f} s at the door, told within {slowest:.1f} s")
    print(f"peak memory {max(memory) / 2**20:.0f} MiB")
    assert honest.sent_at.keys() == told.keys() & honest.sent_at.keys()
    assert slowest <= TOLD_WITHIN
    assert p95 <= HONEST_WITHIN
    assert max(memory) <= MOST_MEMORY
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


def _post_every_second(port: int, until: float) -> Honest:
    honest = Honest()
    began = time.monotonic()
    for number in range(round(until - began)):
        time.sleep(max(0.0, began + number - time.monotonic()))
        name = f"number {number}."
        author = f"reader{50 + number}@home.example"
        raw = (
            f"From: Carol <{author}>\r\nTo: {NEWS}\r\nSubject: Food bank hours, {name}\r\n"
            f"Message-ID: <honest.{number}@home.example>\r\n\r\nThe food bank opens at ten.\r\n"
        )
        honest.sent_at[name] = time.time()
        start = time.monotonic()
        with smtplib.SMTP("127.0.0.1", port, "home.example", timeout=30) as client:
            client.sendmail(author, [NEWS], raw.encode())
        honest.seconds.append(time.monotonic() - start)
    return honest


def _told(outgoing: Path) -> dict[str, float]:
    """By the honest post's name, when its moderator had the mail."""
    told: dict[str, float] = {}
    for file in outgoing.glob("new/*"):
        raw = file.read_bytes()
        head = raw[: raw.find(b"\r\n\r\n")].replace(b"\r\n ", b" ").decode()
        if "To: bob@council.example" in head and "Food bank hours, " in head:
            name = head.partition("Food bank hours, ")[2].partition(".")[0] + "."
            told[name] = file.stat().st_mtime
    return told


def _watch(parent: int, until: float, memory: list[int]) -> None:
    """Adds up what the service's processes have in memory for themselves."""
    while time.monotonic() < until:
        memory.append(sum(map(_memory, [parent, *_children(parent)])))
        time.sleep(0.5)


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(number) for number in task.read_text().split()]
    return found


def _memory(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
