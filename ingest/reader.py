"""One supervised child process: started, given tasks, watched, ended, and its death explained.

How many there are and what they read is the reading room's business (ingest/supervise.py).
"""

from __future__ import annotations

import dataclasses
import io
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.supervise_child import LEAVES, LENGTH, READY, TASK

LARGEST_ANSWER = 256 * 1024 * 1024
SECONDS_TO_START = 30.0
GRACE = 1.0
"""Seconds that we wait longer than the child's own clock, which tells more about why."""

_BY_SIGNAL = {
    signal.SIGPROF: "reading it took too much computing time",
    signal.SIGALRM: "reading it took too long",
}
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Unreadable(Exception):
    """A letter that could not be read. The reason is for the operator and quotes no stranger."""

    def __init__(self, reason: str, *, again: bool = False, of_memory: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        """True when the letter is not to blame (the reader was killed, or did not start)."""
        self.of_memory = of_memory
        """True when more memory might have helped."""


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    packed: bytes
    """(function, whether the letter is its first argument, further arguments), pickled."""
    letter: bytes
    """As it is: to pickle it would make one copy more."""
    cpu_seconds: float
    seconds: float
    memory: int
    """Bytes above what the imports take."""


class Reader:
    """A child process and our end of its socket. For one thread at a time."""

    def __init__(self, imports: Sequence[str]) -> None:
        self.served = 0
        self.gone = False
        self.successor: Reader | None = None
        self._ready = False
        self.stillborn = False
        """Whether it ended before it was ready."""
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                _command(theirs.fileno(), imports),
                # Nothing of our environment: the secret and the database's address stay here.
                env={"PYTHONPATH": _import_path(), "LC_ALL": "C.UTF-8"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Not in the terminal's group: control-C must not cut a letter short.
                start_new_session=True,
            )

    def is_ready(self, seconds: float = 0.0) -> bool:
        """Whether it has loaded its imports; waits so long for them."""
        if not self._ready:
            self._channel.settimeout(seconds)
            try:
                said = self._channel.recv(1)
            except (BlockingIOError, TimeoutError):
                return False
            except ConnectionError:
                said = b""
            self._ready, self.stillborn = said == READY, not said
        return self._ready

    def ask(self, task: Task) -> object:
        """The task's result. Raises Unreadable, and has then gone."""
        if not self.is_ready(SECONDS_TO_START):
            raise self._lost("the reader did not start", again=True)
        self.served += 1
        end = time.monotonic() + task.seconds + GRACE
        try:
            self._send(task, end)
            answer = self._receive(LENGTH.unpack(self._receive(LENGTH.size, end))[0], end)
            self.gone = self._receive(1, end) == LEAVES
        except TimeoutError:
            raise self._lost("reading it took too long") from None
        except OSError:
            raise self._lost("the reader ended") from None
        if self.gone:
            self.end()
        return self._opened(answer)

    def end(self) -> None:
        """Ends the process; one that has work in hand is not waited for."""
        self.gone = True
        self._channel.close()
        if self.successor is not None:
            self.successor.end()
        try:
            self._process.wait(GRACE if self._ready else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, task: Task, end: float) -> None:
        sizes = len(task.packed), len(task.letter)
        head = TASK.pack(*sizes, task.cpu_seconds, task.seconds, task.memory)
        for part in (head, task.packed, task.letter):
            self._channel.settimeout(_left(end))
            self._channel.sendall(part)

    def _receive(self, size: int, end: float) -> bytearray:
        if size > LARGEST_ANSWER:
            raise ConnectionError("an answer without end")
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            self._channel.settimeout(_left(end))
            more = self._channel.recv_into(view[got:])
            if more == 0:
                raise ConnectionError("the reader has gone")
            got += more
        return data

    def _lost(self, otherwise: str, *, again: bool = False) -> Unreadable:
        """Ends the process and says why; ``otherwise`` when its own end does not tell."""
        self._channel.close()
        self.gone = True
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return Unreadable(otherwise, again=again)
        if code >= 0:
            return Unreadable(f"{otherwise} (exit code {code})", again=again)
        if -code in _FROM_OUTSIDE:
            return Unreadable("the reader was killed, perhaps for want of memory", again=True)
        name = signal.Signals(-code).name
        return Unreadable(_BY_SIGNAL.get(signal.Signals(-code), f"the reader crashed ({name})"))

    def _opened(self, answer: bytearray) -> object:
        stream = io.BytesIO(answer)
        answer.clear()
        try:
            outcome, result = _Records(stream).load()
        except Exception as error:  # noqa: BLE001 - a child that has met an attack may send anything
            self.end()
            raise Unreadable(f"the answer was no record ({type(error).__name__})") from None
        if outcome == "done":
            return result
        if outcome == "memory":
            # What a failed allocation leaves behind is nobody's guess: not for the next letter.
            self.end()
            raise Unreadable("reading it took too much memory", of_memory=True)
        raise Unreadable(f"reading it failed: {result}")


class _Records(pickle.Unpickler):
    """Takes plain values, dates and our own dataclasses, and nothing that runs code."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in ("datetime", "date", "timedelta", "timezone"):
            return super().find_class(module, name)
        if module == "storage.records" or module.startswith("ingest."):
            found = super().find_class(module, name)
            if isinstance(found, type) and dataclasses.is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record")


def _command(descriptor: int, imports: Sequence[str]) -> list[str]:
    # -P: what lies in the current folder is not imported by accident.
    module = ["-P", "-m", "ingest.supervise_child"]
    return [sys.executable, *module, str(descriptor), ",".join(imports)]


def _import_path() -> str:
    return os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
