"""The letters that this process has in hand: given to threads that examine them, and due after.

Knows neither the database nor what becomes of a letter. But for the threads, all of it belongs to
the one thread that settles.
"""

from __future__ import annotations

import gc
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ingest.examine import Examined, Failed
from storage.lanes import LARGE
from storage.records import Letter

MOST_BEHIND = 8 * 1024 * 1024


@dataclass(eq=False, slots=True)
class Ready:
    """A letter that was examined and waits to be settled."""

    found: Examined | Failed
    failures: int = 0

    @property
    def letter(self) -> Letter:
        return self.found.letter


class Hand:
    """``size`` letters at a time, and beside them one that has to go alone."""

    def __init__(
        self,
        examine: Callable[[Letter], Examined | Failed],
        when_examined: Callable[[], None],
        size: int,
    ) -> None:
        self._examine = examine
        self._when_examined = when_examined
        self._size = size
        self._threads: list[threading.Thread] = []
        self._to_examine: queue.SimpleQueue[Letter] = queue.SimpleQueue()
        self._examined: queue.SimpleQueue[Examined | Failed] = queue.SimpleQueue()
        self._ready: deque[Ready] = deque()
        self._held: dict[int, Letter] = {}
        self._behind = 0
        """Bytes of letters that may still be in memory although nobody needs them."""

    def __len__(self) -> int:
        return len(self._held)

    @property
    def ids(self) -> list[int]:
        return list(self._held)

    @property
    def room(self) -> int:
        """For so many more common letters there is room."""
        return self._size - sum(not is_odd(letter) for letter in self._held.values())

    @property
    def has_odd(self) -> bool:
        return any(map(is_odd, self._held.values()))

    def take(self, letter: Letter) -> None:
        """Has the letter examined."""
        while len(self._threads) < self._size + 1:
            self._threads.append(threading.Thread(target=self._work, daemon=True))
            self._threads[-1].start()
        self._held[letter.id] = letter
        self._to_examine.put(letter)

    def due(self, most: int) -> list[Ready]:
        """Those to settle next; each is in hand until it is let go or put back."""
        while not self._examined.empty():
            self._ready.append(Ready(self._examined.get()))
        due = [one for one in self._ready if not self._waits(one.letter)][:most]
        for one in due:
            self._ready.remove(one)
        return due

    def put_back(self, one: Ready) -> None:
        self._ready.append(one)

    def let_go(self, letter: Letter) -> None:
        self._held.pop(letter.id, None)

    def _waits(self, letter: Letter) -> bool:
        """Who writes "yes" and then "undo" is heard in that order, however long each one takes."""
        return "+" in letter.recipient and any(
            other.id < letter.id and other.recipient == letter.recipient
            for other in self._held.values()
        )

    def _work(self) -> None:
        while True:
            letter = self._to_examine.get()
            size = len(letter.raw)
            self._examined.put(self._examine(letter))
            del letter
            self._when_examined()
            self._tidy(size)

    def _tidy(self, size: int) -> None:
        """A question to the DNS that failed leaves a circle of frames, and those hold the letter
        until Python looks for such circles, which it does by their number and not their bytes."""
        self._behind += size
        if self._behind >= MOST_BEHIND:
            self._behind = 0
            gc.collect()


def is_odd(letter: Letter) -> bool:
    """Large, or taken before without an outcome: it may be the one that kills its reader."""
    return letter.attempts > 1 or len(letter.raw) >= LARGE
