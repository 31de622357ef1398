"""Only CR LF . CR LF ends a letter. Any other spelling gives one letter or a refusal, never two."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dialogue import DATA, HELLO, MAIL, RCPT, Dialogue, RunningDoor, running_door

ENDS = {
    "lf.lf": b"\n.\n",
    "lf.crlf": b"\n.\r\n",
    "crlf.lf": b"\r\n.\n",
    "cr.cr": b"\r.\r",
    "cr.crlf": b"\r.\r\n",
    "crlf.cr": b"\r\n.\r",
    "cr.lf": b"\r.\n",
    "lf.cr": b"\n.\r",
    "lfcr.lfcr": b"\n\r.\n\r",
    "crcrlf.crcrlf": b"\r\r\n.\r\r\n",
    "crlf.crcrlf": b"\r\n.\r\r\n",
    "crlf.nul crlf": b"\r\n.\0\r\n",
    "crlf nul.crlf": b"\r\n\0.\r\n",
    "nul lf.lf": b"\0\n.\n",
    "crlf.space crlf": b"\r\n. \r\n",
    "crlf.tab crlf": b"\r\n.\t\r\n",
    "crlf..crlf": b"\r\n..\r\n",
    "crlf..lf": b"\r\n..\n",
    "lf..crlf": b"\n..\r\n",
    "cr nul lf.": b"\r\0\n.\r\0\n",
    "vt.vt": b"\x0b.\x0b",
    "ff.ff": b"\x0c.\x0c",
    "nel.nel": b"\xc2\x85.\xc2\x85",
    "ls.ls": "\u2028.\u2028".encode(),
    "sub": b"\x1a.\x1a",
}
SMUGGLED = (
    b"MAIL FROM:<bob@example.org>\r\nRCPT TO:<news@lists.example.org>\r\nDATA\r\n"
    b"From: bob@example.org\r\nSubject: smuggled\r\n\r\nApproved.\r\n.\r\n"
)


@pytest.fixture(scope="module")
def door() -> Iterator[RunningDoor]:
    with running_door() as door:
        yield door


def _attack(end: bytes) -> bytes:
    return HELLO + MAIL + RCPT + DATA + b"Subject: outer\r\n\r\nHello." + end + SMUGGLED


def _senders_after(door: RunningDoor, pieces: list[bytes]) -> list[str]:
    door.kept.clear()
    with Dialogue(door.port) as dialogue:
        for piece in pieces:
            dialogue.send(piece)
        dialogue.no_more()
        dialogue.replies()
    return [arrival.mail_from for arrival in door.kept]


@pytest.mark.parametrize("name", ENDS)
def test_b1_no_other_end_of_data_gives_a_second_letter(door: RunningDoor, name: str) -> None:
    assert _senders_after(door, [_attack(ENDS[name])]) == ["alice@charity.example"]
    (arrival,) = door.kept
    assert b"smuggled" in arrival.raw
    assert arrival.raw.count(b"\n") == arrival.raw.count(b"\r") == arrival.raw.count(b"\r\n")


@pytest.mark.parametrize("name", ["lf.lf", "crlf.lf", "crlf.crcrlf", "crlf.nul crlf", "lf..crlf"])
def test_b1_nor_does_it_byte_by_byte(door: RunningDoor, name: str) -> None:
    attack = _attack(ENDS[name])
    pieces = [attack[at : at + 1] for at in range(len(attack))]
    assert _senders_after(door, pieces) == ["alice@charity.example"]


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_b2_the_true_end_is_found_across_packets(door: RunningDoor, cut: int) -> None:
    door.kept.clear()
    with Dialogue(door.port) as dialogue:
        dialogue.begin()
        dialogue.say(DATA)
        dialogue.send(b"Subject: in two\r\n\r\nHello." + b"\r\n.\r\n"[:cut])
        time.sleep(0.05)  # or the kernel might put both into one packet
        assert dialogue.say(b"\r\n.\r\n"[cut:]).startswith("250")
    assert door.kept[0].raw == b"Subject: in two\r\n\r\nHello.\r\n"


@pytest.mark.parametrize("boundary", [1001, 2048, 4096, 65536, 131072, 262144])
def test_b2_the_end_may_lie_on_any_buffer_boundary(door: RunningDoor, boundary: int) -> None:
    for offset in range(-3, 4):
        letter = b"Subject: x\r\n\r\n"
        letter += b"a" * (boundary + offset - len(letter))
        attack = HELLO + MAIL + RCPT + DATA + letter + b"\r\n.\n" + SMUGGLED
        assert _senders_after(door, [attack]) == ["alice@charity.example"]
        assert len(door.kept[0].raw) > boundary


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\r\n", b"\r\0\n"])
def test_b4_a_command_ends_with_crlf_also_on_loopback(door: RunningDoor, line_end: bytes) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.send(b"EHLO client.example" + line_end + b"NOOP\r\n")
        assert dialogue.reply().startswith("500 5.5.2")


def test_a_command_hidden_behind_a_bare_line_feed_is_not_run(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.send(b"NOOP a\nMAIL FROM:<bob@example.org>\r\n")
        assert dialogue.reply().startswith("500 5.5.2")
        assert dialogue.reply().startswith("250 2.1.0")  # a line of its own, and no more than that


def test_a_letter_after_a_refused_sender_is_not_taken_for_commands(door: RunningDoor) -> None:
    pieces = [HELLO, b"MAIL FROM:<bad>\r\n", RCPT, DATA, b"Subject: x\r\n\r\n" + SMUGGLED]
    assert _senders_after(door, pieces) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    middle=st.lists(
        st.sampled_from([b"\r", b"\n", b".", b"\0", b"\r\n", b"a", b"\r\n..", b"MAIL"]), max_size=12
    ),
    cuts=st.lists(st.integers(0, 300), max_size=6),
)
def test_whatever_stands_in_a_letter_it_is_one(
    door: RunningDoor, middle: list[bytes], cuts: list[int]
) -> None:
    body = b"".join(middle)
    if b"\r\n.\r\n" in b"x" + body + b"\r\nMAIL":
        return
    attack = _attack(body)
    places = sorted({min(cut, len(attack)) for cut in cuts})
    pieces = [attack[a:b] for a, b in zip([0, *places], [*places, len(attack)], strict=True)]
    assert _senders_after(door, pieces) == ["alice@charity.example"]
