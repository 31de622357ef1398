"""Starts ``postround WORDS`` as a process of its own, in hundredths of a second.

A process that has imported everything already forks itself for each command, for to import takes
most of a second. Not for what a start itself costs: memory and seconds are measured on a process
that was started from nothing.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib
import json
import os
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO, NoReturn

HASTY = "hasty"
"""In front of the words: with the short leases of tests/proof/hasty.py."""
_CHECKOUT = Path(__file__).parent.parent
_NUMBER = struct.Struct(">q")
_DIES_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
_LATE = (
    "alembic.command",
    "apscheduler.triggers.date",
    "apscheduler.triggers.interval",
    "holidays.countries",
    "tests.forked_reader",
    "tests.proof.hasty",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
_RESTS = {"digest.clock.LOOK_EVERY_SECONDS": 1, "cli.upkeep.LOOK_SECONDS": 1.0}
"""Five seconds in earnest, for which most journeys would wait."""


class Started:
    """A process that was started so; as much of ``subprocess.Popen`` as tests need."""

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: tuple[BinaryIO, BinaryIO, BinaryIO],
    ) -> None:
        """``streams``: its standard input, output and errors."""
        self.args = ["postround", *words]
        self.returncode: int | None = None
        self._told, tell = os.pipe()
        wanted = json.dumps([list(words), str(folder), dict(environment)]).encode()
        files = [*(stream.fileno() for stream in streams), tell]
        socket.send_fds(_warm(), [_NUMBER.pack(len(wanted))], files)
        _warm().sendall(wanted)
        os.close(tell)
        self.pid = self._number()

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self.returncode = self._number()
            os.close(self._told)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            select.select([self._told], [], [], timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _number(self) -> int:
        data = os.read(self._told, _NUMBER.size)
        assert data, f"the process that starts {self.args} has gone"
        number: int = _NUMBER.unpack(data)[0]
        return number


@cache
def _warm() -> socket.socket:
    """The far end of the process that forks; it ends when this one does."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
            cwd=_CHECKOUT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            # Ctrl-C is for the tests, which then end it.
            start_new_session=True,
        )
    atexit.register(_end, ours, process)
    return ours


def _end(ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
    ours.close()
    process.wait(10)


def main(channel: socket.socket) -> None:
    """Forks for each command that comes, and tells its process id and how it ended."""
    _import_everything()
    selector = selectors.DefaultSelector()
    selector.register(channel, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.data:
                selector.unregister(key.fd)
                _tell_the_end(key.fd, *key.data)
            elif (started := _fork(channel)) is None:
                return
            else:
                selector.register(os.pidfd_open(started[0]), selectors.EVENT_READ, started)


def _fork(channel: socket.socket) -> tuple[int, int] | None:
    """The child's number, and where its end is to be told; None when the tests have ended."""
    head, files, *_ = socket.recv_fds(channel, _NUMBER.size, 4)
    if not head:
        return None
    words, folder, environment = json.loads(_read(channel, _NUMBER.unpack(head)[0]))
    if not (child := os.fork()):
        _become(words, folder, environment, files)
    for file in files[:3]:
        os.close(file)
    _tell(files[3], child)
    return child, files[3]


def _tell_the_end(handle: int, child: int, tell: int) -> None:
    os.close(handle)
    _tell(tell, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os.close(tell)


def _import_everything() -> None:
    from cli.main import COMMANDS

    for module in {*COMMANDS.values(), "processes"}:
        importlib.import_module(f"cli.{module}")
    # What the commands themselves import late, and what their readers do.
    for name in (*_LATE, *sys.modules["ingest.reading"].IMPORTS):
        importlib.import_module(name)
    for name, rest in _RESTS.items():
        module, _, constant = name.rpartition(".")
        assert hasattr(sys.modules[module], constant)
        setattr(sys.modules[module], constant, rest)
    # As of a command that was started by its name.
    sys.modules["__main__"] = sys.modules["cli.main"]


def _become(
    words: list[str], folder: str, environment: dict[str, str], files: list[int]
) -> NoReturn:
    """Runs the command in the new process, which is as good as one of its own."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGTERM)
        for number, file in enumerate(files[:3]):
            os.dup2(file, number)
        os.closerange(3, 1024)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        os.chdir(folder)
        sys.modules["tests.forked_reader"].fork_readers()
        if words[0] == HASTY:
            sys.modules["tests.proof.hasty"].hasten()
            words = words[1:]
        sys.argv = [str(_CHECKOUT / "cli" / "main.py"), *words]
        sys.modules["cli.main"].main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a program
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(code)


def _read(channel: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += channel.recv(size - len(data))
    return data


def _tell(file: int, number: int) -> None:
    # Whoever wanted to know may not be there any more.
    with suppress(BrokenPipeError):
        os.write(file, _NUMBER.pack(number))


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as inherited:
        main(inherited)
