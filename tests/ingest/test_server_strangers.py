"""Who speaks something else, relays, guesses addresses, or sends bytes that no address holds."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from ingest.recipients import Answer
from tests.dialogue import (
    DATA,
    HELLO,
    MAIL,
    Dialogue,
    RunningDoor,
    honest_letter_is_taken,
    running_door,
)


def _everything_at_our_domain(address: str) -> Answer:
    """The most trusting answer: the door itself must see what is no address of ours."""
    return "ours" if "lists.example.org" in address.lower() else "unknown"


@pytest.fixture(scope="module")
def door() -> Iterator[RunningDoor]:
    with running_door(is_ours=_everything_at_our_domain) as door:
        yield door


RELAYS = [
    "mallory@evil.example",
    "mallory%evil.example@lists.example.org",
    "mallory%evil.example",
    "mallory@evil.example@lists.example.org",
    '"mallory@evil.example"@lists.example.org',
    '"mallory%evil.example"@lists.example.org',
    '"mallory@evil.example"',
    "evil.example!mallory",
    "evil.example!mallory@lists.example.org",
    "lists.example.org!evil.example!mallory",
    "@lists.example.org:mallory@evil.example",
    "@lists.example.org,@evil.example:mallory@evil.example",
    "@evil.example:news@lists.example.org",
    "mallory@[192.0.2.1]",
    "news@[127.0.0.1]",
    "mallory@[IPv6:2001:db8::1]",
    "mallory@192.0.2.1",
    "news@lists.example.org.",
    "mallory@evil.example.",
    "news@lists.example.org,mallory@evil.example",
    "mallory@evil.example,news@lists.example.org",
    "news@lists.example.org;mallory@evil.example",
    "news@lists.example.org mallory@evil.example",
    "news@lists.example.org@evil.example",
    "news@lists.example.org%evil.example@lists.example.org",
    "mallory@evil.example(news@lists.example.org)",
    "(x)news@lists.example.org",
    '"news"@lists.example.org',
    "news@lists.example.org/",
    "mallory/evil.example@lists.example.org",
    "mallory:evil.example@lists.example.org",
    "news@lists.example.org:25",
    "|/bin/true@lists.example.org",
    "nеws@lists.example.org",  # a Cyrillic letter
    "news@lists.exаmple.org",
    "ｎews@lists.example.org",
    "newſ@lists.example.org",
    "news@lists。example。org",
    "news@lists.example.org\u200b",
    "",
    "news",
    "news@",
    "@lists.example.org",
]
SENDERS = ["alice@charity.example", "", "news@lists.example.org", "postmaster@[127.0.0.1]"]


@pytest.mark.parametrize("sender", SENDERS)
def test_b5_nothing_is_relayed_in_any_form(door: RunningDoor, sender: str) -> None:
    for relay in RELAYS:
        with Dialogue(door.port) as dialogue:
            dialogue.say(HELLO)
            dialogue.say(f"MAIL FROM:<{sender}> SMTPUTF8".encode())
            reply = dialogue.say(f"RCPT TO:<{relay}>".encode())
            assert reply.startswith("5"), (relay, reply)
            assert dialogue.say(DATA).startswith("503")


@pytest.mark.parametrize(
    "local",
    [
        "news;id",
        "$(id)",
        "`id`",
        "{{7*7}}",
        "${jndi:ldap://evil.example}",
        "../../etc/passwd",
        "news' OR '1'='1",
        "news\\",
        "<news",
        "news%00",
        "%s%s%n",
        "news&",
        "~root",
    ],
)
def test_b6_text_for_another_program_is_no_local_part(door: RunningDoor, local: str) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        reply = dialogue.say(f"RCPT TO:<{local}@lists.example.org>".encode())
        assert reply.startswith("5")


@pytest.mark.parametrize("verb", [b"MAIL FROM:", b"RCPT TO:"])
@pytest.mark.parametrize("byte", [*range(0x20), 0x7F])
def test_b14_no_control_byte_gets_into_an_address(
    door: RunningDoor, verb: bytes, byte: int
) -> None:
    if byte in b"\r\n":
        return  # these end the line; test_server_smuggling has them
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL if verb.startswith(b"RCPT") else b"NOOP")
        assert dialogue.say(verb + b"<ne" + bytes([byte]) + b"ws@lists.example.org>")[0] == "5"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (b"\xff\xfe@charity.example", "553"),
        (b"a\xc3@charity.example", "553"),
        ("ali\u202ece@charity.example".encode(), "553"),
        ("ali\u0085ce@charity.example".encode(), "553"),
        ("alice@charity.\u2028example".encode(), "553"),
        (b"a" * 65 + b"@charity.example", "553"),
        (b"a@" + b"b." * 130 + b"example", "553"),
        (b"alice@" + b"c" * 64 + b".example", "553"),
        (b"alice smith@charity.example", "553"),
        (b"alice@@charity.example", "553"),
        (b"alice@.example", "553"),
        (b"@charity.example", "553"),
        (b"alice", "553"),
        ("zoë@charity.example".encode(), "250"),
        ("alice@wohltätig.example".encode(), "250"),
    ],
)
def test_b14_senders_beyond_ascii(door: RunningDoor, address: bytes, expected: str) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        assert dialogue.say(b"MAIL FROM:<" + address + b"> SMTPUTF8").startswith(expected)


def test_b14_another_script_needs_smtputf8(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        reply = dialogue.say("MAIL FROM:<zoë@charity.example>".encode())
        assert reply.startswith("553 5.6.7")


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1\r\nHost: lists.example.org\r\n\r\n",
        b"POST /x HTTP/1.0\r\nContent-Length: 400\r\n\r\n" + HELLO + MAIL,
        b"CONNECT evil.example:25 HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
        b"\x16\x03\x01",
        b"\x80\x2e\x01\x00\x02",
        b"SSH-2.0-client\r\n" + b"\0\0\1",
        b"PROXY TCP4 198.51.100.1 198.51.100.2 4711 25\r\n" + HELLO,
        b"\r\n\r\n\x00\r\nQUIT\n" + b"\x21\x11\x00\x0c" + bytes(12),
        b"Subject: a letter without an envelope\r\n\r\nHello.\r\n",
        b"\x03\x00\x00\x13\x0e\xe0",
    ],
)
def test_b10_what_is_not_mail_is_hung_up_on(door: RunningDoor, first: bytes) -> None:
    with Dialogue(door.port, timeout=3) as dialogue:
        dialogue.send(first)
        assert dialogue.is_closed()
    honest_letter_is_taken(door.port)


def test_b10_the_address_is_the_sockets_and_never_the_clients(door: RunningDoor) -> None:
    door.kept.clear()
    with Dialogue(door.port, source="127.0.0.5") as dialogue:
        dialogue.say(b"XCLIENT ADDR=192.0.2.7 NAME=trusted.example")
        dialogue.say(b"XFORWARD ADDR=192.0.2.7")
        dialogue.deliver()
    assert door.kept[0].peer == "127.0.0.5"


def test_b17_guessing_is_slowed_and_cut_after_20_mistakes(
    door: RunningDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.server.SLOW_SECONDS", 0.1)
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        began = time.monotonic()
        said = [dialogue.say(b"RCPT TO:<guess%d@evil.example>" % n) for n in range(20)]
        assert time.monotonic() - began > 1.4
    assert [reply[:3] for reply in said] == ["550"] * 19 + ["421"]


def test_60_commands_without_a_letter_are_enough(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        said = [dialogue.say(b"NOOP") for _ in range(60)]
        assert said[-1].startswith("421 4.7.0")
        assert {reply[:3] for reply in said[:-1]} == {"250"}
        assert dialogue.is_closed()


def test_rubbish_sent_at_once_is_cut_short(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        with contextlib.suppress(ConnectionError):
            dialogue.send(b"".join(b"RUBBISH %d\r\n" % n for n in range(100_000)))
        assert dialogue.is_closed()
    honest_letter_is_taken(door.port)
