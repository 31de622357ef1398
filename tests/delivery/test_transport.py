"""What the other server says becomes Sent, TryLater or Refused; what is about us loses no mail."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from delivery import dialogue
from delivery.transport import Maildir, Smarthost, carries, open_transport
from storage.records import Refused, Result, Sent, TryLater
from tests.catching import CatchingServer, catching

MESSAGE = b"Subject: t\r\n\r\nHello\r\n"
FROM = "news-bounce+mark@lists.example.org"


def send(way_out: str | int, *recipients: str) -> list[Result]:
    """The results of sending one mail to each, over one transport."""

    async def run() -> list[Result]:
        url = f"smtp://127.0.0.1:{way_out}" if isinstance(way_out, int) else way_out
        transport = open_transport(url)
        try:
            return [await transport.send(FROM, to, MESSAGE) for to in recipients]
        finally:
            await transport.close()

    return asyncio.run(run())


@contextmanager
def scripted(*answers: str) -> Iterator[int]:
    """A server that says these lines, one after each of the client's; then it hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            peer = listening.accept()[0]
        except OSError:
            return  # nobody called
        with peer, peer.makefile("rwb") as line:
            for number, answer in enumerate(answers):
                if number:
                    line.readline()
                line.write(answer.encode() + b"\r\n")
                line.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        listening.close()


def test_sent_with_the_envelope_of_its_own(catching_server: CatchingServer) -> None:
    (result,) = send(catching_server.port, "carol@reader.example")
    assert isinstance(result, Sent)
    (mail,) = catching_server.mails
    assert (mail.mail_from, mail.recipients) == (FROM, ("carol@reader.example",))


def test_one_connection_serves_many_mails(catching_server: CatchingServer) -> None:
    people = [f"reader{number}@example.org" for number in range(10)]
    assert all(isinstance(result, Sent) for result in send(catching_server.port, *people))
    assert catching_server.connections == 1


def test_a_refused_recipient_does_not_touch_the_next(catching_server: CatchingServer) -> None:
    catching_server.answers["gone@reader.example"] = "550 5.1.1 no such mailbox"
    catching_server.answers["full@reader.example"] = "452 4.2.2 mailbox full"
    catching_server.after_dot["spam@reader.example"] = "554 5.7.1 spam"
    catching_server.after_dot["grey@reader.example"] = "451 4.7.1 later"
    people = [f"{name}@reader.example" for name in ("gone", "full", "spam", "grey", "carol")]
    assert send(catching_server.port, *people) == [
        Refused("550 5.1.1 no such mailbox"),
        TryLater("452 4.2.2 mailbox full"),
        Refused("554 5.7.1 spam", everybody=True),
        TryLater("451 4.7.1 later"),
        Sent("OK"),
    ]


def test_a_domain_with_letters_of_its_own_is_written_for_machines(
    catching_server: CatchingServer,
) -> None:
    assert send(catching_server.port, "carol@bücher.example") == [Sent("OK")]
    assert catching_server.mails[0].recipients == ("carol@xn--bcher-kva.example",)


@pytest.mark.parametrize(
    ("offers", "address", "expected"),
    [
        ("250-8BITMIME\r\n250 SMTPUTF8", "cärol@reader.example", True),
        ("250 8BITMIME", "cärol@reader.example", False),
        ("250 8BITMIME", "carol@bücher.example", True),
        ("250 8BITMIME", "carol@reader.example", True),
    ],
)
def test_e12_the_way_out_is_asked_whether_it_takes_such_letters(
    offers: str, address: str, expected: bool
) -> None:
    with scripted("220 mail.example", f"250-mail.example\r\n{offers}", "221 bye") as port:
        assert asyncio.run(carries(f"smtp://127.0.0.1:{port}", "", address)) is expected


def test_e12_a_way_out_that_does_not_answer_is_believed_to_take_all() -> None:
    assert asyncio.run(carries("smtp://127.0.0.1:1", "", "cärol@reader.example"))
    with scripted("421 busy") as port:
        assert asyncio.run(carries(f"smtp://127.0.0.1:{port}", "", "cärol@reader.example"))


@pytest.mark.parametrize("to", ["cärol@reader.example", "a b@reader.example", "", "@", "a\r\nb@c"])
def test_what_is_no_address_is_refused_and_the_next_goes(
    catching_server: CatchingServer, to: str
) -> None:
    bad, good = send(catching_server.port, to, "carol@reader.example")
    assert isinstance(bad, Refused)
    assert isinstance(good, Sent)


@pytest.mark.parametrize(
    "answers",
    [
        ("554 no service for you",),
        ("421 too busy",),
        ("220 hello", "550 no EHLO from you", "550 no HELO either"),
        ("220 hello", "250 hi", "421 closing"),
        ("220 hello", "250 hi", "530 5.7.0 authentication required"),
        ("220 hello", "250 hi", "250 sender ok", "421 4.3.2 closing"),
        ("220 hello", "250 hi", "250 sender ok"),
        ("220 hello", "250 hi", "250 ok", "250 ok", "354 go on"),
        ("nonsense",),
        (),
    ],
)
def test_g1_trouble_with_the_connection_is_never_the_mails_fault(answers: tuple[str, ...]) -> None:
    with scripted(*answers) as port:
        (result,) = send(port, "carol@reader.example")
    assert isinstance(result, TryLater)
    assert result.connection


def test_g1_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    (result,) = send(port, "carol@reader.example")
    assert isinstance(result, TryLater)
    assert result.connection


def test_a_connection_that_was_dropped_is_opened_anew(catching_server: CatchingServer) -> None:
    catching_server.drop_after_dot = 1
    first, second = send(catching_server.port, "a@reader.example", "b@reader.example")
    assert isinstance(first, TryLater)
    assert first.connection
    assert isinstance(second, Sent)
    assert catching_server.connections == 2


def test_a_connection_that_was_silent_for_long_is_opened_anew(
    catching_server: CatchingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.transport.SILENT_SECONDS", 0)
    assert send(catching_server.port, "a@reader.example", "b@reader.example") == [Sent("OK")] * 2
    assert catching_server.connections == 2


@pytest.mark.parametrize("start", ["smtp://bob:pass%20word@", "smtp://"])
def test_g6_no_password_and_no_required_tls_in_clear_text(start: str) -> None:
    """The server offers no STARTTLS: whoever took it away must not see the password."""
    with catching(auth_require_tls=False) as server:
        url = f"{start}127.0.0.1:{server.port}?starttls=required"
        (result,) = send(url, "carol@reader.example")
        assert isinstance(result, TryLater)
        assert server.mails == []


async def throws_away_behind_a_dot(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    writer.write(b"220 scanner\r\n")
    in_mail = False
    while heard := await reader.read(1 << 16):
        if in_mail:
            in_mail = not heard.endswith(b".\r\n") and b"\r\n.\r\n" not in heard
            answers = [] if in_mail else ["250 kept"]
        else:
            said = {"EHLO": "250-scanner\r\n250 PIPELINING", "DATA": "354 go"}
            words = [line[:4].decode() for line in heard.splitlines()]
            answers = [said.get(word, "250 ok") for word in words]
            in_mail = "DATA" in words
        writer.write("".join(f"{answer}\r\n" for answer in answers).encode())
    writer.close()


def test_what_comes_with_a_dot_is_kept_back_where_a_scanner_throws_it_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialogue, "ENVELOPE_SECONDS", 0.3)
    to = [f"carol{number}@reader.example" for number in range(4)]

    async def run() -> list[Result]:
        server = await asyncio.start_server(throws_away_behind_a_dot, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport = open_transport(f"smtp://127.0.0.1:{port}")
        results = []
        for one, after in zip(to, (*to[1:], to[0]), strict=True):
            following = partial(tuple[str, str, bytes], (FROM, after, MESSAGE))
            results.append(await transport.send(FROM, one, MESSAGE, None, following))
        await transport.close()
        server.close()
        return results

    kept = Sent("kept")
    assert asyncio.run(run()) == [kept, TryLater(dialogue.NO_ANSWER, connection=True), kept, kept]


def test_a_maildir_keeps_whole_mails(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "outgoing"
    results = send(f"maildir:{folder}", "carol@reader.example", "bob@example.org")
    assert all(isinstance(result, Sent) for result in results)
    kept = sorted(file.read_bytes() for file in (folder / "new").iterdir())
    assert kept[1] == (
        b"Return-Path: <news-bounce+mark@lists.example.org>\n"
        b"Delivered-To: carol@reader.example\nSubject: t\n\nHello\n"
    )


def test_a_maildir_that_cannot_be_written_puts_off(tmp_path: Path) -> None:
    async def run() -> Result:
        box = Maildir(tmp_path / "outgoing")
        for name in ("tmp", "new", "cur"):
            (tmp_path / "outgoing" / name).rmdir()
        return await box.send(FROM, "carol@reader.example", MESSAGE)

    result = asyncio.run(run())
    assert isinstance(result, TryLater)
    assert result.connection


def test_closing_what_was_never_opened() -> None:
    transport = open_transport("smtp://127.0.0.1:1")
    assert isinstance(transport, Smarthost)
    asyncio.run(transport.close())
