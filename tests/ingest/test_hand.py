"""The letters in hand: what is over leaves the memory."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from datetime import UTC, datetime
from typing import cast

import pytest

from ingest.examine import Failed
from ingest.hand import Hand
from storage.records import Letter


class Large(bytearray):
    """Bytes of which can be seen whether they are still there."""


def test_a_circle_of_frames_does_not_keep_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.hand.MOST_BEHIND", 1000)
    told = threading.Semaphore(0)
    kept: list[weakref.ref[Large]] = []

    def examine(letter: Letter) -> Failed:
        assert isinstance(letter.raw, Large)
        kept.append(weakref.ref(letter.raw))
        try:
            raise TimeoutError
        except TimeoutError as error:
            unanswered = error  # as a resolver does, which keeps what failed
            return Failed(letter, type(unanswered).__name__)

    gc.disable()
    try:
        in_hand = Hand(examine, lambda: told.release(), 1)
        for number in range(3):
            in_hand.take(_letter(number, Large(b"." * 600)))
            assert told.acquire(timeout=10)
            (ready,) = in_hand.due(1)
            in_hand.let_go(ready.letter)
            del ready
        until = time.monotonic() + 10
        while any(one() is not None for one in kept[:2]) and time.monotonic() < until:
            time.sleep(0.01)
        assert [one() is None for one in kept[:2]] == [True, True]
    finally:
        gc.enable()


def _letter(number: int, raw: Large) -> Letter:
    now = datetime.now(UTC)
    return Letter(
        number, cast(bytes, raw), "m@home.example", "news@lists.example.org", "", "", now, "new"
    )
