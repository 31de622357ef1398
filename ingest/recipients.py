"""Asks whether an address is ours: in a thread, so that no slow look-up stops the door.

The question itself (lists, marks) is answered by a function that the caller hands in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

Answer = Literal["ours", "our mark", "unknown", "forged mark", "try later"]
"""An address of ours that ends in a mark which we gave out is told apart: it could be guessed."""
IsOurs = Callable[[str], Answer]

PATIENCE_SECONDS = 8.0
REMEMBERED_SECONDS = 10.0
MOST_REMEMBERED = 1000

log = logging.getLogger(__name__)


class Recipients:
    """Only what is ours is remembered: a list made just now must be found at once."""

    def __init__(self, is_ours: IsOurs) -> None:
        self._is_ours = is_ours
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="recipients")
        self._known: dict[str, tuple[float, Answer]] = {}

    async def ask(self, address: str) -> Answer:
        """What ``is_ours`` says; "try later" when it fails or takes too long. Never raises."""
        loop = asyncio.get_running_loop()
        until, known = self._known.get(address, (0.0, "unknown"))
        if until > loop.time():
            return known
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await loop.run_in_executor(self._threads, self._is_ours, address)
        except Exception as error:  # noqa: BLE001 - a database that is down must not refuse for good
            log.warning("could not look up a recipient: %s", type(error).__name__)
            return "try later"
        if answer in ("ours", "our mark"):
            self._remember(address, loop.time() + REMEMBERED_SECONDS, answer)
        return answer

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _remember(self, address: str, until: float, answer: Answer) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[address] = (until, answer)
