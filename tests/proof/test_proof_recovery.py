"""How soon the service is there again: with a large store, and after a kill of any process."""

from __future__ import annotations

import os
import signal
import smtplib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from storage import lists
from storage.database import Database
from storage.tables import letter, post, raw_message
from tests.needs import times
from tests.proof.memory import below
from tests.proof.senders import NEWS, author_of, sending
from tests.proof.senders import letter as written
from tests.proof.town import town
from tests.servers import Installation

BACK_WITHIN = 10.0
TEXT = "The food bank at Oak House opens at ten on Friday, and the kettle is on.\n" * 20
BATCH = 1000


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_i1_it_is_soon_there_with_many_stored_posts(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    """From the start of the program to the first 250, also after a kill under load."""
    posts = times(1_000, 100_000)
    installation = town(new_installation, sqlite_url)
    _fill(sqlite_url, posts)
    for _ in range(times(1, 5)):
        began = time.monotonic()
        service = installation.start("run")
        _post(installation, f"first.{began}")
        print(f"{posts} stored posts: first 250 after {time.monotonic() - began:.1f} s")
        with sending(installation.smtp_port, 4):
            time.sleep(1)
            service.kill()
            service.wait()
            began = time.monotonic()
            service = installation.start("run")
            _post(installation, f"again.{began}")
            print(f"killed under load: first 250 after {time.monotonic() - began:.1f} s")
        installation.stop()


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_i1_any_process_may_be_killed(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    """The readers are started anew by themselves; the service by whoever watches over it."""
    installation = town(new_installation, sqlite_url)
    for number in range(times(1, 10)):
        service = installation.start("run")
        _post_and_wait(installation, f"before.{number}")
        for child in below(service.pid):
            os.kill(child, signal.SIGKILL)
            took = _post_and_wait(installation, f"reader.{number}.{child}")
            print(f"a reader was killed: the next post was told of after {took:.1f} s")
            assert took <= BACK_WITHIN
        service.kill()
        service.wait()
        began = time.monotonic()
        installation.start("run")
        _post_and_wait(installation, f"service.{number}")
        print(f"the service was killed: told of after {time.monotonic() - began:.1f} s")
        assert time.monotonic() - began <= BACK_WITHIN
        installation.stop()


def _post(installation: Installation, number: str) -> None:
    author = author_of(number)
    with smtplib.SMTP("127.0.0.1", installation.smtp_port, "a.example", timeout=30) as client:
        client.sendmail(author, [NEWS], written(number, author))


def _post_and_wait(installation: Installation, number: str) -> float:
    """Seconds until its moderator has the mail."""
    began = time.monotonic()
    _post(installation, number)
    installation.wait_for_mail(subject=number, timeout=60)
    return time.monotonic() - began


def _fill(url: str, number: int) -> None:
    """With posts of every age that went out long ago, and the letters that they came in."""
    database = Database(url)
    for first in range(1, number + 1, BATCH):
        with database.write() as tx:
            news = lists.every(tx)[0].id
            rows = list(_rows(range(first, first + BATCH), news))
            tx.execute(raw_message.insert(), [raw for raw, _, _ in rows])
            tx.execute(letter.insert(), [one for _, one, _ in rows])
            tx.execute(post.insert(), [one for _, _, one in rows])
    database.close()


Row = dict[str, object]


def _rows(numbers: range, news: int) -> Iterator[tuple[Row, Row, Row]]:
    for number in numbers:
        author, at = (
            author_of(str(number)),
            datetime.now(UTC) - timedelta(days=8, minutes=45 * number),
        )
        yield (
            {"id": number, "sha256": f"{number:064x}", "content": written(str(number), author)},
            {
                "id": number,
                "raw_id": number,
                "received_at": at,
                "mail_from": author,
                "recipient": NEWS,
                "fingerprint": f"{number:064x}",
                "state": "post",
                "sender": author,
            },
            {
                "id": number,
                "list_id": news,
                "letter_id": number,
                "author_address": author,
                "author_key": author,
                "title": f"Food bank hours {number}",
                "html": f"<p>{TEXT}</p>",
                "text": TEXT,
                "state": "rejected",
                "held_at": at,
                "decided_at": at,
            },
        )
