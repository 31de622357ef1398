"""Debian's Postfix in front, with exactly the lines of examples/postfix/main.cf."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.database import Unavailable
from storage.records import Arrival
from tests.dialogue import DATA, HELLO, LETTER, MAIL, RCPT, Dialogue, RunningDoor, running_door
from tests.journeys.conftest import plant
from tests.journeys.letters import note, post
from tests.postfix import Postfix, running_postfix
from tests.servers import Installation, free_port

pytestmark = pytest.mark.postfix

RECIPE = Path(__file__).parents[2] / "examples" / "postfix" / "main.cf"


def recipe() -> dict[str, str]:
    """The settings in the recipe; a line without any is a comment or empty."""
    lines = [line for line in RECIPE.read_text().splitlines() if line and line[0] not in "# "]
    return {
        name.strip(): value.strip() for name, _, value in (line.partition("=") for line in lines)
    }


class Pair:
    """Postfix and the door behind it."""

    def __init__(self, postfix: Postfix, door: RunningDoor) -> None:
        self.postfix = postfix
        self.door = door

    def wait_for_letters(self, number: int) -> list[Arrival]:
        self.door.wait_until(lambda: len(self.door.kept) >= number, seconds=20)
        return self.door.kept


@pytest.fixture(scope="module")
def running_pair() -> Iterator[Pair]:
    with running_door(lmtp=True, trusted_relays=("127.0.0.1",)) as door:
        # Strangers come from this machine too in a test, so it is not Postfix's own network.
        here = {"relay_transport": f"lmtp:inet:127.0.0.1:{door.port}", "mynetworks": "192.0.2.0/24"}
        with running_postfix(**recipe() | here) as postfix:
            yield Pair(postfix, door)


@pytest.fixture
def pair(running_pair: Pair) -> Pair:
    running_pair.door.kept.clear()
    return running_pair


def test_a_letter_passes_as_it_was_sent(pair: Pair) -> None:
    html = b"<p>" + b"long " * 1000 + b"</p>\r\n..dots\r\n"
    with smtplib.SMTP("127.0.0.1", pair.postfix.port, timeout=20) as client:
        client.sendmail("alice@charity.example", "news@lists.example.org", LETTER + html)
    (arrival,) = pair.wait_for_letters(1)
    header, _, body = arrival.raw.partition(b"\r\n\r\n")
    assert body == LETTER.partition(b"\r\n\r\n")[2] + html
    assert header.startswith(b"Received: from ")
    assert arrival.mail_from == "alice@charity.example"


def test_b7_an_unknown_recipient_is_refused_at_once_and_nothing_bounces(pair: Pair) -> None:
    with Dialogue(pair.postfix.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        assert dialogue.say(b"RCPT TO:<nobody@lists.example.org>").startswith("550 5.1.1")
        assert dialogue.say(RCPT).startswith("250")


@pytest.mark.parametrize(
    "relay", ["mallory@evil.example", "mallory%evil.example@lists.example.org"]
)
def test_b5_the_pair_relays_nothing(pair: Pair, relay: str) -> None:
    with Dialogue(pair.postfix.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        assert dialogue.say(f"RCPT TO:<{relay}>".encode())[0] in "45"


@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r\n.\r",
        b"\r.\r\n",
        b"\r\n\0.\r\n",
        b"\r\n.\0\r\n",
    ],
)
def test_b3_nothing_is_smuggled_through_the_pair(pair: Pair, end: bytes) -> None:
    with Dialogue(pair.postfix.port) as dialogue:
        dialogue.begin()
        dialogue.say(DATA)
        smuggled = b"MAIL FROM:<bob@example.org>\r\n" + RCPT + DATA + LETTER
        dialogue.send(LETTER + b"Hello." + end + smuggled + b".\r\n")
        reply = dialogue.reply()
        dialogue.no_more()
        assert all(later[0] in "245" for later in dialogue.replies())
    with smtplib.SMTP("127.0.0.1", pair.postfix.port, timeout=20) as client:
        client.sendmail("carol@example.org", "news@lists.example.org", LETTER)
    expected = {"carol@example.org"}
    if reply.startswith("250"):
        expected.add("alice@charity.example")
    pair.door.wait_until(
        lambda: {arrival.mail_from for arrival in pair.door.kept} >= expected, seconds=20
    )
    assert {arrival.mail_from for arrival in pair.door.kept} == expected


def test_a5_while_we_cannot_keep_it_postfix_does() -> None:
    away = True
    kept: list[Arrival] = []

    def keep(batch: list[Arrival]) -> None:
        if away:
            raise Unavailable("the database is away")
        kept.extend(batch)

    with running_door(keep, lmtp=True, trusted_relays=("127.0.0.1",)) as door:
        there = {"relay_transport": f"lmtp:inet:127.0.0.1:{door.port}"}
        with running_postfix(**recipe() | there) as postfix:
            with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
                client.sendmail("alice@charity.example", "news@lists.example.org", LETTER)
            away = False
            door.wait_until(lambda: len(kept) == 1, seconds=30)


def test_while_we_are_down_a_new_address_is_put_off_and_not_refused() -> None:
    there = {"relay_transport": f"lmtp:inet:127.0.0.1:{free_port()}"}
    quickly = {"address_verify_poll_count": "2"}
    with (
        running_postfix(**recipe() | there | quickly) as postfix,
        Dialogue(postfix.port, timeout=20) as dialogue,
    ):
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        assert dialogue.say(RCPT).startswith("45")


# The whole service behind it ----------------------------------------------------------------------


@pytest.mark.parametrize("by", ["lmtp", "smtp"])
def test_a_post_and_its_yes_go_through_postfix_and_the_whole_service(
    by: str, new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    plant(sqlite_url)
    lmtp = free_port()
    service = new_installation(
        sqlite_url,
        POSTROUND_LMTP_LISTEN=f"127.0.0.1:{lmtp}",
        POSTROUND_TRUSTED_RELAYS="127.0.0.1",
    )
    service.start("run")
    way = f"lmtp:inet:127.0.0.1:{lmtp}" if by == "lmtp" else f"smtp:[127.0.0.1]:{service.smtp_port}"
    there = {"relay_transport": way, "smtp_line_length_limit": "0", "mynetworks": "192.0.2.0/24"}
    with running_postfix(**recipe() | there) as postfix:
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
            client.sendmail("alice@charity.example", "news@lists.example.org", post())
        held = service.wait_for_mail(letter="post_held", timeout=30)
        assert held.to == ("bob@council.example",)
        yes = note("Bob <bob@council.example>", held.reply_to, f"Re: {held.subject}", "Yes\n")
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
            client.sendmail("bob@council.example", held.reply_to, yes)
        told = service.wait_for_mail(letter="post_approved", timeout=30)
        assert told.to == ("alice@charity.example",)
        with Dialogue(postfix.port, timeout=20) as dialogue:
            dialogue.say(HELLO)
            dialogue.say(MAIL)
            assert dialogue.say(b"RCPT TO:<nobody@lists.example.org>").startswith("550 5.1.1")
    assert json.loads(service.command("waiting", "--json"))["posts"] == []
