"""LMTP (RFC 2033): one answer for each recipient, over TCP or a unix socket."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Unavailable
from storage.records import Arrival
from tests.dialogue import DATA, HELLO, LETTER, MAIL, RCPT, Dialogue, RunningDoor, running_door

LHLO = b"LHLO mx.example\r\n"
TOPIC = b"RCPT TO:<news+housing@lists.example.org>\r\n"


@pytest.fixture
def door() -> Iterator[RunningDoor]:
    with running_door(is_ours=lambda a: "ours" if "news" in a else "unknown", lmtp=True) as door:
        yield door


def test_each_recipient_gets_an_answer(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        assert dialogue.greeting == "220 lists.example.org LMTP"
        assert "250-PIPELINING" in dialogue.say(LHLO)
        dialogue.say(MAIL)
        assert dialogue.say(RCPT).startswith("250 2.1.5")
        assert dialogue.say(b"RCPT TO:<nobody@lists.example.org>").startswith("550 5.1.1")
        assert dialogue.say(TOPIC).startswith("250 2.1.5")
        dialogue.say(DATA)
        assert dialogue.say(LETTER + b".\r\n").startswith("250 2.0.0")
        assert dialogue.reply().startswith("250 2.0.0")
        assert dialogue.say(b"NOOP") == "250 2.0.0 Done"  # there was no third one
    assert door.kept[0].recipients == (
        "news@lists.example.org",
        "news+housing@lists.example.org",
    )


def test_also_when_the_letter_cannot_be_taken() -> None:
    def keep(_batch: list[Arrival]) -> None:
        raise Unavailable

    with (
        running_door(keep, lambda _: "ours", lmtp=True) as door,
        Dialogue(door.port) as dialogue,
    ):
        for line in (LHLO, MAIL, RCPT, TOPIC, DATA):
            dialogue.say(line)
        assert dialogue.say(LETTER + b".\r\n").startswith("451 4.3.0")
        assert dialogue.reply().startswith("451 4.3.0")
        assert dialogue.say(b"NOOP") == "250 2.0.0 Done"


def test_lmtp_is_greeted_by_lhlo_only(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        assert dialogue.say(HELLO).startswith("500 5.5.2")
        assert dialogue.say(b"HELO mx.example").startswith("500 5.5.2")
        assert dialogue.say(MAIL).startswith("503 5.5.1")


def test_smtp_knows_no_lhlo() -> None:
    with running_door() as door, Dialogue(door.port) as dialogue:
        assert dialogue.say(LHLO).startswith("500 5.5.2")


def test_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "lmtp")
    for _ in range(2):  # the second time the old socket still lies there
        with running_door(lmtp=True, socket_path=path, connections_per_source=1) as door:
            for _ in range(3):
                with smtplib.LMTP(path) as client:
                    refused = client.sendmail(
                        "alice@charity.example", "news@lists.example.org", LETTER
                    )
                    assert refused == {}
            assert [arrival.peer for arrival in door.kept] == ["127.0.0.1"] * 3
