"""Runs a pure function over untrusted input in a child process with limits on time and memory.

The child is kept for the next call and replaced when it dies or is stopped. It is for one caller at
a time.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, TypeVar

MEMORY = 384 * 1024 * 1024
"""Bytes that one call may add to what the child had when it started."""

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Watched(Generic[_Asked, _Answer]):
    """``ask`` is ``function`` in a child process, or None when it took too long or died."""

    def __init__(self, function: Callable[[_Asked], _Answer], memory: int = MEMORY) -> None:
        self.function = function
        self.memory = memory
        self._child: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Watched[_Asked, _Answer]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def ask(self, asked: _Asked, seconds: float) -> _Answer | None:
        """The function's answer to ``asked``, or None when ``seconds`` passed or the child died."""
        alive = self._child is not None and self._child.is_alive()
        pipe = self._pipe if alive and self._pipe is not None else self._start()
        try:
            pipe.send(asked)
            if pipe.poll(seconds):
                answer: _Answer | None = pipe.recv()
                return answer
        except (EOFError, OSError):
            pass
        self._stop()
        return None

    def _start(self) -> Connection:
        self._stop()
        # fork: the modules are loaded already, and nothing else runs in this process.
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        self._child = context.Process(
            target=_serve, args=(self.function, theirs, ours, self.memory), daemon=True
        )
        self._child.start()
        theirs.close()
        self._pipe = ours
        return ours

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._pipe is not None:
            self._pipe.close()
        self._child = self._pipe = None


def _serve(
    function: Callable[[_Asked], _Answer], pipe: Connection, ours: Connection, memory: int
) -> None:
    ours.close()
    _limit_memory(memory)
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            asked = pipe.recv()
            try:
                answer: _Answer | None = function(asked)
            except Exception:  # noqa: BLE001 - MemoryError among them; the asker is told None
                answer = None
            pipe.send(answer)


def _limit_memory(memory: int) -> None:
    """Address space, since Linux enforces no other limit on memory that a process can set."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        with open("/proc/self/statm") as statm:  # noqa: PTH123
            now = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))
