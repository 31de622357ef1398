"""Group commit: shared commits, own answers, and no answer before the commit."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest import arrivals as group_commit
from ingest.arrivals import Arrivals
from storage.database import DiskFull, Unavailable
from storage.records import Arrival


def _arrival(text: str) -> Arrival:
    raw = text.encode()
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    return Arrival(raw, "alice@charity.example", ("news@lists.example.org",), "", "", now)


class Store:
    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.bad: dict[str, Exception] = {}
        self.go_on = threading.Event()
        self.go_on.set()

    def keep(self, batch: list[Arrival]) -> None:
        self.go_on.wait(10)
        names = [arrival.raw.decode() for arrival in batch]
        for name in names:
            if name in self.bad:
                raise self.bad[name]
        self.batches.append(names)

    @property
    def kept(self) -> list[str]:
        return sorted(name for batch in self.batches for name in batch)


@pytest.fixture
def store() -> Store:
    return Store()


def _run(store: Store, story: Callable[[Arrivals], Coroutine[Any, Any, None]]) -> None:
    async def told() -> None:
        arrivals = Arrivals(store.keep)
        try:
            await story(arrivals)
        finally:
            store.go_on.set()
            await arrivals.close()

    asyncio.run(told())


def test_who_arrives_together_shares_a_commit(store: Store) -> None:
    async def story(arrivals: Arrivals) -> None:
        store.go_on.clear()
        first = asyncio.create_task(arrivals.keep(_arrival("first")))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(arrivals.keep(_arrival(f"{n:02}"))) for n in range(20)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in (first, *others))
        store.go_on.set()
        await asyncio.gather(first, *others)

    _run(store, story)
    assert store.batches == [["first"], [f"{n:02}" for n in range(20)]]


def test_one_bad_arrival_does_not_fail_the_others(store: Store) -> None:
    store.bad["bad"] = ValueError("cannot be stored")

    async def story(arrivals: Arrivals) -> None:
        store.go_on.clear()
        names = ["first", "a", "bad", "b"]
        tasks = [asyncio.create_task(arrivals.keep(_arrival(name))) for name in names]
        await asyncio.sleep(0.05)
        store.go_on.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [type(None)] * 2 + [ValueError, type(None)]

    _run(store, story)
    assert store.kept == ["a", "b", "first"]


@pytest.mark.parametrize("error", [Unavailable("away"), DiskFull("full")])
def test_everybody_is_told_when_nothing_can_be_kept(store: Store, error: Exception) -> None:
    store.bad = dict.fromkeys(("a", "b", "c"), error)

    async def story(arrivals: Arrivals) -> None:
        tasks = [arrivals.keep(_arrival(name)) for name in ("a", "b", "c")]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [type(error)] * 3
        await arrivals.keep(_arrival("later"))

    _run(store, story)
    assert store.kept == ["later"]


def test_who_waited_too_long_is_told_and_not_kept_behind_their_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "PATIENCE_SECONDS", 0.1)
    done: list[str] = []

    async def story(arrivals: Arrivals) -> None:
        store.go_on.clear()
        first = asyncio.create_task(arrivals.keep(_arrival("first"), lambda: done.append("first")))
        await asyncio.sleep(0.02)
        second = asyncio.create_task(
            arrivals.keep(_arrival("second"), lambda: done.append("second"))
        )
        results = await asyncio.gather(first, second, return_exceptions=True)
        assert [type(result) for result in results] == [TimeoutError, TimeoutError]
        assert done == []  # both are still in memory
        store.go_on.set()
        await arrivals.keep(_arrival("third"))

    _run(store, story)
    assert "second" not in store.kept
    assert "third" in store.kept
    assert sorted(done) == ["first", "second"]


def test_a_client_that_hangs_up_does_not_stop_the_commit(store: Store) -> None:
    async def story(arrivals: Arrivals) -> None:
        store.go_on.clear()
        task = asyncio.create_task(arrivals.keep(_arrival("a")))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.sleep(0)
        store.go_on.set()

    _run(store, story)
    assert store.kept == ["a"]


def test_closing_writes_what_waits_and_then_takes_nothing(store: Store) -> None:
    async def story(arrivals: Arrivals) -> None:
        tasks = [asyncio.create_task(arrivals.keep(_arrival(f"{n:03}"))) for n in range(250)]
        await asyncio.sleep(0)
        await arrivals.close()
        await asyncio.gather(*tasks)
        with pytest.raises(Unavailable):
            await arrivals.keep(_arrival("too late"))

    _run(store, story)
    assert len(store.kept) == 250
    assert max(len(batch) for batch in store.batches) <= group_commit.MOST_TOGETHER


def test_a_batch_is_bounded_in_bytes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_BYTES_TOGETHER", 1000)

    async def story(arrivals: Arrivals) -> None:
        store.go_on.clear()
        tasks = [asyncio.create_task(arrivals.keep(_arrival("x" * 400))) for _ in range(10)]
        await asyncio.sleep(0.05)
        store.go_on.set()
        await asyncio.gather(*tasks)

    _run(store, story)
    assert max(len(batch) for batch in store.batches) == 3


def test_not_any_number_may_wait(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 5)

    async def story(arrivals: Arrivals) -> None:
        store.go_on.clear()
        tasks = [asyncio.create_task(arrivals.keep(_arrival(str(n)))) for n in range(5)]
        await asyncio.sleep(0)
        freed: list[bool] = []
        with pytest.raises(Unavailable):
            await arrivals.keep(_arrival("one more"), lambda: freed.append(True))
        await asyncio.sleep(0)
        assert freed == [True]
        store.go_on.set()
        await asyncio.gather(*tasks)

    _run(store, story)
    assert store.kept == ["0", "1", "2", "3", "4"]


def test_a_locked_database_is_not_tried_for_each_of_a_batch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def keep(_batch: list[Arrival]) -> None:
        nonlocal calls
        calls += 1
        time.sleep(0.05)
        raise Unavailable("locked")

    monkeypatch.setattr(store, "keep", keep)

    async def story(arrivals: Arrivals) -> None:
        tasks = [arrivals.keep(_arrival(str(n))) for n in range(50)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {Unavailable}

    _run(store, story)
    assert calls <= 3
