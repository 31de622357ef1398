"""Mails that came out, as a person would find them: reading them and waiting for them.

Not for what comes in: Python's own reader is used here because these mails are our own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, localtime, make_msgid
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Mail:
    raw: bytes
    mail_from: str = ""
    """The envelope, where the mail was caught by a server; a Maildir knows none."""
    recipients: tuple[str, ...] = ()

    @cached_property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def header(self, name: str) -> str:
        """The header's text, unfolded; "" when there is none."""
        return str(self.message.get(name, ""))

    @property
    def letter(self) -> str:
        """Which template made it."""
        return self.header("Postround-Letter")

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def to(self) -> tuple[str, ...]:
        return self.addresses("To")

    @property
    def reply_to(self) -> str:
        """Where an answer goes, as a mail program would find it."""
        return (self.addresses("Reply-To") or self.addresses("From"))[0]

    def addresses(self, name: str) -> tuple[str, ...]:
        headers = [str(header) for header in self.message.get_all(name, [])]
        return tuple(address for _, address in getaddresses(headers))

    @property
    def text(self) -> str:
        """Its plain-text part, with plain line ends; "" when there is none."""
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


Mailbox = Path | Callable[[], list[Mail]]
"""A Maildir, or a function that gives the mails so far, oldest first."""


def mails(
    mailbox: Mailbox, *, to: str | None = None, letter: str | None = None, subject: str = ""
) -> list[Mail]:
    """Those there now, oldest first; ``subject`` is a part of the subject."""
    found = maildir(mailbox) if isinstance(mailbox, Path) else mailbox()
    return [
        mail
        for mail in found
        if (to is None or to in mail.to or to in mail.recipients)
        and (letter is None or letter == mail.letter)
        and subject in mail.subject
    ]


def wait_for_mail(
    mailbox: Mailbox,
    *,
    to: str | None = None,
    letter: str | None = None,
    subject: str = "",
    number: int = 1,
    timeout: float = 20,
) -> Mail:
    """The first such mail (or the second, third, …); fails after ``timeout`` seconds without it."""
    deadline = time.monotonic() + timeout
    while True:
        found = mails(mailbox, to=to, letter=letter, subject=subject)
        if len(found) >= number:
            return found[number - 1]
        if time.monotonic() > deadline:
            wanted = f"{letter or 'any letter'} to {to or 'anybody'}"
            raise AssertionError(
                f"After {timeout} s no mail {number} of {wanted}. {_here(mailbox)}"
            )
        time.sleep(0.05)


def answer(mail: Mail, text: str, sender: str = "") -> bytes:
    """The reply that a common mail program writes: ``text`` on top, the mail quoted below."""
    sender = sender or (mail.to or mail.recipients)[0]
    reply = EmailMessage()
    reply["From"] = sender
    reply["To"] = mail.reply_to
    reply["Subject"] = f"Re: {mail.subject.removeprefix('Re: ')}"
    reply["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    reply["In-Reply-To"] = reply["References"] = mail.header("Message-ID")
    reply["Date"] = localtime()
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    reply.set_content(f"{text}\n\nOn Monday, {mail.header('From')} wrote:\n{quoted}\n")
    return reply.as_bytes(policy=policy.SMTP)


def maildir(folder: Path) -> list[Mail]:
    """All mails in a Maildir, oldest first; none where there is no such folder yet."""
    files = [*folder.glob("new/*"), *folder.glob("cur/*")]
    # The name breaks ties: file systems may be no finer than a few milliseconds.
    files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name))
    return [Mail(file.read_bytes()) for file in files]


def _here(mailbox: Mailbox) -> str:
    lines = [f"  {mail.letter} to {', '.join(mail.to)}: {mail.subject}" for mail in mails(mailbox)]
    return "\n".join(["There are:", *lines]) if lines else "There are none at all."
