"""A thousand mails as they leave, each looked at as a strict mail server would."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from delivery.dkim_sign import Key, Signer
from delivery.letters import Desk, Pen
from delivery.marks import Marks
from delivery.ready import Readier
from digest.run import tick
from preferences.joining import ask_to_join, join
from storage import lists, outgoing, posts, subscribers
from storage.database import Database
from storage.records import FORMATS, MailingList, Post, Subscriber
from tests.catching import CatchingServer
from tests.delivery.outbox import sending, until
from tests.lint import faults
from tests.mailbox import Mail
from tests.needs import times
from tests.signing import rsa_key

NOW = datetime.now(UTC)
DESK = Desk(Marks("s" * 32), "https://lists.example")
ODD = (
    "Plain",
    "“Fünf” neue Räume – ab Montag, 10 €",
    "مركز المساعدة مفتوح يوم الإثنين",
    "Ein" + "sehr" * 60 + "langes Wort",
    "From: somebody\r\nBcc: mallory@evil.example",
    '=?utf-8?q?encoded?= (comment) <tag> & "quotes"',
    ".",
    "😀 " * 30,
)


@pytest.mark.proof
def test_g9_a_thousand_mails_have_nothing_that_a_strict_server_minds(
    database: Database, catching_server: CatchingServer
) -> None:
    chance, many = random.Random(5321), times(30, 1000)
    sender = _town(database, chance, many)
    _letters(database, sender, many // 10)
    tick(database, NOW)
    readier = Readier(database, DESK, Signer([Key("s1", rsa_key())]))
    with sending(database, catching_server.port, readier.build):
        until(lambda: _left(database), lambda left: not left, seconds=600)
    assert len(catching_server.mails) >= many
    found = {
        fault: mail.raw[:3000]
        for mail in catching_server.mails
        for fault in faults(mail, to_reader=mail.letter != "joining_confirm")
    }
    assert found == {}
    print(Counter(mail.letter for mail in catching_server.mails))


def _left(database: Database) -> bool:
    with database.read() as tx:
        return outgoing.any_left(tx)


def _town(database: Database, chance: random.Random, readers: int) -> MailingList:
    daily = f"{NOW - timedelta(minutes=2):%H:%M}"
    news = MailingList(0, "news", "lists.example", "Néws & “Notes”", timezone="UTC", daily=daily)
    with database.write() as tx:
        made = lists.add(tx, news, NOW - timedelta(days=90))
        assert made is not None
        for word in ("housing", "jobs"):
            lists.add_topic(tx, made.id, word, f"{word.title()} & more")
        topics = [topic.id for topic in lists.topics(tx, made.id)]
        for number, title in enumerate(ODD):
            _approved(tx, made.id, title, topics[: number % 3])
        for number in range(readers):
            _reader(tx, made.id, number, tuple(topics[: chance.randrange(3)]))
    return made


def _approved(tx: Connection, list_id: int, title: str, topics: list[int]) -> None:
    at = NOW - timedelta(hours=2)
    line = " ".join(title.split())
    post = Post(
        id=0,
        list_id=list_id,
        letter_id=None,
        author_address="alice@charity.example",
        author_name="Älice “A.” O’Neill",
        title=line,
        html=f'<p>{"x" * 1200} <a href="https://charity.example/?a=1&amp;b=2">{len(line)}</a></p>',
        text=f"{line}\n.\n..\n{'y' * 1200}\nFrom here on: https://charity.example/?a=1&b=2\n",
        state="held",
        held_at=at,
        topics=tuple(topics),
    )
    approved = {"approved_at": at, "decided_at": at}
    assert posts.change_state(tx, posts.hold(tx, post, ()), ["held"], "approved", approved)


def _reader(tx: Connection, list_id: int, number: int, topics: tuple[int, ...]) -> None:
    address = f"carol{'.o-x' * (number % 12)}+{number}@Reader{number % 7}.bücher.example"
    new = Subscriber(
        id=0,
        list_id=list_id,
        address=address,
        name="",
        state="active",
        frequency="daily",
        topics=topics,
        format=FORMATS[number % len(FORMATS)],
        joined_at=NOW - timedelta(days=60),
        settled_until=NOW - timedelta(days=60),
    )
    assert subscribers.add(tx, new)


def _letters(database: Database, sender: MailingList, many: int) -> None:
    with database.write() as tx:
        pen = Pen(tx, DESK, sender, NOW)
        for number in range(many):
            address = f"dave{number}@reader.example"
            assert ask_to_join(pen, address, {}, f"192.0.2.{number}", 1000)
            assert join(pen, f"erin{number}@reader.example", {}, "by reply", NOW)


GOOD = (
    b"From: Town News <news@lists.example>\r\nTo: carol@reader.example\r\nSubject: Round-up\r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@lists.example>\r\n"
    b"Reply-To: news-settings+m@lists.example\r\nMIME-Version: 1.0\r\n"
    b"Auto-Submitted: auto-generated\r\nPostround-Letter: edition\r\n"
    b"List-Id: <news.lists.example>\r\n"
    b"List-Unsubscribe: <https://lists.example/leave/m>,\r\n"
    b" <mailto:news-settings+m@lists.example?subject=stop>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nList-Help: <mailto:a@lists.example>\r\n"
    b"List-Post: <mailto:news@lists.example>\r\nList-Subscribe: <mailto:b@lists.example>\r\n"
    b"List-Owner: <mailto:c@lists.example>\r\nPrecedence: list\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    b"\r\nHello https://charity.example/=C3=A4\r\n"
)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"", b""),
        (b"Hello", b"Hel\nlo"),
        (b"Hello", b"Hel\rlo"),
        (b"Hello", b"Hel\0lo"),
        (b"Hello", "Hällo".encode()),
        (b"Hello", b"Hello" * 200),
        (b"=C3=A4", b"=C3"),
        (b"To: carol", b"To: dave@reader.example, carol"),
        (b"Date: Mon", b"X-Date: Mon"),
        (b"Date: Mon", b"Date: Moonday"),
        (b"<1@lists", b"<1 2@lists"),
        (b"Subject: Round-up", b"Subject: a\r\nSubject: b"),
        (b"news@lists.example>\r\nTo", b"news@other.example>\r\nTo"),
        (b"auto-generated", b"no"),
        (b"=One-Click", b"=Two"),
        (b"<https://lists", b"<http s://lists"),
        (b"utf-8", b"us-ascii"),
        (b"quoted-printable", b"8bit"),
        (b"Precedence: list", b"Bcc: mallory@evil.example"),
    ],
)
def test_what_is_wrong_with_a_mail_is_seen(was: bytes, now: bytes) -> None:
    raw = GOOD.replace(was, now, 1) if was else GOOD.replace(b"/=C3=A4", b"/a")
    mail = Mail(raw, "news-bounce+m@lists.example", ("carol@reader.example",))
    assert bool(faults(mail, to_reader=True)) == bool(was)
