"""Hands one mail to the outside: to the smarthost over a kept-open connection, or into a Maildir.

Says what became of it as a type: Sent, TryLater or Refused. Never delivers to MX hosts itself.
"""

from __future__ import annotations

import asyncio
import mailbox
import time
from pathlib import Path
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import aiosmtplib

from delivery.dialogue import NO_ANSWER, BeforeDot, Dialogue, Following
from storage.addresses import a_labels
from storage.records import Result, Sent, TryLater

CONNECT_SECONDS = 30
ASKING_SECONDS = 4
"""While somebody waits for a page."""
# Servers hang up on silent clients, and a mail that finds out so is put off for nothing.
SILENT_SECONDS = 20

SEND_BUFFER = 256 * 1024
"""Bytes: a round-up fits in, so that it is handed to the system at once and not copied in parts."""

REFUSES_US = "it refuses our user name or password"


class WrongPassword(Exception):
    """The smarthost does not accept our login: trying on would only lock the account."""


async def carries(outgoing: str, hostname: str, address: str) -> bool:
    """Whether the way out takes mail to such an address. True where it does not say so in time:
    a mail will find out, and what becomes of it is noted."""
    local, _, _ = address.rpartition("@")
    if local.isascii() or outgoing.startswith("maildir:"):
        return True
    smarthost = Smarthost(urlsplit(outgoing), hostname)
    try:
        async with asyncio.timeout(ASKING_SECONDS):
            return await smarthost.carries(local)
    except (aiosmtplib.SMTPException, OSError, ValueError, TimeoutError):
        return True
    finally:
        await smarthost.close()


class Transport(Protocol):
    """One way out. Used by one task at a time."""

    async def send(
        self,
        envelope_from: str,
        to: str,
        message: bytes,
        before_dot: BeforeDot | None = None,
        following: Following | None = None,
    ) -> Result:
        """``before_dot`` and ``following`` are as in ``Dialogue.send``."""

    async def close(self) -> None: ...


def open_transport(outgoing: str, hostname: str = "") -> Transport:
    """The way out that the setting POSTROUND_OUTGOING names; ``hostname`` is ours, for EHLO."""
    if outgoing.startswith("maildir:"):
        return Maildir(Path(outgoing.removeprefix("maildir:")))
    return Smarthost(urlsplit(outgoing), hostname)


class Maildir:
    """Keeps every mail as a file, so that nothing leaves the machine by accident."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._box = mailbox.Maildir(folder, create=True)

    async def send(
        self,
        envelope_from: str,
        to: str,
        message: bytes,
        before_dot: BeforeDot | None = None,
        _following: Following | None = None,
    ) -> Result:
        if before_dot and (wait := before_dot()):
            await wait
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

    def __init__(self, url: SplitResult, hostname: str = "") -> None:
        self._url = url
        self._hostname = hostname
        self._options = {key: values[-1] for key, values in parse_qs(url.query).items()}
        self._dialogue: Dialogue | None = None
        self._last_used = 0.0
        self._together = True

    async def send(
        self,
        envelope_from: str,
        to: str,
        message: bytes,
        before_dot: BeforeDot | None = None,
        following: Following | None = None,
    ) -> Result:
        """Raises WrongPassword; every other failure is a result."""
        to = _written(to)
        try:
            dialogue = await self._connected((envelope_from, to))
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code >= 500:
                raise WrongPassword(f"{error.code} {error.message}") from error
            return _broken(error)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Also a 554 in greeting: it is about us, and no reason to give up the mail.
            return _broken(error)
        begun = dialogue.has_begun
        told = _told(following) if self._together else None
        result = await dialogue.send(envelope_from, to, message, before_dot, told)
        self._last_used = time.monotonic()
        if begun and isinstance(result, TryLater) and result.reason == NO_ANSWER:
            # There are scanners that throw away what they read behind a dot.
            self._together = False
        return result

    async def _connected(self, mail: tuple[str, str] = ("", "")) -> Dialogue:
        """For that mail: whose envelope is under way gets no other one."""
        if self._dialogue is not None:
            recent = time.monotonic() - self._last_used < SILENT_SECONDS
            if recent and self._dialogue.serves(*mail):
                return self._dialogue
            await self.close()
        self._dialogue = await self._open()
        return self._dialogue

    async def _open(self) -> Dialogue:
        """Connects, greets, and logs in where there is a login."""
        required = self._options.get("starttls") == "required" or bool(self._url.username)
        tls = self._url.scheme == "smtps"
        client = aiosmtplib.SMTP(
            hostname=self._url.hostname,
            port=self._url.port or (465 if tls else 25),
            use_tls=tls,
            # With a password we never speak in clear text, whatever the other side offers.
            start_tls=False if tls else (True if required else None),
            # TLS where it happens to be offered is better than none, whoever signed the
            # certificate (RFC 7435): Debian's Postfix signs its own.
            validate_certs=tls or required,
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            local_hostname=self._hostname or None,
            timeout=CONNECT_SECONDS,
        )
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        transport = client.transport
        if not isinstance(transport, asyncio.Transport):
            raise aiosmtplib.SMTPServerDisconnected("the server hung up")
        transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)
        return Dialogue(transport, client.esmtp_extensions)

    async def carries(self, address: str) -> bool:
        return (await self._connected()).carries(address)

    async def knock(self) -> str:
        """Connects, greets and logs in as for a mail, sends none, and leaves; "" or what failed."""
        try:
            await self._connected()
        except aiosmtplib.SMTPAuthenticationError as error:
            return f"{REFUSES_US} ({error.code} {error.message})"[:300].rstrip(".")
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError):
            return "no connection to it"
        except (aiosmtplib.SMTPException, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:300].rstrip(".")
        await self.close()
        return ""

    async def close(self) -> None:
        dialogue, self._dialogue = self._dialogue, None
        if dialogue is not None:
            await dialogue.quit()


def _written(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{a_labels(domain)}"


def _told(following: Following | None) -> Following | None:
    """As it is said to the server."""

    def told() -> tuple[str, str, bytes] | None:
        after = following() if following else None
        return (after[0], _written(after[1]), after[2]) if after else None

    return told if following else None


def _broken(error: Exception) -> TryLater:
    return TryLater(f"{type(error).__name__}: {error}"[:500], connection=True)
