"""What all processes of the service have in memory for themselves, watched. No tests here."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


@dataclass
class Peak:
    """Bytes, each the largest that was seen."""

    together: int = 0
    first: int = 0
    """Of the process that was started."""
    children: int = 0
    samples: int = 0

    def __str__(self) -> str:
        return (
            f"peak {self.together / MIB:.0f} MiB (the service {self.first / MIB:.0f}, its readers "
            f"together {self.children / MIB:.0f}), {self.samples} samples"
        )


@contextmanager
def watched(process: int, every_seconds: float = 0.1) -> Iterator[Peak]:
    """Samples the process and all below it; what they share is divided among them (PSS)."""
    peak, stop = Peak(), threading.Event()

    def watch() -> None:
        while not stop.wait(every_seconds):
            note(peak, process)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        stop.set()
        watcher.join(10)


def note(peak: Peak, process: int) -> None:
    first = memory_of(process)
    children = sum(map(memory_of, below(process)))
    peak.first = max(peak.first, first)
    peak.children = max(peak.children, children)
    peak.together = max(peak.together, first + children)
    peak.samples += 1


def below(parent: int) -> list[int]:
    """All processes that descend from it."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for number in map(int, task.read_text().split()):
                found += [number, *below(number)]
    return found


def memory_of(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def settled_at(process: int, seconds: float = 3.0) -> int:
    """What it has when it has been left alone for a while."""
    time.sleep(seconds)
    return memory_of(process) + sum(map(memory_of, below(process)))
