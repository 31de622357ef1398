"""Counts who tries marks that we never gave out, so that guessing ends after a few tries.

Counting only: no sockets, no replies. The 100 bits of a mark are what keeps guessers out; this
keeps them from trying without end, and is kept in memory, by each process for itself.
"""

from __future__ import annotations

from collections import OrderedDict, deque

MOST_WRONG = 20
WITHIN_SECONDS = 3600.0
MOST_SOURCES = 10_000
"""Of more sources the one that tried longest ago is forgotten."""
THIS_MACHINE = ("127.0.0.1", "::1")
"""From here comes a mail server on the same machine, with the mail of everybody: like that of any
front server its mistakes are those of strangers, and honest answers come with them. The sender that
it names is no better to count by, since whoever writes under a moderator's name would lock that
moderator out."""


class Guesses:
    """Wrong marks of the last hour, by source."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, source: str, now: float) -> None:
        """``source`` tried a wrong one at ``now``, in seconds of any clock that only goes on."""
        self._tries.setdefault(source, deque(maxlen=MOST_WRONG)).append(now)
        self._tries.move_to_end(source)
        if len(self._tries) > MOST_SOURCES:
            self._tries.popitem(last=False)

    def are_too_many(self, source: str, now: float) -> bool:
        tries = self._tries.get(source)
        return tries is not None and len(tries) == MOST_WRONG and now - tries[0] < WITHIN_SECONDS
