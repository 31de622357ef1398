"""What ingest makes of a message, as one JSON object: for people, scripts and tests.

The very code of the service reads it. Each message is read in a child process that is stopped when
it takes too long, so that no input can hold up the ones behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from ingest import limits
from ingest.supervise import ReadingRoom, Unreadable
from storage.records import Bounce, Mailbox, Reading

SECONDS, SECONDS_PER_MEBIBYTE, PATIENCE = 3.6, 0.03, 1.8
"""Computing time for one message, and how much longer by the clock: 25 MiB end within 8 s."""
SECONDS_FOR_THE_HEADER = 0.6
"""For a message that took longer, of which only the header is read."""

_COMMANDS = ("approve", "reject", "reason", "subscribe", "unsubscribe", "confirm", "help")
_COMMAND = re.compile(rf"[\s*•·–\"'“‘«>_-]{{0,9}}({'|'.join(_COMMANDS)})\b(?!['’-]\w)", re.I)


def inspect(raw: bytes) -> dict[str, Any]:
    """The object that ``postround inspect`` prints for ``raw``; every field is always there."""
    # Only here: the process that watches the reading child starts without the readers.
    from ingest.read import read

    try:
        return as_object(read(raw))
    except Exception as error:  # noqa: BLE001 - the reader has guards of its own; this is the last
        return as_object(Reading(problems=(f"could not be read ({type(error).__name__})",)))


def as_object(reading: Reading) -> dict[str, Any]:
    """A Reading in the shape that outsiders rely on."""
    return {
        "subject": reading.subject,
        "from": _mailbox(reading.sender) if reading.sender else None,
        "to": [_mailbox(mailbox) for mailbox in reading.to],
        "date": reading.date.isoformat() if reading.date else None,
        "message_id": reading.message_id,
        "text": reading.text,
        "html": reading.html,
        "attachments": [
            {"filename": one.filename, "content_type": one.content_type, "size": one.size}
            for one in reading.attachments
        ],
        "reply_text": reading.reply_text,
        "commands": commands(reading.reply_text),
        "auto_submitted": reading.auto_submitted,
        "bounce": _bounce(reading.bounce) if reading.bounce else None,
        "problems": list(reading.problems),
    }


def commands(reply_text: str) -> list[str]:
    """The known words, in lower case and in order, that begin a line of what was newly typed."""
    found = (_COMMAND.match(line) for line in reply_text.split("\n"))
    return [match[1].lower() for match in found if match]


def inspect_files(paths: Iterable[str], stdin: BinaryIO, out: TextIO) -> int:
    """Prints one JSON object a line for each path; "-", or no path at all, is standard input.

    Returns how many could not be opened; those, too, have a line, and ``problems`` says why.
    """
    unopened = 0
    with _room(SECONDS) as room:
        for path in list(paths) or ["-"]:
            try:
                raw = _bytes_of(path, stdin)
            except OSError as error:
                unopened += 1
                found = as_object(Reading(problems=(f"cannot open {path}: {error.strerror}",)))
            else:
                found = _within_time(room, raw)
            _print(found, out)
    return unopened


def _bytes_of(path: str, stdin: BinaryIO) -> bytes:
    # A little more than the limit, so that reading knows that there was more.
    most = limits.MESSAGE_BYTES + 1
    if path == "-":
        return stdin.read(most)
    with Path(path).open("rb") as file:
        return file.read(most)


def _room(seconds: float) -> ReadingRoom:
    return ReadingRoom(
        imports=["ingest.inspect", "ingest.read"],
        seconds=seconds,
        seconds_per_mebibyte=SECONDS_PER_MEBIBYTE,
        patience=PATIENCE,
    )


def _within_time(room: ReadingRoom, raw: bytes) -> dict[str, Any]:
    try:
        return room.ask(inspect, raw)
    except Unreadable as unreadable:
        found = _of_the_header(raw)
        found["problems"].append(f"{unreadable.reason}: only the header was read")
        return found


def _of_the_header(raw: bytes) -> dict[str, Any]:
    head = raw[: limits.header_end(raw[: limits.HEADER_SECTION])]
    try:
        with _room(SECONDS_FOR_THE_HEADER) as room:
            return room.ask(inspect, head)
    except Unreadable:
        return as_object(Reading())


def _mailbox(mailbox: Mailbox) -> dict[str, str]:
    return {"name": mailbox.name, "address": mailbox.address}


def _bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "kind": bounce.kind,
        "recipient": bounce.recipients[0] if bounce.recipients else None,
        "recipients": list(bounce.recipients),
        "status": bounce.status,
    }


def _print(found: dict[str, Any], out: TextIO) -> None:
    wide = (getattr(out, "encoding", None) or "").lower().replace("-", "") == "utf8"
    out.write(json.dumps(found, ensure_ascii=not wide) + "\n")
    out.flush()
