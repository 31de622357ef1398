"""An ordinary dialogue: the steps in order, our replies, and what is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.dialogue import DATA, HELLO, LETTER, MAIL, RCPT, Dialogue, RunningDoor, running_door


@pytest.fixture(scope="module")
def door() -> Iterator[RunningDoor]:
    with running_door() as door:
        yield door


@pytest.fixture
def dialogue(door: RunningDoor) -> Iterator[Dialogue]:
    door.kept.clear()
    with Dialogue(door.port) as dialogue:
        yield dialogue


def test_a_letter_is_taken_with_its_envelope(door: RunningDoor, dialogue: Dialogue) -> None:
    assert dialogue.deliver().startswith("250 2.0.0 ")
    (arrival,) = door.kept
    assert arrival.raw == LETTER
    assert arrival.mail_from == "alice@charity.example"
    assert arrival.recipients == ("news@lists.example.org",)
    assert (arrival.peer, arrival.helo) == ("127.0.0.1", "client.example")
    assert arrival.received_at.tzinfo is not None


def test_several_letters_on_one_connection(door: RunningDoor, dialogue: Dialogue) -> None:
    for _ in range(100):
        dialogue.deliver()
    assert len(door.kept) == 100


def test_everything_sent_at_once_is_answered_in_order(
    door: RunningDoor, dialogue: Dialogue
) -> None:
    dialogue.send(HELLO + (MAIL + RCPT + DATA + LETTER + b".\r\n") * 3 + b"QUIT\r\n")
    codes = [reply[:3] for reply in dialogue.replies()]
    assert codes == ["250", *["250", "250", "354", "250"] * 3, "221"]
    assert len(door.kept) == 3


def test_dots_are_unstuffed(door: RunningDoor, dialogue: Dialogue) -> None:
    dialogue.deliver(b"..\r\n...a\r\n.b\r\n")
    assert door.kept[0].raw == b".\r\n..a\r\nb\r\n"


def test_an_empty_letter_is_a_letter(door: RunningDoor, dialogue: Dialogue) -> None:
    assert dialogue.deliver(b"").startswith("250")
    assert door.kept[0].raw == b""


def test_the_null_sender_is_an_empty_string(door: RunningDoor, dialogue: Dialogue) -> None:
    dialogue.send(HELLO + b"MAIL FROM:<>\r\n" + RCPT + DATA + LETTER + b".\r\n")
    dialogue.no_more()
    assert dialogue.replies()[-1].startswith("250")
    assert door.kept[0].mail_from == ""


def test_what_is_offered(dialogue: Dialogue) -> None:
    assert dialogue.say(HELLO).split("\n") == [
        "250-lists.example.org",
        "250-PIPELINING",
        "250-SIZE 26214400",
        "250-ENHANCEDSTATUSCODES",
        "250-8BITMIME",
        "250 SMTPUTF8",
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([MAIL], "503 5.5.1"),
        ([RCPT], "503 5.5.1"),
        ([DATA], "503 5.5.1"),
        ([HELLO, RCPT], "503 5.5.1"),
        ([HELLO, DATA], "503 5.5.1"),
        ([HELLO, MAIL, MAIL], "503 5.5.1"),
        ([HELLO, MAIL, DATA], "503 5.5.1"),
        ([HELLO, MAIL, b"RSET\r\n", RCPT], "503 5.5.1"),
        ([HELLO, MAIL, HELLO, RCPT], "503 5.5.1"),
        ([HELLO, MAIL, RCPT, b"RSET\r\n", DATA], "503 5.5.1"),
        ([HELLO, MAIL, RCPT, b"DATA now\r\n"], "501 5.5.4"),
        ([b"EHLO\r\n"], "501 5.5.4"),
        ([b"EHLO " + b"a" * 300 + b"\r\n"], "500 5.5.2"),
        ([HELLO, b"MAIL FROM\r\n"], "553 5.1.7"),
        ([HELLO, b"MAIL TO:<alice@charity.example>\r\n"], "553 5.1.7"),
        ([HELLO, b"MAIL FROM:<alice@charity.example> SIZE=abc\r\n"], "501 5.5.4"),
        ([HELLO, "MAIL FROM:<alice@charity.example> SIZE=²\r\n".encode()], "553 5.1.7"),
        ([HELLO, b"MAIL FROM:<alice@charity.example> BODY=BINARYMIME\r\n"], "555 5.5.4"),
        ([HELLO, b"MAIL FROM:<alice@charity.example> RET=FULL\r\n"], "555 5.5.4"),
        ([HELLO, MAIL, RCPT.replace(b">", b"> NOTIFY=NEVER")], "555 5.5.4"),
        ([b"\r\n"], "500 5.5.2"),
        ([b"XCLIENT ADDR=192.0.2.1\r\n"], "500 5.5.2"),
        ([b"BDAT 10 LAST\r\n"], "500 5.5.2"),
        ([HELLO, b"STARTTLS\r\n"], "502 5.5.1"),
    ],
)
def test_a_wrong_step_is_refused_and_the_right_ones_still_work(
    door: RunningDoor, dialogue: Dialogue, lines: list[bytes], expected: str
) -> None:
    assert [dialogue.say(line) for line in lines][-1].startswith(expected)
    dialogue.say(b"RSET")
    assert dialogue.deliver().startswith("250")
    assert len(door.kept) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<alice@charity.example> SIZE=1000 BODY=8BITMIME SMTPUTF8\r\n",
        b"MAIL FROM: <alice@charity.example>\r\n",
        b"mail from:<alice@charity.example> body=7bit \r\n",
        b"MAIL FROM:alice@charity.example\r\n",
    ],
)
def test_a_sender_may_be_named_in_these_ways(dialogue: Dialogue, line: bytes) -> None:
    dialogue.say(HELLO)
    assert dialogue.say(line).startswith("250 2.1.0")


def test_helo_and_the_small_commands(dialogue: Dialogue) -> None:
    assert dialogue.say(b"HELO client.example") == "250 lists.example.org"
    assert dialogue.say(b"NOOP").startswith("250 2.0.0")
    assert dialogue.say(b"HELP").startswith("214 2.0.0")
    assert dialogue.say(b"QUIT").startswith("221 2.0.0")
    assert dialogue.is_closed()


def test_a_recipient_named_twice_gets_one_letter(door: RunningDoor, dialogue: Dialogue) -> None:
    dialogue.begin()
    dialogue.say(RCPT)
    dialogue.say(DATA)
    dialogue.say(LETTER + b".\r\n")
    assert door.kept[0].recipients == ("news@lists.example.org",)


def test_b7_an_unknown_recipient_is_refused_and_the_known_one_stays(
    door: RunningDoor, dialogue: Dialogue
) -> None:
    dialogue.begin()
    assert dialogue.say(b"RCPT TO:<nobody@lists.example.org>").startswith("550 5.1.1")
    dialogue.say(DATA)
    assert dialogue.say(LETTER + b".\r\n").startswith("250")
    assert door.kept[0].recipients == ("news@lists.example.org",)


def test_b9_nobody_can_log_in(dialogue: Dialogue) -> None:
    assert "AUTH" not in dialogue.say(HELLO)
    for line in (b"AUTH PLAIN AGEAYg==", b"AUTH LOGIN", b"AUTH CRAM-MD5", b"AUTH"):
        assert dialogue.say(line).startswith("503 5.5.1")


def test_b17_vrfy_and_expn_tell_nothing(dialogue: Dialogue) -> None:
    known = dialogue.say(b"VRFY news@lists.example.org")
    assert known == dialogue.say(b"VRFY nobody@lists.example.org")
    assert known.startswith("252 2.1.5")
    assert dialogue.say(b"EXPN news").startswith("502 5.5.1")


def test_b18_no_reply_names_our_insides(door: RunningDoor) -> None:
    lines = [HELLO, b"HELP", b"NOOP", b"FOO bar", b"AUTH X", b"VRFY a", b"EXPN a", b"MAIL", MAIL]
    lines += [b"RCPT TO:<x@y.example>", b"EHLO", b"STARTTLS", b"NOOP \xff", RCPT, DATA]
    with Dialogue(door.port) as dialogue:
        said = [dialogue.greeting, *(dialogue.say(line) for line in lines)]
        said.append(dialogue.say(LETTER + b".\r\n"))
    for reply in said:
        assert not re.search(r"(?i)python|aiosmtpd|postround|error|exception|/", reply)
        assert "FOO" not in reply


def test_every_reply_has_an_enhanced_status_code(door: RunningDoor) -> None:
    with Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        for line in (b"FOO", b"", b"AUTH X", b"MAIL FROM:<x y@z>", MAIL, RCPT, b"RSET", b"QUIT"):
            reply = dialogue.say(line)
            assert re.match(r"(\d)\d\d \1\.\d+\.\d+ \S", reply), reply
