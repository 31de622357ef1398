"""The dialogue: aiosmtpd's SMTP with our limits, our order of steps and our words.

The only file with SMTP reply codes. What is read, counted and committed happens in connection,
guard, wire, crowd, recipients and arrivals; this file says yes, no or later to the client.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiosmtpd.smtp import TLSSetupException

from ingest.arrivals import Arrivals
from ingest.connection import Connection, Farewell, encoded
from ingest.crowd import Crowd, InFlight, Load, is_among
from ingest.door_settings import DoorSettings
from ingest.guard import (
    MOST_HEADER_BYTES,
    BadLine,
    Endless,
    HeaderTooLarge,
    NoRoom,
    NotMail,
    TooLarge,
)
from ingest.guesses import THIS_MACHINE, Guesses
from ingest.paths import BadPath, NotAscii, check_recipient, check_sender, read_argument
from ingest.recipients import Answer, Recipients
from ingest.wire import count_hops, header_size, to_letter
from storage.database import DiskFull
from storage.records import Arrival

MOST_MISTAKES = 20
MOST_COMMANDS_WITHOUT_MAIL = 60
MOST_RECIPIENTS_TRIED = 1000
MOST_HOPS = 50
PATIENT_MISTAKES = 5
SLOW_SECONDS = 0.5
"""After some mistakes each unknown recipient waits this long, so that guessing takes long."""

RECIPIENT_SECONDS = 0.005
"""For each recipient beyond the limit: nothing to an honest client, but a flood of them is slow."""

log = logging.getLogger(__name__)


GO_AHEAD = "354 Send your letter, and end it with a line that holds only a dot"
DONE = "250 2.0.0 Done"
SENDER_GOOD = "250 2.1.0 Go on"
RECIPIENT_GOOD = "250 2.1.5 Go on"
KEPT = "250 2.0.0 Thank you, your letter is safely here"
NEITHER_YES_NOR_NO = "252 2.1.5 Send your letter, and we shall see"
HELP = "214 2.0.0 This is a mail server as RFC 5321 describes it"
GOODBYE = Farewell("221 2.0.0 Goodbye")
READY_FOR_TLS = "220 2.0.0 Ready to start TLS"

CROWDED = Farewell("421 4.3.2 All our lines are busy, please call again in a moment")
CROWDED_BY_YOU = Farewell("421 4.7.0 Too many connections from your address, please use fewer")
CLOSING = Farewell("421 4.3.2 We are closing for a moment, please call again")
TOO_SLOW = Farewell("421 4.4.2 We heard nothing for too long, please call again")
TOO_LONG_A_CALL = Farewell("421 4.4.2 This call took too long, please call again")
TOO_MANY_MISTAKES = Farewell("421 4.7.0 Too many mistakes, please call again later")
TOO_MUCH_TALK = Farewell("421 4.7.0 Many commands and no letter, please call again later")
NO_MAIL = Farewell("554 5.5.1 Only mail is spoken here, goodbye")

TRY_AGAIN = "451 4.3.0 We cannot take this just now, please try again later"
NO_SPACE = "452 4.3.1 We have no room just now, please try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients at once, please send the others separately"

NOT_UNDERSTOOD = "500 5.5.2 That was not understood"
NEEDS_NO_MORE = "501 5.5.4 This command takes nothing after it"
NEEDS_MORE = "501 5.5.4 Something is missing after this command"
NOT_OFFERED = "502 5.5.1 This is not offered here"
NO_LOGIN = "503 5.5.1 Nobody needs to log in here"
HELLO_FIRST = "503 5.5.1 Please say hello first"
SENDER_ALREADY = "503 5.5.1 The sender has been named already"
SENDER_FIRST = "503 5.5.1 Please name the sender first"
RECIPIENT_FIRST = "503 5.5.1 Please name a recipient first"
TLS_ALREADY = "503 5.5.1 This connection is encrypted already"
NO_SUCH_ADDRESS = "550 5.1.1 There is no such address here"
NO_SUCH_MARK = "550 5.1.1 This reply address is not one that we gave out"
TOO_MANY_GUESSES = "550 5.7.1 Too many wrong reply addresses came from you, try again in an hour"
TOO_LARGE = "552 5.3.4 The letter is too large, please send a link to large files instead"
HEADER_TOO_LARGE = "552 5.3.4 The header of the letter is too large"
TOO_LARGE_GOODBYE = Farewell(TOO_LARGE)
BAD_SENDER = "553 5.1.7 The sender's address is not a valid one"
ASCII_ONLY = "553 5.6.7 An address in another script needs SMTPUTF8"
GOING_ROUND = "554 5.4.6 This letter seems to be going round in circles"
UNKNOWN_PARAMETER = "555 5.5.4 There is a parameter that we do not know"

_ANSWERS: dict[Answer, str] = {
    "ours": RECIPIENT_GOOD,
    "our mark": RECIPIENT_GOOD,
    "unknown": NO_SUCH_ADDRESS,
    "forged mark": NO_SUCH_MARK,
    "try later": TRY_AGAIN,
}


@dataclass(frozen=True, slots=True)
class House:
    """What all the conversations at one door, and at the doors beside it, have in common."""

    recipients: Recipients
    arrivals: Arrivals
    in_flight: InFlight
    guesses: Guesses = field(default_factory=Guesses)


class Conversation(Connection):
    """One SMTP client: the commands in their order, and what each is answered."""

    too_slow = TOO_SLOW
    too_long_a_call = TOO_LONG_A_CALL

    def __init__(
        self,
        settings: DoorSettings,
        house: House,
        crowd: Crowd[Conversation],
        *,
        peer: str,
        source: str,
        trusted: bool,
    ) -> None:
        super().__init__(settings, crowd, peer=peer, source=source, trusted=trusted)
        self.house = house
        self.letters = 0
        self._mistakes = 0
        self._commands = 0
        self._recipients_tried = 0

    # Replies ------------------------------------------------------------------------------

    async def push(self, status: str) -> None:  # type: ignore[override]
        """Every reply goes through here: mistakes are counted, and it is said in our words."""
        reply = self._counted(_in_our_words(status))
        self._writer.write(encoded(reply))
        if isinstance(reply, Farewell):
            self._writer.close()
        try:
            await self._writer.drain()
        except ConnectionError as error:
            raise asyncio.CancelledError from error  # gone; aiosmtpd's loop ends on this quietly

    def _counted(self, reply: str) -> str:
        self._commands += 1
        self._mistakes += reply.startswith("5")
        if isinstance(reply, Farewell):
            return reply
        if self._mistakes >= MOST_MISTAKES:
            return TOO_MANY_MISTAKES
        if self._commands > MOST_COMMANDS_WITHOUT_MAIL and not self.trusted:
            return TOO_MUCH_TALK
        return reply

    async def handle_exception(self, error: Exception) -> str:
        """aiosmtpd would answer 500 with the exception's text: for good, and with our insides."""
        if isinstance(error, BadLine):
            return NOT_UNDERSTOOD
        if isinstance(error, NotMail | TLSSetupException):
            return NO_MAIL
        log.error("a command failed", exc_info=error)
        return TRY_AGAIN

    # The steps of a dialogue ----------------------------------------------------------------

    async def smtp_HELO(self, hostname: str) -> None:
        await self.push(self._hello(hostname) or f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str) -> None:
        await self.push(self._hello(hostname) or self._offers())

    async def smtp_MAIL(self, arg: str | None) -> None:
        await self.push(self._mail(arg))

    async def smtp_RCPT(self, arg: str | None) -> None:
        refusal = self._too_early_for_recipient()
        if refusal == TOO_MANY_RECIPIENTS and not self.trusted:
            await asyncio.sleep(RECIPIENT_SECONDS)
        await self.push(refusal or await self._recipient(arg))

    async def smtp_DATA(self, arg: str | None) -> None:
        refusal = self._too_early_for_letter() or (NEEDS_NO_MORE if arg else "")
        if refusal:
            await self.push(refusal)
            return
        self.in_hand = True
        await self.push(GO_AHEAD)
        reply = await self._take_letter()
        self.in_hand = False
        answers = self._answers(reply)
        self._set_rset_state()
        await self.push(answers)
        if self.leaving:
            await self.push(self.leaving)

    async def smtp_RSET(self, arg: str | None) -> None:
        self._set_rset_state()
        await self.push(NEEDS_NO_MORE if arg else DONE)

    async def smtp_NOOP(self, _arg: str | None) -> None:
        await self.push(DONE)

    async def smtp_QUIT(self, _arg: str | None) -> None:
        await self.push(GOODBYE)

    async def smtp_HELP(self, _arg: str | None) -> None:
        await self.push(HELP)

    async def smtp_VRFY(self, arg: str | None) -> None:
        await self.push(NEITHER_YES_NOR_NO if arg else NEEDS_MORE)

    async def smtp_EXPN(self, _arg: str | None) -> None:
        await self.push(NOT_OFFERED)

    async def smtp_AUTH(self, _arg: str | None) -> None:
        await self.push(NO_LOGIN)

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        if arg or self._tls_protocol or not self.tls_context:
            refusal = TLS_ALREADY if self._tls_protocol else NOT_OFFERED
            await self.push(NEEDS_NO_MORE if arg else refusal)
            return
        # RFC 3207 §6: what was sent ahead in the clear must not be taken for what comes encrypted.
        self.stream.forget()
        await super().smtp_STARTTLS(None)
        if not self._is_encrypted():
            # Broken off in mid-handshake: asyncio tells its TLS layer, and that does not tell us.
            self.connection_lost(None)
            raise asyncio.CancelledError

    def _hello(self, hostname: str | None) -> str:
        if not hostname:
            return NEEDS_MORE
        if len(hostname) > 255 or not hostname.isascii():
            return NOT_UNDERSTOOD
        self._set_rset_state()
        self.hello = hostname
        return ""

    def _offers(self) -> str:
        offers = [self.hostname, "PIPELINING", f"SIZE {self.settings.max_message_bytes}"]
        if self.tls_context and not self._tls_protocol:
            offers.append("STARTTLS")
        offers += ["ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
        return "\r\n".join([f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"])

    def _mail(self, argument: str | None) -> str:
        if not self.hello:
            return HELLO_FIRST
        if self.sender is not None:
            return SENDER_ALREADY
        try:
            path, parameters = read_argument(argument, "FROM")
            refusal = self._refuse_parameters(parameters)
            if refusal:
                return refusal
            self.sender = check_sender(path, utf8="SMTPUTF8" in parameters)
        except NotAscii:
            return ASCII_ONLY
        except BadPath:
            return BAD_SENDER
        return SENDER_GOOD

    def _refuse_parameters(self, parameters: dict[str, str]) -> str:
        size = parameters.pop("SIZE", "0")
        if not (size.isascii() and size.isdigit()):
            return NEEDS_MORE
        if len(size) > 19 or int(size) > self.settings.max_message_bytes:
            return TOO_LARGE
        if parameters.pop("BODY", "7BIT").upper() not in ("7BIT", "8BITMIME"):
            return UNKNOWN_PARAMETER
        unknown = parameters.keys() - {"SMTPUTF8"} or parameters.get("SMTPUTF8")
        return UNKNOWN_PARAMETER if unknown else ""

    def _too_early_for_recipient(self) -> str:
        if not self.hello:
            return HELLO_FIRST
        if self.sender is None:
            return SENDER_FIRST
        self._recipients_tried += 1
        if self._recipients_tried > MOST_RECIPIENTS_TRIED:
            return TOO_MUCH_TALK
        if len(self.addressed_to) >= self.settings.max_recipients:
            self._commands -= 1  # an honest client with many recipients is not idle talk
            return TOO_MANY_RECIPIENTS
        return ""

    async def _recipient(self, argument: str | None) -> str:
        try:
            path, parameters = read_argument(argument, "TO")
            address = check_recipient(path)
        except BadPath:
            return NO_SUCH_ADDRESS
        if parameters:
            return UNKNOWN_PARAMETER
        answer = await self.house.recipients.ask(address)
        if answer in ("our mark", "forged mark") and self._guesses_too_often(answer):
            return TOO_MANY_GUESSES
        if answer in ("ours", "our mark"):
            self._commands -= 1
            if address not in self.addressed_to:
                self.addressed_to.append(address)
        elif self._mistakes >= PATIENT_MISTAKES and not self.trusted:
            await asyncio.sleep(SLOW_SECONDS)
        return _ANSWERS.get(answer, TRY_AGAIN)

    def _guesses_too_often(self, answer: Answer) -> bool:
        """Whoever does hears the same of a right mark as of a wrong one, or they would learn."""
        if self._brings_mail_of_others():
            return False
        guesses, now = self.house.guesses, self.loop.time()
        too_often = guesses.are_too_many(self.source, now)
        if answer == "forged mark":
            guesses.note(self.source, now)
        return too_often

    def _brings_mail_of_others(self) -> bool:
        return self.trusted or is_among(self.peer, THIS_MACHINE)

    def _too_early_for_letter(self) -> str:
        if not self.hello:
            return HELLO_FIRST
        if self.sender is None:
            return SENDER_FIRST
        return "" if self.addressed_to else RECIPIENT_FIRST

    # The letter -----------------------------------------------------------------------------

    async def _take_letter(self) -> str:
        load = Load(self.house.in_flight, self.source, lambda: self.stream.give_up(NoRoom()))
        try:
            raw = await self._read(load)
        except (TooLarge, NoRoom) as error:
            load.release()
            return _REFUSALS[type(error)]
        except BaseException:
            load.release()
            raise
        refusal = TOO_LARGE if raw is None else self._refuse_header(raw)
        if refusal or raw is None:
            load.release()
            return refusal
        return await self._keep(raw, load)

    async def _read(self, load: Load) -> bytes | None:
        """The letter; None when there is too much in it to mend. Nothing else of it is kept here:
        of what 25 MiB are in hand, each copy more is 25 MiB."""
        stuffed = await self.stream.read_message(
            load,
            self.settings.max_message_bytes,
            self.settings.max_message_bytes if self.trusted else MOST_HEADER_BYTES,
        )
        return to_letter(stuffed, self.settings.max_message_bytes)

    async def _keep(self, raw: bytes, load: Load) -> str:
        self.committing = True
        try:
            await self.house.arrivals.keep(self._arrival(raw), load.release)
        except DiskFull:
            return NO_SPACE
        except Exception as error:  # noqa: BLE001 - whatever it was, the sender must try again
            log.warning("a letter was put off: %s", type(error).__name__)
            return TRY_AGAIN
        finally:
            self.committing = False
            self.stream.last_heard = self.loop.time()
        self.letters += 1
        self._commands = self._recipients_tried = 0
        return KEPT

    def _refuse_header(self, raw: bytes) -> str:
        if self.trusted:
            # Our front has said yes already; it could only bounce, to whom the sender pretends to
            # be. It counts hops itself, and reading bounds every header.
            return ""
        size = header_size(raw, MOST_HEADER_BYTES)
        if size > MOST_HEADER_BYTES:
            return HEADER_TOO_LARGE
        return GOING_ROUND if count_hops(raw, size) > MOST_HOPS else ""

    def _arrival(self, raw: bytes) -> Arrival:
        return Arrival(
            raw=raw,
            mail_from=self.sender or "",
            recipients=tuple(self.addressed_to),
            peer=self.peer,
            helo=self.hello,
            received_at=datetime.now(UTC),
        )

    def _answers(self, reply: str) -> str:
        """One reply for the whole letter; LMTP has one for each recipient."""
        return reply


class LocalConversation(Conversation):
    """One LMTP client (RFC 2033): LHLO instead of EHLO, and an answer for each recipient."""

    greeting = "LMTP"

    def _brings_mail_of_others(self) -> bool:
        return True

    async def smtp_LHLO(self, hostname: str) -> None:
        await self.push(self._hello(hostname) or self._offers())

    async def smtp_HELO(self, _hostname: str) -> None:
        await self.push(NOT_UNDERSTOOD)

    async def smtp_EHLO(self, _hostname: str) -> None:
        await self.push(NOT_UNDERSTOOD)

    def _answers(self, reply: str) -> str:
        lines = "\r\n".join([reply] * len(self.addressed_to))
        return Farewell(lines) if isinstance(reply, Farewell) else lines


def turn_away(transport: asyncio.Transport, reply: Farewell) -> None:
    """Refuse a connection before there is a conversation."""
    transport.write(encoded(reply))
    transport.close()


_REFUSALS: dict[type[Exception], str] = {
    TooLarge: TOO_LARGE,
    HeaderTooLarge: HEADER_TOO_LARGE,
    Endless: TOO_LARGE_GOODBYE,
    NoRoom: NO_SPACE,
}


def _in_our_words(status: str) -> str:
    """aiosmtpd's own replies lack the enhanced code (RFC 2034), and one repeats what was sent."""
    if status.startswith("500 ") and not isinstance(status, Farewell):
        return NOT_UNDERSTOOD
    if status.startswith("502 ") and "unrecognized" in status:
        return TOO_MANY_MISTAKES
    return READY_FOR_TLS if status == "220 Ready to start TLS" else status
