"""The alarm clock wakes the ticks, and stops when it is told to."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime

import pytest

import digest.clock
from digest.clock import next_round_up, run_clock
from storage.records import MailingList
from tests.digest.town import Town, local


def test_f14_the_next_round_up_is_the_earliest_of_the_lists_timetables() -> None:
    here = MailingList(1, "news", "lists.example", "News", daily="09:00")
    found = next_round_up(here, local("2026-11-23", "09:30"))
    assert found is not None
    assert (found[0], found[1].at) == ("weekly", local("2026-11-23"))
    assert (
        next_round_up(MailingList(1, "a", "b.example", "C", timezone="Nowhere"), local("mon"))
        is None
    )


async def _until(condition: object, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "nothing happened"
        await asyncio.sleep(0.02)


def test_the_clock_sends_what_is_due_at_its_start_says_what_comes_next_and_stops(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    carol = town.reader("carol", "straight away")
    town.post("Now", datetime.now(UTC))

    async def play() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(run_clock(town.db, stop))
        await _until(lambda: town.mails(carol))
        stop.set()
        await asyncio.wait_for(running, 10)

    asyncio.run(play())
    assert town.mails(carol) == [["Now"]]
    assert "news@lists.example: next round-up" in caplog.text


def test_the_clock_goes_on_after_a_fault(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: list[datetime] = []

    def breaks(_db: object, now: datetime, _stop: object) -> None:
        ticks.append(now)
        raise RuntimeError("broken")

    monkeypatch.setattr(digest.clock, "tick", breaks)
    monkeypatch.setattr(digest.clock, "LOOK_EVERY_SECONDS", 0.1)

    async def play() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(run_clock(town.db, stop))
        await _until(lambda: len(ticks) >= 3)
        stop.set()
        await asyncio.wait_for(running, 10)

    asyncio.run(play())
