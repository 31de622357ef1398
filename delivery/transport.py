"""Hands one mail to the outside: to the smarthost over a kept-open connection, or into a Maildir.

Says what became of it as a type: Sent, TryLater or Refused. Never delivers to MX hosts itself.
"""

from __future__ import annotations

import asyncio
import mailbox
import time
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import aiosmtplib

from storage.addresses import a_labels
from storage.records import Refused, Result, Sent, TryLater

CONNECT_SECONDS = 30
# RFC 5321 §4.5.3.2: whoever hangs up sooner makes duplicates at a slow server.
COMMAND_SECONDS = 300
# Servers hang up on silent clients, and a mail that finds out so is put off for nothing.
SILENT_SECONDS = 20
LOG_IN_FIRST = (530, 534, 535, 538)
"""RFC 4954 §6: it says something about our settings and nothing about the mail."""


class WrongPassword(Exception):
    """The smarthost does not accept our login: trying on would only lock the account."""


class Transport(Protocol):
    """One way out. Used by one task at a time."""

    async def send(self, envelope_from: str, to: str, message: bytes) -> Result: ...

    async def close(self) -> None: ...


def open_transport(outgoing: str) -> Transport:
    """The way out that the setting POSTROUND_OUTGOING names."""
    if outgoing.startswith("maildir:"):
        return Maildir(Path(outgoing.removeprefix("maildir:")))
    return Smarthost(urlsplit(outgoing))


class Maildir:
    """Keeps every mail as a file, so that nothing leaves the machine by accident."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._box = mailbox.Maildir(folder, create=True)

    async def send(self, envelope_from: str, to: str, message: bytes) -> Result:
        head = f"Return-Path: <{envelope_from}>\r\nDelivered-To: {to}\r\n".encode()
        try:
            await asyncio.to_thread(self._add, head + message)
        except OSError as error:
            return TryLater(f"{type(error).__name__}: {error}"[:500], connection=True)
        return Sent("kept in the Maildir")

    def _add(self, message: bytes) -> None:
        # Files of a Maildir have the line ends of the system.
        self._box.add(message.replace(b"\r\n", b"\n"))

    async def close(self) -> None:
        self._box.close()


class Smarthost:
    """A connection that is opened at the first mail and kept until it breaks or is closed."""

    def __init__(self, url: SplitResult) -> None:
        self._url = url
        self._options = {key: values[-1] for key, values in parse_qs(url.query).items()}
        self._client: aiosmtplib.SMTP | None = None
        self._last_used = 0.0

    async def send(self, envelope_from: str, to: str, message: bytes) -> Result:
        """Raises WrongPassword; every other failure is a result."""
        local, _, domain = to.rpartition("@")
        if not local.isascii() or not to.isprintable():
            return Refused("The address has letters that not every mail system can carry.")
        try:
            client = await self._connected()
        except aiosmtplib.SMTPAuthenticationError as error:
            await self.close()
            if error.code >= 500:
                raise WrongPassword(f"{error.code} {error.message}") from error
            return _broken(error)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Also a 554 in greeting: it is about us, and no reason to give up the mail.
            await self.close()
            return _broken(error)
        self._last_used = time.monotonic()
        return await self._hand_over(client, envelope_from, f"{local}@{a_labels(domain)}", message)

    async def _hand_over(
        self, client: aiosmtplib.SMTP, envelope_from: str, to: str, message: bytes
    ) -> Result:
        try:
            _, reply = await client.sendmail(envelope_from, [to], message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return await self._answer(error.recipients[0])
        except aiosmtplib.SMTPResponseException as error:
            return await self._answer(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            return _broken(error)
        except ValueError as error:
            await self.close()
            return Refused(f"No address that mail could go to: {error}"[:500])
        return Sent(str(reply)[:500])

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None:
            if self._client.is_connected and time.monotonic() - self._last_used < SILENT_SECONDS:
                return self._client
            await self.close()
        required = self._options.get("starttls") == "required" or bool(self._url.username)
        tls = self._url.scheme == "smtps"
        client = aiosmtplib.SMTP(
            hostname=self._url.hostname,
            port=self._url.port or (465 if tls else 25),
            use_tls=tls,
            # With a password we never speak in clear text, whatever the other side offers.
            start_tls=False if tls else (True if required else None),
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            timeout=CONNECT_SECONDS,
        )
        self._client = client
        await client.connect()
        client.timeout = COMMAND_SECONDS
        return client

    async def _answer(self, error: aiosmtplib.SMTPResponseException) -> Result:
        """What a reply means. The client has reset the envelope, or is disconnected by now."""
        reason = f"{error.code} {error.message}"[:500]
        about_us = error.code == 421 or error.code in LOG_IN_FIRST
        if about_us or not 400 <= error.code < 600:
            await self.close()
            return TryLater(reason, connection=True)
        return TryLater(reason) if error.code < 500 else Refused(reason)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await asyncio.wait_for(client.quit(), timeout=2)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            client.close()


def _broken(error: Exception) -> TryLater:
    return TryLater(f"{type(error).__name__}: {error}"[:500], connection=True)
