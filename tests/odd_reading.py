"""Readers that fail on one letter, for tests in which a child process must find them by name."""

from __future__ import annotations

import time
from typing import Any

from ingest.inspect import inspect

BAIT = b"\r\n\r\nyes"


def stuck(raw: bytes) -> dict[str, Any]:
    """Stands for a reader that a letter's body has caught in an endless loop."""
    while BAIT in raw:
        time.sleep(0.01)
    return inspect(raw)


def greedy(raw: bytes) -> dict[str, Any]:
    """Stands for a reader to which a letter's body costs more memory than there is."""
    if BAIT in raw:
        bytearray(2**40)
    return inspect(raw)
