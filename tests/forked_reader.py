"""Lets a service that was forked fork its readers too: to import what they need takes a second.

Only tests/warm.py uses it. A reader that must start from nothing belongs to a service that did.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from ingest import reader, supervise_child

EARLY = 0.002
"""Seconds between two looks whether it has ended."""


class Forked:
    """As much of ``subprocess.Popen`` as ``ingest.reader.Reader`` needs."""

    def __init__(self, command: Sequence[str], *, pass_fds: tuple[int], **_others: Any) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            _become(pass_fds[0], command[-1])

    def wait(self, timeout: float | None = None) -> int:
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= end:
                raise subprocess.TimeoutExpired("reader", timeout or 0.0)
            else:
                time.sleep(EARLY)
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


def fork_readers() -> None:
    """From now on readers of this process are forked."""
    errors = {"TimeoutExpired": subprocess.TimeoutExpired, "DEVNULL": subprocess.DEVNULL}
    vars(reader)["subprocess"] = SimpleNamespace(Popen=Forked, **errors)


def _become(channel: int, imports: str) -> None:
    with suppress(BaseException):
        os.setsid()
        signal.set_wakeup_fd(-1)
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, signal.SIG_DFL)
        # Nothing of the service's: a port that a reader kept open could not be opened anew.
        os.closerange(3, channel)
        os.closerange(channel + 1, 1024)
        os.environ.clear()
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nothing, number)
        supervise_child.main([str(channel), imports])
    os._exit(0)
