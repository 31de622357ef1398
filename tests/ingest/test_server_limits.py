"""Too much, too long, too slow, too many: bounded and refused, and honest letters still get in."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from tests.dialogue import (
    DATA,
    HELLO,
    LETTER,
    MAIL,
    RCPT,
    Dialogue,
    RunningDoor,
    honest_letter_is_taken,
    running_door,
)

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def door() -> Iterator[RunningDoor]:
    with running_door(max_message_bytes=MIB) as door:
        yield door


@pytest.fixture
def dialogue(door: RunningDoor) -> Iterator[Dialogue]:
    door.kept.clear()
    with Dialogue(door.port) as dialogue:
        yield dialogue


# Size -----------------------------------------------------------------------------------------


def test_b12_a_size_over_the_limit_is_refused_at_once(dialogue: Dialogue) -> None:
    dialogue.say(HELLO)
    for size in (MIB + 1, 10**18, 10**30):
        reply = dialogue.say(b"MAIL FROM:<alice@charity.example> SIZE=%d" % size)
        assert reply.startswith("552 5.3.4")
    assert dialogue.say(b"MAIL FROM:<alice@charity.example> SIZE=%d" % MIB).startswith("250")


@pytest.mark.parametrize("said", [b"", b" SIZE=10"])
def test_b12_without_or_with_a_false_size_it_is_refused_at_the_end(
    door: RunningDoor, dialogue: Dialogue, said: bytes
) -> None:
    dialogue.say(HELLO)
    dialogue.say(MAIL.replace(b">", b">" + said))
    dialogue.say(RCPT)
    dialogue.say(DATA)
    reply = dialogue.say(LETTER + b"a" * 76 * 20_000 + b"\r\n.\r\n")
    assert reply.startswith("552 5.3.4")
    assert dialogue.deliver().startswith("250")
    assert len(door.kept) == 1


@pytest.mark.parametrize(("over", "code"), [(0, "250"), (1, "552")])
def test_b12_the_limit_is_exact(dialogue: Dialogue, over: int, code: str) -> None:
    letter = b"Subject: x\r\n\r\n"
    letter += b"a" * (MIB + over - len(letter) - 2) + b"\r\n"
    assert dialogue.deliver(letter).startswith(code)


def test_b12_whoever_sends_on_and_on_is_cut(
    door: RunningDoor, dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.guard.MOST_BYTES_OVER", MIB)
    dialogue.begin()
    dialogue.say(DATA)
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < 50 * MIB:
            dialogue.send(b"a" * 65536)
            sent += 65536
    assert sent < 10 * MIB
    assert dialogue.is_closed()
    honest_letter_is_taken(door.port)


@pytest.mark.parametrize("length", [999, 2000, 70_000, 300_000])
def test_long_lines_of_honest_mailers_are_taken(
    door: RunningDoor, dialogue: Dialogue, length: int
) -> None:
    letter = b"Subject: x\r\n\r\n<p>" + b"a" * length + b"</p>\r\n"
    assert dialogue.deliver(letter).startswith("250")
    assert door.kept[0].raw == letter


def test_a_header_section_over_its_limit_is_refused(dialogue: Dialogue) -> None:
    for header in (b"X-Line: a\r\n" * 13_000, b"X-Long: " + b"a" * 140_000 + b"\r\n"):
        assert dialogue.deliver(header + b"\r\nHello.\r\n").startswith("552 5.3.4")
    assert dialogue.deliver(b"X-Line: a\r\n" * 11_000 + b"\r\nHello.\r\n").startswith("250")
    assert dialogue.deliver(b"a" * 140_000 + b"\r\n").startswith("552 5.3.4")  # no header end


@pytest.mark.parametrize(("hops", "code"), [(50, "250"), (51, "554 5.4.6")])
def test_b15_a_letter_that_goes_round_in_circles(dialogue: Dialogue, hops: int, code: str) -> None:
    body = b"\r\n\r\n" + b"Received: quoted in the text\r\n" * 100
    letter = b"RECEIVED: from a\r\n by b\r\n" * hops + LETTER.partition(b"\r\n\r\n")[0] + body
    assert dialogue.deliver(letter).startswith(code)


def test_a_front_that_said_yes_already_is_not_refused_for_a_header() -> None:
    with running_door(trusted_relays=("127.0.0.1",)) as door, Dialogue(door.port) as dialogue:
        letter = b"X-Line: a\r\n" * 20_000 + b"Received: x\r\n" * 60 + b"\r\nHello.\r\n"
        assert dialogue.deliver(letter).startswith("250")
        assert door.kept[0].raw == letter


def test_bare_line_feeds_may_not_grow_a_letter_over_the_limit(dialogue: Dialogue) -> None:
    assert dialogue.deliver(b"\n" * (MIB - 2) + b"\r\n").startswith("552 5.3.4")


# Lines and recipients -------------------------------------------------------------------------


def test_a_command_of_2048_bytes_is_read_and_a_longer_one_refused(dialogue: Dialogue) -> None:
    assert dialogue.say(b"NOOP " + b"a" * 2041).startswith("250")
    assert dialogue.say(b"NOOP " + b"a" * 2042).startswith("500 5.5.2")
    assert dialogue.say(b"NOOP " + b"a" * 60_000).startswith("500 5.5.2")
    assert dialogue.say(b"NOOP").startswith("250")


def test_a_command_without_end_is_hung_up_on(door: RunningDoor, dialogue: Dialogue) -> None:
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < 50 * MIB:
            dialogue.send(b"A" * 65536)
            sent += 65536
    assert sent < 10 * MIB
    honest_letter_is_taken(door.port)


def test_b11_more_than_100_recipients_are_for_another_time() -> None:
    with running_door(is_ours=lambda _: "ours") as door, Dialogue(door.port) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        said = [dialogue.say(b"RCPT TO:<news+%d@lists.example.org>" % n) for n in range(150)]
        assert [reply[:9] for reply in said] == ["250 2.1.5"] * 100 + ["452 4.5.3"] * 50
        dialogue.say(DATA)
        assert dialogue.say(LETTER + b".\r\n").startswith("250")
        assert len(door.kept[0].recipients) == 100


def test_b11_ten_thousand_recipients_end_the_call() -> None:
    with running_door(is_ours=lambda _: "ours") as door, Dialogue(door.port) as dialogue:
        dialogue.send(HELLO + MAIL)
        with contextlib.suppress(ConnectionError):
            dialogue.send(
                b"".join(b"RCPT TO:<news+%d@lists.example.org>\r\n" % n for n in range(10_001))
            )
        codes = [reply[:3] for reply in dialogue.replies()]
        assert codes.count("250") <= 102
        assert len(codes) <= 1003
        honest_letter_is_taken(door.port)


# Time -----------------------------------------------------------------------------------------


@pytest.fixture
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.connection.LOOK_SECONDS", 0.05)


@pytest.mark.usefixtures("looking_often")
@pytest.mark.parametrize("begun", [b"", HELLO, HELLO + MAIL + RCPT + DATA + b"Subject: x\r\n"])
def test_b13_who_says_nothing_is_hung_up_on(begun: bytes) -> None:
    with running_door(idle_seconds=0.3) as door, Dialogue(door.port) as dialogue:
        dialogue.send(begun)
        assert dialogue.replies()[-1].startswith("421 4.4.2")


@pytest.mark.usefixtures("looking_often")
def test_b13_who_drips_is_hung_up_on_at_the_end_of_the_session() -> None:
    with (
        running_door(idle_seconds=5, session_seconds=0.6) as door,
        Dialogue(door.port, timeout=0.05) as dialogue,
    ):
        dialogue.socket.settimeout(5)
        dialogue.begin()
        dialogue.say(DATA)
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 5:
                dialogue.send(b"a")
                time.sleep(0.02)
        assert time.monotonic() - began < 3
        assert door.kept == []


@pytest.mark.usefixtures("looking_often")
def test_b13_who_never_reads_our_replies_is_hung_up_on() -> None:
    with running_door(is_ours=lambda _: "ours", idle_seconds=0.5) as door:
        with Dialogue(door.port) as dialogue:
            dialogue.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            dialogue.send(HELLO + MAIL)
            dialogue.socket.settimeout(0.5)
            with contextlib.suppress(OSError):
                while True:
                    dialogue.send(RCPT * 1000)
            door.wait_until(door.has_nobody)
        honest_letter_is_taken(door.port)


@pytest.mark.usefixtures("looking_often")
def test_a_trusted_front_may_be_quiet_for_longer() -> None:
    front = ("127.0.0.0/8",)
    with (
        running_door(trusted_relays=front, idle_seconds=0.2, session_seconds=0.3) as door,
        Dialogue(door.port) as dialogue,
    ):
        time.sleep(0.6)
        assert dialogue.deliver().startswith("250")


# Connections ----------------------------------------------------------------------------------


def test_b13_one_source_gets_so_many_connections_and_others_still_come_in() -> None:
    with running_door(connections_per_source=3) as door, contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(Dialogue(door.port, source="127.0.0.7"))
        with Dialogue(door.port, source="127.0.0.7") as one_more:
            assert one_more.greeting.startswith("421 4.7.0")
            assert one_more.is_closed()
        honest_letter_is_taken(door.port, source="127.0.0.8")


def test_b13_a_connection_that_ended_makes_room_again() -> None:
    with running_door(connections_per_source=1) as door:
        for _ in range(5):
            honest_letter_is_taken(door.port)
            door.wait_until(door.has_nobody)


def test_b13_a_full_house_says_so() -> None:
    with (
        running_door(connections=2) as door,
        Dialogue(door.port),
        Dialogue(door.port),
        Dialogue(door.port) as one_more,
    ):
        assert one_more.greeting.startswith("421 4.3.2")


def test_b13_in_a_full_house_who_only_stands_there_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingest.door.WORTH_KEEPING_SECONDS", 0.1)
    with running_door(connections=2) as door, Dialogue(door.port) as idle, Dialogue(door.port):
        time.sleep(0.2)
        honest_letter_is_taken(door.port)
        assert idle.reply().startswith("421 4.3.2")
        assert idle.is_closed()


def test_b13_in_a_full_house_who_crowds_the_others_out_makes_room_at_once() -> None:
    with (
        running_door(connections=4) as door,
        Dialogue(door.port, source="127.0.0.3") as alone,
        contextlib.ExitStack() as stack,
    ):
        many = [stack.enter_context(Dialogue(door.port)) for _ in range(3)]
        for one in many:
            one.begin()
            one.say(DATA)
            one.send(b"Subject: and so on\r\n")
        honest_letter_is_taken(door.port, source="127.0.0.2")
        assert many[0].reply().startswith("421 4.3.2")
        assert many[0].is_closed()
        assert alone.deliver().startswith("250")


def test_a_trusted_front_may_have_any_number_of_connections() -> None:
    with (
        running_door(connections_per_source=2, trusted_relays=("127.0.0.1",)) as door,
        contextlib.ExitStack() as stack,
    ):
        many = [stack.enter_context(Dialogue(door.port)) for _ in range(10)]
        assert all(one.greeting.startswith("220") for one in many)


def test_b13_a_storm_of_resets_leaves_nobody_behind() -> None:
    with running_door() as door:
        for _ in range(500):
            one = socket.create_connection(("127.0.0.1", door.port))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()
        honest_letter_is_taken(door.port, source="127.0.0.8")
        door.wait_until(door.has_nobody)
        honest_letter_is_taken(door.port)
        door.wait_until(door.has_nobody)
        assert not door.door.crowd._by_source


# Bytes of all together ------------------------------------------------------------------------


def test_who_holds_most_bytes_loses_its_letter_and_others_come_in() -> None:
    with running_door(in_flight_bytes=3 * MIB, max_message_bytes=2 * MIB) as door:
        with contextlib.ExitStack() as stack:
            greedy = [
                stack.enter_context(Dialogue(door.port, source="127.0.0.9")) for _ in range(4)
            ]
            for one in greedy:
                one.begin()
                one.say(DATA)
                one.send(LETTER + b"a" * MIB)
            door.wait_until(lambda: door.door.house.in_flight.total > MIB)
            honest_letter_is_taken(door.port)
            said = [one.say(b"\r\n.\r\n") for one in greedy]
        assert sorted(reply[:9] for reply in said) == ["250 2.0.0"] * 2 + ["452 4.3.1"] * 2
        assert door.door.house.in_flight.total == 0


def test_a_letter_that_was_broken_off_weighs_nothing_afterwards() -> None:
    with running_door() as door:
        with Dialogue(door.port) as dialogue:
            dialogue.begin()
            dialogue.say(DATA)
            dialogue.send(LETTER + b"a" * MIB)
            door.wait_until(lambda: door.door.house.in_flight.total > MIB)
        door.wait_until(lambda: door.door.house.in_flight.total == 0)
        assert door.kept == []
