"""The private Postfix passes mail on, and puts off what cannot be passed on yet."""

from __future__ import annotations

import smtplib

import pytest

from tests.catching import CatchingServer
from tests.mailbox import wait_for_mail
from tests.postfix import running_postfix

MESSAGE = b"From: alice@charity.example\r\nSubject: Hello\r\n\r\nHello.\r\n"


@pytest.mark.postfix
def test_mail_passes_through_and_is_tried_again(catching_server: CatchingServer) -> None:
    catching_server.after_dot["carol@example.org"] = "451 4.3.0 try again later"
    with running_postfix(relayhost=f"[127.0.0.1]:{catching_server.port}") as postfix:
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=5) as client:
            client.sendmail("alice@charity.example", ["carol@example.org"], MESSAGE)
        wait_for_mail(catching_server, to="carol@example.org", timeout=50)
        catching_server.after_dot.clear()
        second = wait_for_mail(catching_server, to="carol@example.org", number=2, timeout=60)
    assert second.subject == "Hello"
    assert second.mail_from == "alice@charity.example"
