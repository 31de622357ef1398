"""The bounded stream gives the same lines and letters however the bytes are cut into packets."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.crowd import InFlight, Load
from ingest.guard import BadLine, BoundedStream, NotMail, TooLarge


class _Transport:
    def __init__(self) -> None:
        self.paused = False

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


Heard = list[bytes | str]


async def _listen(pieces: list[bytes], most: int, *, lines: int) -> Heard:
    """First a line, then a letter, then lines, as they come out of the stream."""
    stream = BoundedStream(cast(asyncio.Transport, _Transport()))
    hearing = asyncio.create_task(_hear(stream, most, lines))
    for piece in pieces:
        stream.feed(piece)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    stream.feed_eof()
    return await hearing


async def _hear(stream: BoundedStream, most: int, lines: int) -> Heard:
    heard: Heard = []
    load = Load(InFlight(10**9), "", lambda: None)
    try:
        heard.append(await stream.readuntil())
        heard.append(await stream.read_message(load, most, 10**6))
        for _ in range(lines):
            try:
                heard.append(await stream.readuntil())
            except BadLine as error:
                heard.append(str(error))
    except asyncio.CancelledError:
        heard.append("the end")
    except (NotMail, TooLarge) as error:
        heard.append(type(error).__name__)
    return heard


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(data)) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


tokens = st.sampled_from(
    [b"\r\n", b"\r", b"\n", b".", b"a", b"\r\n.\r\n", b"\0", b"NOOP\r\n", b"\xff"]
)


@given(st.lists(tokens, max_size=20), st.lists(st.integers(0, 60), max_size=8))
def test_packets_make_no_difference(words: list[bytes], cuts: list[int]) -> None:
    data = b"DATA\r\n" + b"".join(words)
    whole = asyncio.run(_listen([data], 1000, lines=5))
    assert asyncio.run(_listen(_cut(data, cuts), 1000, lines=5)) == whole
    assert asyncio.run(_listen(_cut(data, list(range(len(data)))), 1000, lines=5)) == whole


@given(st.lists(tokens, max_size=20))
def test_a_letter_ends_at_the_first_true_end_and_nowhere_else(words: list[bytes]) -> None:
    sent = b"".join(words)
    heard = asyncio.run(_listen([b"DATA\r\n" + sent], 1000, lines=0))
    framed = b"\r\n" + sent
    end = framed.find(b"\r\n.\r\n")
    assert heard[1] == ("the end" if end < 0 else framed[2 : end + 2])


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_a_letter_over_the_limit_is_read_to_its_end_and_dropped(size: int) -> None:
    data = b"DATA\r\n" + b"a" * 3000 + b"\r\n.\r\n" + b"NOOP\r\n"
    pieces = [data[at : at + size] for at in range(0, len(data), size)]

    async def story() -> Heard:
        stream = BoundedStream(cast(asyncio.Transport, _Transport()))

        async def hear() -> Heard:
            heard: Heard = [await stream.readuntil()]
            try:
                await stream.read_message(Load(InFlight(10**9), "", lambda: None), 500, 10**6)
            except TooLarge:
                heard.append("too large")
            return [*heard, await stream.readuntil()]

        hearing = asyncio.create_task(hear())
        most = 0
        for piece in pieces:
            stream.feed(piece)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            most = max(most, len(stream._buffer))
        assert most < 1600
        return await hearing

    assert asyncio.run(story()) == [b"DATA\r\n", "too large", b"NOOP\r\n"]


def test_whoever_sends_faster_than_we_answer_is_held_back() -> None:
    async def story() -> None:
        transport = _Transport()
        stream = BoundedStream(cast(asyncio.Transport, transport))
        for _ in range(10_000):
            if transport.paused:
                break
            stream.feed(b"NOOP aaaaaaaa\r\n")
        assert transport.paused
        assert len(stream._buffer) < 100_000
        for _ in range(len(stream._buffer) // 15):
            assert await stream.readuntil() == b"NOOP aaaaaaaa\r\n"
        waiting = asyncio.create_task(stream.readuntil())
        await asyncio.sleep(0)
        assert not transport.paused
        stream.feed(b"QUIT\r\n")
        assert await waiting == b"QUIT\r\n"

    asyncio.run(story())


def test_a_letter_put_down_in_mid_way_still_ends_where_it_ends() -> None:
    async def story() -> None:
        stream = BoundedStream(cast(asyncio.Transport, _Transport()))
        load = Load(InFlight(10**9), "", lambda: None)
        reading = asyncio.create_task(stream.read_message(load, 10**6, 10**6))
        await asyncio.sleep(0)
        stream.feed(b"Subject: x\r\n\r\n" + b"a" * 1000 + b"\r\n.")
        await asyncio.sleep(0)
        stream.give_up(RuntimeError("no room"))
        assert len(stream._buffer) == 4
        stream.feed(b"\r\nNOOP\r\n")
        with pytest.raises(RuntimeError):
            await reading
        assert await stream.readuntil() == b"NOOP\r\n"

    asyncio.run(story())
