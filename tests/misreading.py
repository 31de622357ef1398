"""What a reader may do to its process when a letter is made for it. Run in child processes only."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from datetime import UTC, datetime

from storage.records import Attachment, Mailbox, Reading


def read_well(raw: bytes) -> Reading:
    return Reading(
        subject=f"{len(raw)} bytes",
        sender=Mailbox("Alice", "alice@charity.example"),
        date=datetime(2026, 11, 18, 9, 12, tzinfo=UTC),
        attachments=(Attachment("a.bin", "application/octet-stream", raw),),
    )


def spin(raw: bytes) -> None:
    while raw is not None:
        pass


def spin_in_c(raw: bytes) -> None:
    re.match(rb"(a+)+$", b"a" * 60 + b"!" + raw)


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def hog(size: int) -> int:
    hoard = [b"x" * 2**20 for _ in range(size // 2**20)]
    return len(hoard)


def keep(size: int, kept: list[bytes] = []) -> int:  # noqa: B006 - it is meant to stay
    kept.append(b"x" * size)
    return os.getpid()


def recurse(raw: bytes) -> bytes:
    return recurse(raw) + raw


def fail(text: str) -> None:
    raise ValueError(text)


def leave(code: int) -> None:
    os._exit(code)


def crash(address: int) -> None:
    ctypes.string_at(address)


def be_killed(number: int) -> None:
    os.kill(os.getpid(), number)


def be_stopped() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def who() -> int:
    return os.getpid()


def environment() -> list[str]:
    return sorted(os.environ)


def write_a_file(path: str) -> str:
    try:
        with open(path, "wb") as file:  # noqa: PTH123 - as plainly as an attacker would
            file.write(b"x" * 10)
    except OSError as error:
        return type(error).__name__
    return "written"


class Trap:
    """Runs a command in whoever unpickles it, the oldest trick with pickles."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


def send_a_trap(path: str) -> Trap:
    return Trap(path)
