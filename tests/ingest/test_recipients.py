"""Asking whether an address is ours: remembered when it is, asked again when it is not."""

from __future__ import annotations

import asyncio

import pytest

from ingest import recipients as asking
from ingest.recipients import Answer, Recipients


class Lists:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.known = {"news@lists.example.org"}

    def is_ours(self, address: str) -> Answer:
        self.asked.append(address)
        return "ours" if address in self.known else "unknown"


def test_ours_is_remembered_and_unknown_is_not() -> None:
    lists = Lists()

    async def story() -> None:
        recipients = Recipients(lists.is_ours)
        for _ in range(3):
            assert await recipients.ask("news@lists.example.org") == "ours"
            assert await recipients.ask("jobs@lists.example.org") == "unknown"
        lists.known.add("jobs@lists.example.org")
        assert await recipients.ask("jobs@lists.example.org") == "ours"
        recipients.close()

    asyncio.run(story())
    assert lists.asked.count("news@lists.example.org") == 1
    assert lists.asked.count("jobs@lists.example.org") == 4


def test_nothing_is_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "REMEMBERED_SECONDS", 0.0)
    monkeypatch.setattr(asking, "MOST_REMEMBERED", 10)
    lists = Lists()
    lists.known = {f"news{n}@lists.example.org" for n in range(100)}

    async def story() -> None:
        recipients = Recipients(lists.is_ours)
        for address in lists.known:
            await recipients.ask(address)
        assert len(recipients._known) <= 10
        assert await recipients.ask("news1@lists.example.org") == "ours"
        recipients.close()

    asyncio.run(story())
    assert lists.asked.count("news1@lists.example.org") == 2


def test_what_fails_is_for_later() -> None:
    def is_ours(_address: str) -> Answer:
        raise OSError("no route to the database")

    async def story() -> None:
        recipients = Recipients(is_ours)
        assert await recipients.ask("news@lists.example.org") == "try later"
        recipients.close()

    asyncio.run(story())
