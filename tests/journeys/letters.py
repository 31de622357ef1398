"""Mails that people send in the journeys."""

from __future__ import annotations

import zlib
from email.message import EmailMessage
from email.policy import SMTP


def post(
    subject: str = "Food bank hours over Christmas",
    text: str = "The food bank at Oak House is open on 23 and 30 December, 10am to noon.\n",
    sender: str = "Alice <alice@charity.example>",
    number: int = 1,
) -> bytes:
    """A partner's plain mail; ``number`` tells one from another."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = "news@lists.example.org"
    message["Subject"] = subject
    message["Date"] = "Wed, 18 Nov 2026 09:12:44 +0000"
    message["Message-ID"] = f"<post-{number}@charity.example>"
    message.set_content(text)
    return message.as_bytes()


def note(sender: str, to: str, subject: str, text: str = "") -> bytes:
    """A mail of a few words, as somebody writes to an address of the list."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    number = zlib.crc32(repr((sender, to, subject, text)).encode())
    message["Message-ID"] = f"<note-{number}@home.example>"
    message.set_content(text)
    return message.as_bytes()
