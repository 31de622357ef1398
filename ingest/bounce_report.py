"""Reads the machine-readable parts of reports: delivery status (RFC 3464, RFC 6533) and feedback
about unwanted mail (RFC 5965). Notices written for people only are read in ``bounce_notice``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from ingest import diagnosis, peek

MOST_RECIPIENTS = 1_000

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\]{1,64}@[^\s<>()\[\],;:\"\\]{1,255}")
_STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
_FIELD_OF_A_RECIPIENT = re.compile(
    r"^(?:final-recipient|original-recipient|x-actual-recipient)[ \t]*:", re.I | re.M
)
# RFC 6533 §3: characters of an address that does not fit in ASCII, as "\x{1F600}".
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient who was not reached, and what was said about it."""

    recipient: str
    status: str | None
    why: str
    delayed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    failures: tuple[Failure, ...]
    succeeded: bool
    """True when the report names only recipients who were reached."""


def delivery_report(message: Message) -> Report | None:
    """The failures that the delivery-status parts name; None when there is no such part."""
    groups = [fields for text in _status_texts(message) for fields in _groups(text)]
    groups = [g for g in groups if any(name in g for name in _NAMES_OF_RECIPIENTS)]
    if not groups:
        return None
    failures = [found for g in groups[:MOST_RECIPIENTS] if (found := failure_of(g)) is not None]
    failed = [one for one in failures if not one.delayed]
    actions = {g.get("action", "").lower().split(" ")[0] for g in groups}
    return Report(tuple(failed or failures), succeeded=bool(actions) and actions <= _SUCCESSES)


_NAMES_OF_RECIPIENTS = ("original-recipient", "final-recipient", "x-actual-recipient")
_SUCCESSES = {"delivered", "relayed", "expanded"}


def _status_texts(message: Message) -> Iterator[str]:
    for part in peek.leaves(message):
        if peek.kind(part) in _STATUS_KINDS:
            yield _status_text(part)


def _status_text(part: Message) -> str:
    # The standard parser splits message/delivery-status into one message for each group.
    blocks = peek.inner_messages(part)
    if not blocks:
        return peek.text_of(part)
    texts = ["\n".join(f"{name}: {value}" for name, value in b.raw_items()) for b in blocks]
    bodies = [peek.text_of(b) for b in blocks]
    text = "\n\n".join(f"{head}\n\n{body}" for head, body in zip(texts, bodies, strict=True))
    if not _FIELD_OF_A_RECIPIENT.search(text):
        decoded = "\n\n".join(peek.unbase64(body) for body in bodies)
        text = decoded if _FIELD_OF_A_RECIPIENT.search(decoded) else text
    return text


def fields_in(text: str) -> list[dict[str, str]]:
    """Groups of report fields in a plain text, for systems that send the report as such."""
    found = _FIELD_OF_A_RECIPIENT.search(text)
    return _groups(text[max(0, found.start() - 2_000) :]) if found else []


def _groups(text: str) -> list[dict[str, str]]:
    """Field groups, divided by blank lines; names in lower case, folded values in one line."""
    groups: list[dict[str, str]] = [{}]
    name = ""
    for line in text[: peek.MOST_CHARACTERS].splitlines():
        if not line.strip():
            groups.append({})
            name = ""
        elif line[0] in " \t" and name:
            groups[-1][name] += " " + line.strip()
        elif found := re.match(r"([A-Za-z][\w-]{1,60})[ \t]*:(.*)", line):
            name = found[1].lower()
            if name in _NAMES_OF_RECIPIENTS[:2] and name in groups[-1]:
                groups.append({})
            groups[-1].setdefault(name, found[2].strip())
    return [group for group in groups if group]


def failure_of(group: dict[str, str]) -> Failure | None:
    """The failure that one group of fields tells of; None when the recipient was reached."""
    action = group.get("action", "").lower()
    if action.startswith(tuple(_SUCCESSES)):
        return None
    recipient = next((a for n in _NAMES_OF_RECIPIENTS if (a := address_in(group.get(n, "")))), "")
    if not recipient:
        return None
    why = group.get("diagnostic-code", "")
    if not action and group.get("status", "").startswith("2."):
        return None
    status = diagnosis.code_in(group.get("status", "")) or diagnosis.code_in(why)
    delayed = action.startswith("delay")
    return Failure(recipient, status, f"{why} {group.get('status', '')}".strip(), delayed)


def address_in(value: str) -> str:
    """The address of "rfc822; bob@x.example", "utf-8; …" and broken forms; "" without one."""
    value = _ESCAPED.sub(_character, value)
    kind, semicolon, rest = value.partition(";")
    found = _ADDRESS.search(rest if semicolon and "@" in rest else kind)
    return found[0].strip(".<>'") if found else ""


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""


# Feedback about unwanted mail ----------------------------------------------------------------


def complaint(message: Message) -> tuple[str, ...] | None:
    """Who complained, as far as the report says; None when it is no feedback report."""
    part = next((p for p in peek.leaves(message) if peek.kind(p) == _FEEDBACK), None)
    if part is None and not (
        peek.kind(message) == "multipart/report"
        and peek.parameter(message, "report-type") == "feedback-report"
    ):
        return _old_complaint(message)
    text = _status_text(part) if part is not None else ""
    named = [address_in(value) for value in _COMPLAINER.findall(text)]
    found = tuple(dict.fromkeys(address for address in named if address))
    return found or returned_recipients(message)


_FEEDBACK = "message/feedback-report"
_COMPLAINER = re.compile(r"^(?:original-rcpt-to|removal-recipient)[ \t]*:(.{1,400})", re.I | re.M)


def _old_complaint(message: Message) -> tuple[str, ...] | None:
    # Hotmail's feedback loop sends the mail as an attachment and names the reader in a header.
    for part in (message, *returned_messages(message)):
        if address := address_in(peek.header(part, "x-hmxmroriginalrecipient")):
            return (address,)
    return None


def returned_messages(message: Message) -> list[Message]:
    """What was sent, as far as it came back: whole, or only its headers."""
    found: list[Message] = []
    for part in peek.leaves(message):
        if peek.kind(part) in ("message/rfc822", "message/global"):
            found.extend(peek.inner_messages(part)[:1])
        elif peek.kind(part) in (
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global-headers",
        ):
            found.append(peek.headers_of(peek.text_of(part)))
    return found


def returned_recipients(message: Message) -> tuple[str, ...]:
    """To whom the returned message was sent."""
    values = [
        peek.header(original, name)
        for original in returned_messages(message)
        for name in ("x-original-to", "delivered-to", "to", "cc")
    ]
    addresses = [
        address for address in peek.addresses_in(v[:4_000] for v in values) if "@" in address
    ]
    return tuple(dict.fromkeys(addresses[:MOST_RECIPIENTS]))
