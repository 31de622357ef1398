"""Reads strangers' bytes in supervised child processes: no letter can take the service down.

A child has limits on time and memory, serves many letters, and is replaced when it dies. What is
done with the bytes is the caller's function; that a letter broke it is said by raising Unreadable.
"""

from __future__ import annotations

import pickle
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

from ingest.reader import Reader, Task, Unreadable

__all__ = ["ReadingRoom", "Unreadable"]

MEMORY = 256 * 1024 * 1024
"""Bytes above what the imports take, for a heavy letter: 25 MiB of photographs, documents or
spreadsheets were read with 230 MiB."""
LITTLE_MEMORY = 96 * 1024 * 1024
LARGE = 1024 * 1024

P = ParamSpec("P")
T = TypeVar("T")


def is_heavy(letter: bytes) -> bool:
    """Whether reading it may take much memory: it is large, or holds a file that may be small and
    unpack to a large picture."""
    return len(letter) >= LARGE or b"base64" in letter.lower()


class ReadingRoom:
    """A few child processes in which functions are run on strangers' bytes.

    At most ``children`` work at the same time; the second starts when two letters are there at
    once, for each costs memory, and on many lists that never happens. Each has ``seconds`` of CPU
    time for a letter and ``seconds_per_mebibyte`` more, and ``patience`` times as long by the wall
    clock; it serves ``letters`` and is then replaced by a warm one. Heavy letters, which are large
    or hold files, are read one at a time with ``memory`` bytes; so is one for which
    ``little_memory``, which the others have, was not enough. ``imports`` are loaded before the
    first letter comes. ``ask`` blocks: for threads, not for an event loop.
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
        little_memory: int = LITTLE_MEMORY,
        letters: int = 2000,
    ) -> None:
        self._seconds = seconds
        self._seconds_per_mebibyte = seconds_per_mebibyte
        self._patience = patience
        self._letters = letters
        self._imports = imports
        self._memory = memory
        self._little_memory = min(little_memory, memory)
        self._one_heavy = threading.Lock()
        self._closed = threading.Event()
        self._free: queue.LifoQueue[Reader | None] = queue.LifoQueue()
        """Those that are free; None is the place of one that was not needed yet."""
        self._children = children
        for _ in range(children - 1):
            self._free.put(None)
        self._free.put(self._start())

    def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``work(*args, **kwargs)``, done in a child process. Raises Unreadable.

        ``work`` is a function at the top of a module; what it takes and gives back are plain values
        and our own records. A letter's bytes come first.
        """
        task = self._task(work, args, kwargs)
        if not is_heavy(task.letter):
            try:
                return cast(T, self._served(task))
            except Unreadable as failed:
                if not failed.of_memory:
                    raise
        with self._one_heavy:
            return cast(T, self._served(replace(task, memory=self._memory)))

    def is_warm(self, seconds: float) -> bool:
        """Whether a reader has loaded its imports; waits so long for that."""
        reader = self._free.get()
        try:
            reader = self._fresh(reader)
            warm = reader.is_ready(seconds)
            if reader.stillborn:
                reader.end()  # the next who asks gets another
            return warm
        finally:
            self._free.put(reader)

    def close(self) -> None:
        """Lets the readers finish what they have in hand, and ends them."""
        self._closed.set()
        all_free = [self._free.get() for _ in range(self._children)]
        for reader in all_free:
            if reader is not None:
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
        return Reader(self._imports)

    def _task(self, work: object, args: tuple[object, ...], kwargs: object) -> Task:
        letter = args[0] if args and isinstance(args[0], bytes) else None
        rest = args if letter is None else args[1:]
        packed = pickle.dumps((work, letter is not None, rest, kwargs), pickle.HIGHEST_PROTOCOL)
        cpu_seconds = self._seconds + self._seconds_per_mebibyte * len(letter or b"") / 2**20
        seconds = cpu_seconds * self._patience
        return Task(packed, letter or b"", cpu_seconds, seconds, self._little_memory)

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

    def _fresh(self, reader: Reader | None) -> Reader:
        """``reader``, or its replacement when it has gone or has served long enough."""
        if reader is None or reader.gone:
            return self._start()
        if reader.served >= self._letters and reader.successor is None:
            reader.successor = self._start()
        if reader.successor is not None and reader.successor.is_ready():
            successor, reader.successor = reader.successor, None
            reader.end()
            return successor
        return reader
