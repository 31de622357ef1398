"""The catching server is trusted by every journey, so it is tried out first."""

from __future__ import annotations

import smtplib
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.catching import CatchingServer
from tests.mailbox import wait_for_mail

MESSAGE = b"To: carol@example.org\r\nSubject: Hello\r\nPostround-Letter: greeting\r\n\r\nHello.\r\n"


def test_a_mail_is_kept_whole(catching_server: CatchingServer) -> None:
    _send(catching_server, "carol@example.org")
    mail = wait_for_mail(catching_server, to="carol@example.org", letter="greeting", timeout=5)
    assert mail.raw == MESSAGE
    assert mail.mail_from == "news@example.org"


def test_a_recipient_can_be_refused(catching_server: CatchingServer) -> None:
    catching_server.answers["carol@example.org"] = "550 5.1.1 no such mailbox"
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="no such mailbox"):
        _send(catching_server, "carol@example.org")


def test_a_message_can_be_put_off_after_the_dot(catching_server: CatchingServer) -> None:
    catching_server.after_dot["carol@example.org"] = "451 4.2.0 try later"
    with pytest.raises(smtplib.SMTPDataError, match="try later"):
        _send(catching_server, "carol@example.org")


def test_a_connection_can_break_after_the_dot(catching_server: CatchingServer) -> None:
    catching_server.drop_after_dot = 1
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(catching_server, "carol@example.org")
    _send(catching_server, "carol@example.org")
    assert [mail.raw for mail in catching_server.mails] == [MESSAGE, MESSAGE]


def test_it_goes_away_and_comes_back_on_the_same_port(catching_server: CatchingServer) -> None:
    with smtplib.SMTP("127.0.0.1", catching_server.port, timeout=5) as open_connection:
        open_connection.ehlo()
        catching_server.stop()
        with pytest.raises(OSError, match=r"closed|refused|reset"):
            open_connection.docmd("NOOP")
    with pytest.raises(OSError, match="refused"):
        _send(catching_server, "carol@example.org")
    catching_server.start()
    _send(catching_server, "carol@example.org")
    assert len(catching_server.mails) == 1


def test_a_mail_that_is_seen_has_its_answer_already(catching_server: CatchingServer) -> None:
    catching_server.seconds = 0.3
    catching_server.after_dot["carol@example.org"] = "451 4.2.0 try later"
    with ThreadPoolExecutor() as beside:
        sent = beside.submit(_send, catching_server, "carol@example.org")
        wait_for_mail(catching_server, to="carol@example.org")
        catching_server.after_dot.clear()
        assert isinstance(sent.exception(), smtplib.SMTPDataError)


def test_waiting_in_vain_tells_what_came_instead(catching_server: CatchingServer) -> None:
    _send(catching_server, "carol@example.org")
    with pytest.raises(AssertionError, match=r"greeting to carol@example.org: Hello"):
        wait_for_mail(catching_server, letter="other", timeout=0)


def _send(server: CatchingServer, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.sendmail("news@example.org", [recipient], MESSAGE)
