"""Reads strangers' bytes in supervised child processes: no letter can take the service down.

A child has limits on time and memory, serves many letters, and is replaced when it dies. What is
done with the bytes is the caller's function; that a letter broke it is said by raising Unreadable.
"""

from __future__ import annotations

import pickle
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

from ingest.reader import Reader, Task, Unreadable

__all__ = ["ReadingRoom", "Unreadable"]

MEMORY = 192 * 1024 * 1024
"""Bytes above what the imports take; 25 MiB of photographs or PDF were read with 128 MiB."""
LARGE = 1024 * 1024
"""Letters from this size are read one at a time, whatever the number of children."""

P = ParamSpec("P")
T = TypeVar("T")


class ReadingRoom:
    """A few child processes in which functions are run on strangers' bytes.

    ``children`` work at the same time. Each has ``seconds`` of CPU time for a letter and
    ``seconds_per_mebibyte`` more, ``patience`` times as long by the wall clock, and ``memory``
    bytes; it serves ``letters`` and is then replaced by a warm one. ``imports`` are loaded before
    the first letter comes. ``ask`` blocks: for threads, not for an event loop.
    """

    def __init__(
        self,
        *,
        children: int = 1,
        imports: Sequence[str] = (),
        seconds: float = 5.0,
        seconds_per_mebibyte: float = 0.4,
        patience: float = 3.0,
        memory: int = MEMORY,
        letters: int = 2000,
    ) -> None:
        self._seconds = seconds
        self._seconds_per_mebibyte = seconds_per_mebibyte
        self._patience = patience
        self._letters = letters
        self._imports = imports
        self._memory = memory
        self._one_large = threading.Lock()
        self._closed = threading.Event()
        self._free: queue.LifoQueue[Reader] = queue.LifoQueue()
        self._children = children
        for _ in range(children):
            self._free.put(self._start())

    def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``work(*args, **kwargs)``, done in a child process. Raises Unreadable.

        ``work`` is a function at the top of a module; what it takes and gives back are plain values
        and our own records.
        """
        size = sum(len(arg) for arg in args if isinstance(arg, bytes))
        cpu_seconds = self._seconds + self._seconds_per_mebibyte * size / 2**20
        packed = pickle.dumps((work, args, kwargs), pickle.HIGHEST_PROTOCOL)
        task = Task(packed, cpu_seconds, cpu_seconds * self._patience)
        with self._one_large if size >= LARGE else nullcontext():
            return cast(T, self._served(task))

    def close(self) -> None:
        """Lets the readers finish what they have in hand, and ends them."""
        self._closed.set()
        all_free = [self._free.get() for _ in range(self._children)]
        for reader in all_free:
            reader.end()
            # Back in its place, so that a thread that still waits for one learns that we stop.
            self._free.put(reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> Reader:
        return Reader(self._imports, self._memory)

    def _served(self, task: Task) -> object:
        try:
            return self._once(task)
        except Unreadable as failed:
            if not failed.again or self._closed.is_set():
                raise
        # Killed from outside, perhaps for want of memory, perhaps before it had the letter.
        return self._once(task)

    def _once(self, task: Task) -> object:
        reader = self._free.get()
        try:
            if self._closed.is_set():
                raise Unreadable("the service is stopping", again=True)
            reader = self._fresh(reader)
            return reader.ask(task)
        finally:
            self._free.put(reader)

    def _fresh(self, reader: Reader) -> Reader:
        """``reader``, or its replacement when it has gone or has served long enough."""
        if reader.gone:
            return self._start()
        if reader.served >= self._letters and reader.successor is None:
            reader.successor = self._start()
        if reader.successor is not None and reader.successor.is_ready():
            successor, reader.successor = reader.successor, None
            reader.end()
            return successor
        return reader
