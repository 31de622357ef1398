"""One mail over an open connection: what is said, in how many packets, and what answers mean."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import dialogue
from delivery.dialogue import PERHAPS_SENT, BeforeDot, Dialogue
from storage.database import Unavailable
from storage.records import Refused, Result, Sent, TryLater
from tests.catching import CatchingServer, catching

FROM, TO = "news-bounce+mark@lists.example", "carol@reader.example"
MESSAGE = b"Subject: t\r\n\r\nHello\r\n"
TOGETHER = (
    b"MAIL FROM:<news-bounce+mark@lists.example>\r\nRCPT TO:<carol@reader.example>\r\nDATA\r\n"
)


class Script:
    """A server of which a test says every word. ``heard`` is what came in, packet by packet."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heard: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in self.answers:
            heard = await reader.read(1 << 16)
            if not heard:
                break
            self.heard.append(heard)
            writer.write(answer)
        await writer.drain()
        writer.close()


def hand_over(
    server: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object],
    *extensions: str,
    to: str = TO,
    message: bytes = MESSAGE,
    before_dot: BeforeDot | None = None,
) -> Result:
    async def run() -> Result:
        listening = await asyncio.start_server(server, "127.0.0.1", 0)  # type: ignore[arg-type]
        port = listening.sockets[0].getsockname()[1]
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, "127.0.0.1", port
        )
        talk = Dialogue(transport, extensions)
        try:
            return await talk.send(FROM, to, message, before_dot)
        finally:
            await talk.quit()
            listening.close()

    return asyncio.run(run())


def send_all(port: int, *messages: bytes, extensions: tuple[str, ...] = ()) -> list[Result]:
    """Sends all over one connection to a real server."""

    async def run() -> list[Result]:
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, "127.0.0.1", port
        )
        talk = Dialogue(transport, extensions)
        await talk._reply()
        talk._write(b"EHLO lists.example\r\n")
        await talk._reply()
        results = [await talk.send(FROM, TO, message) for message in messages]
        await talk.quit()
        return results

    return asyncio.run(run())


def test_with_pipelining_the_envelope_is_one_packet() -> None:
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", b"250 2.0.0 kept\r\n", b"221 bye\r\n")
    assert hand_over(server, "pipelining") == Sent("2.0.0 kept")
    assert server.heard[:2] == [TOGETHER, MESSAGE + b".\r\n"]


def hand_over_slowly(server: Script, *steps: Callable[[], None]) -> Result:
    """All but the dot goes out; then come the steps, and then the dot."""

    async def before_dot() -> None:
        while len(server.heard) < 2:
            await asyncio.sleep(0.01)
        for step in steps:
            step()
            await asyncio.sleep(0.05)

    return hand_over(server, "pipelining", before_dot=before_dot)


def test_g4_the_dot_waits_for_what_has_to_be_done_before() -> None:
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", b"", b"250 kept\r\n", b"221 bye\r\n")
    assert hand_over_slowly(server) == Sent("kept")
    assert server.heard[:3] == [TOGETHER, MESSAGE, b".\r\n"]


def test_g4_where_that_fails_there_is_no_mail() -> None:
    def fail() -> None:
        raise Unavailable("the test says so")

    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", b"", b"250 kept\r\n")
    with pytest.raises(Unavailable):
        hand_over_slowly(server, fail)
    assert server.heard == [TOGETHER, MESSAGE]


def test_g3_a_server_that_hangs_up_before_the_dot_has_no_mail() -> None:
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", b"421 bye\r\n")
    result = hand_over_slowly(server, lambda: None)
    assert result == TryLater("the server hung up", connection=True)


OTHER = "dora@reader.example"
NEXT = (FROM, OTHER, b"Subject: u\r\n\r\nHello too\r\n")
NEXT_ENVELOPE = TOGETHER.replace(TO.encode(), OTHER.encode())


def hand_over_two(
    server: Script, *, pipelining: bool = True, then: tuple[str, str, bytes] = NEXT
) -> list[Result]:
    """The second is known when the dot of the first goes out; ``then`` is what is really sent."""

    async def run() -> list[Result]:
        listening = await asyncio.start_server(server, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, "127.0.0.1", port
        )
        talk = Dialogue(transport, ["pipelining"] if pipelining else [])
        first = await talk.send(FROM, TO, MESSAGE, following=lambda: NEXT)
        await asyncio.sleep(0.05)
        if not talk.serves(*then[:2]):
            talk.abort()
            return [first]
        second = await talk.send(*then)
        await talk.quit()
        listening.close()
        return [first, second]

    return asyncio.run(run())


def test_the_next_envelope_goes_with_the_dot() -> None:
    both = b"250 kept\r\n250 ok\r\n250 ok\r\n354 go\r\n"
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", both, b"250 kept too\r\n", b"221 bye\r\n")
    assert hand_over_two(server) == [Sent("kept"), Sent("kept too")]
    assert server.heard == [
        TOGETHER,
        MESSAGE + b".\r\n" + NEXT_ENVELOPE,
        NEXT[2] + b".\r\n",
        b"QUIT\r\n",
    ]


def test_a_mail_refused_at_its_dot_does_not_touch_the_next() -> None:
    both = b"452 full\r\n250 ok\r\n250 ok\r\n354 go\r\n"
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", both, b"250 kept\r\n", b"221 bye\r\n")
    assert hand_over_two(server) == [TryLater("452 full"), Sent("kept")]


def test_a_next_one_whose_recipient_is_refused_gets_no_mail() -> None:
    both = b"250 kept\r\n250 ok\r\n550 5.1.1 no\r\n503 no\r\n"
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", both, b"250 reset\r\n", b"221 bye\r\n")
    assert hand_over_two(server) == [Sent("kept"), Refused("550 5.1.1 no")]
    assert server.heard[2:] == [b"RSET\r\n", b"QUIT\r\n"]


def test_a_connection_with_an_envelope_under_way_is_for_no_other_mail() -> None:
    both = b"250 kept\r\n250 ok\r\n250 ok\r\n354 go\r\n"
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", both, b"")
    assert hand_over_two(server, then=(FROM, "erin@reader.example", MESSAGE)) == [Sent("kept")]
    assert len(server.heard) == 2


def test_a_server_that_goes_after_the_dot_has_only_the_first() -> None:
    server = Script(b"250 ok\r\n250 ok\r\n354 go\r\n", b"250 kept\r\n")
    assert hand_over_two(server) == [Sent("kept")]


def test_without_pipelining_the_next_envelope_waits() -> None:
    step = (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 kept\r\n")
    server = Script(*step, *step, b"221 bye\r\n")
    assert hand_over_two(server, pipelining=False) == [Sent("kept"), Sent("kept")]
    assert server.heard[3] == MESSAGE + b".\r\n"


def test_without_it_each_answer_is_waited_for() -> None:
    server = Script(b"250 ok\r\n", b"251 ok\r\n", b"354 go\r\n", b"250 kept\r\n", b"221 bye\r\n")
    assert hand_over(server) == Sent("kept")
    assert server.heard[:3] == TOGETHER.splitlines(keepends=True)


def test_a_refused_recipient_gets_no_mail_with_pipelining() -> None:
    answers = b"250 ok\r\n550 5.1.1 no\r\n503 no\r\n"
    server = Script(answers, b"250 reset\r\n", b"221 bye\r\n")
    assert hand_over(server, "pipelining") == Refused("550 5.1.1 no")
    assert server.heard == [TOGETHER, b"RSET\r\n", b"QUIT\r\n"]


def test_a_server_that_waits_for_a_mail_to_nobody_gets_none() -> None:
    server = Script(b"250 ok\r\n550 5.1.1 no\r\n354 go\r\n", b"")
    assert hand_over(server, "pipelining") == Refused("550 5.1.1 no")
    assert server.heard == [TOGETHER]


@pytest.mark.parametrize(
    ("answer", "everybody"),
    [
        ("550 5.1.1 no such user", False),
        ("552 5.2.2 full", False),
        ("550 no such user", False),
        ("554 5.7.1 relay access denied", True),
    ],
)
def test_g11_what_is_said_about_an_address_says_nothing_about_the_others(
    answer: str, everybody: bool
) -> None:
    server = Script(b"250 ok\r\n", answer.encode() + b"\r\n", b"250 reset\r\n", b"221 bye\r\n")
    assert hand_over(server) == Refused(answer, everybody=everybody)


@pytest.mark.parametrize("last", [b"", b"250-half an answer\r\n", b"nonsense\r\n"])
def test_g3_an_end_without_an_answer_is_noted_as_perhaps_sent(last: bytes) -> None:
    result = hand_over(Script(b"250 ok\r\n250 ok\r\n354 go\r\n", last), "pipelining")
    assert isinstance(result, TryLater)
    assert result.connection
    assert result.reason.startswith(PERHAPS_SENT)


@pytest.mark.parametrize("answer", [b"421 4.7.0 too many\r\n", b"530 5.7.0 log in first\r\n"])
def test_g7_what_is_about_us_ends_the_connection_and_no_mail(answer: bytes) -> None:
    result = hand_over(Script(answer))
    assert isinstance(result, TryLater)
    assert result.connection


def test_g5_a_server_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "ENVELOPE_SECONDS", 0.1)

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    assert hand_over(silent) == TryLater("no answer in time", connection=True)


def test_g5_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "DOT_SECONDS", 0.3)

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"DATA\r\n")
        writer.write(b"250 ok\r\n250 ok\r\n354 go\r\n")
        while not writer.is_closing():
            writer.write(b"2")
            await asyncio.sleep(0.02)

    result = hand_over(dripping, "pipelining")
    assert isinstance(result, TryLater)
    assert result.reason.startswith(PERHAPS_SENT)


def test_g5_an_endless_answer_is_cut() -> None:
    result = hand_over(Script(b"250-more\r\n" * 10_000))
    assert isinstance(result, TryLater)
    assert "endless" in result.reason


@pytest.mark.parametrize(
    "body", [b".", b".\r\n", b"..x\r\n.\r\n", b"\r\n.\r\n\r\n", b"no line end", b"\r\n.."]
)
def test_dots_arrive_as_they_were(catching_server: CatchingServer, body: bytes) -> None:
    message = b"Subject: t\r\n\r\n" + body
    assert send_all(catching_server.port, message, MESSAGE) == [Sent("OK")] * 2
    first, second = catching_server.mails
    assert first.raw == message if message.endswith(b"\r\n") else message + b"\r\n"
    assert second.raw == MESSAGE


def test_eight_bits_only_where_they_are_taken() -> None:
    umlauts = "Content-Type: text/plain; charset=utf-8\r\n\r\nFünf\r\n".encode()
    server = Script(b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 kept\r\n", b"221 bye\r\n")
    assert isinstance(hand_over(server, "8bitmime", message=umlauts), Sent)
    assert server.heard[0].endswith(b"> BODY=8BITMIME\r\n")
    assert server.heard[3] == umlauts + b".\r\n"
    server = Script(b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 kept\r\n", b"221 bye\r\n")
    assert isinstance(hand_over(server, message=umlauts), Sent)
    assert server.heard[0].endswith(b">\r\n")
    sent = server.heard[3].removesuffix(b".\r\n")
    assert sent.isascii()
    assert message_from_bytes(sent).get_payload(decode=True) == "Fünf\r\n".encode()


def test_other_letters_in_an_address_only_where_they_are_taken() -> None:
    server = Script(b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 kept\r\n", b"221 bye\r\n")
    assert isinstance(hand_over(Script(), to="cärol@reader.example"), Refused)
    assert hand_over(server, "smtputf8", "8bitmime", to="cärol@reader.example") == Sent("kept")
    assert server.heard[0].endswith(b"> SMTPUTF8 BODY=8BITMIME\r\n")
    assert server.heard[1] == "RCPT TO:<cärol@reader.example>\r\n".encode()


def test_e12_a_refusal_of_such_letters_is_about_the_address_only() -> None:
    ours = hand_over(Script(), to="cärol@reader.example")
    assert isinstance(ours, Refused) and "letters" in ours.reason and not ours.everybody
    assert isinstance(hand_over(Script(), "smtputf8", to="cärol@reader.example"), Refused)
    no = b"553 5.6.7 Non-ASCII addresses not permitted\r\n"
    server = Script(b"250 ok\r\n", no, b"250 ok\r\n")
    theirs = hand_over(server, "smtputf8", "8bitmime", to="cärol@reader.example")
    assert isinstance(theirs, Refused) and not theirs.everybody


def test_a_server_that_speaks_unasked_is_left_before_the_next_mail() -> None:
    async def run() -> bool:
        listening = await asyncio.start_server(
            Script(b"250 ok\r\n250 ok\r\n354 go\r\n", b"250 kept\r\n421 4.4.2 bye\r\n"),
            "127.0.0.1",
            0,
        )
        port = listening.sockets[0].getsockname()[1]
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, "127.0.0.1", port
        )
        talk = Dialogue(transport, ("pipelining",))
        assert await talk.send(FROM, TO, MESSAGE) == Sent("kept")
        await asyncio.sleep(0.05)
        listening.close()
        return talk.usable

    assert not asyncio.run(run())


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"250 ok\r\n", b"354 go\r\n", b"\n"])))
def test_no_answer_breaks_us(packets: list[bytes]) -> None:
    async def blurting(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for packet in packets:
            writer.write(packet)
            await asyncio.sleep(0)
        writer.close()

    assert isinstance(hand_over(blurting, "pipelining"), Sent | TryLater | Refused)


def test_one_connection_carries_many() -> None:
    with catching() as server:
        assert send_all(server.port, MESSAGE, MESSAGE, MESSAGE) == [Sent("OK")] * 3
        assert server.connections == 1
