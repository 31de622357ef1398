"""No letter takes the service down: readers are limited, replaced, and die with their parent."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.supervise import ReadingRoom, Unreadable, is_heavy
from tests import misreading
from tests.proof.memory import below

MIB = 2**20


@pytest.fixture
def room() -> Iterator[ReadingRoom]:
    # Whatever the load of the machine, only what sleeps comes to the end of the patience.
    with ReadingRoom(
        imports=["tests.misreading"], seconds=0.3, patience=200, memory=64 * MIB
    ) as room:
        yield room


def test_a_reading_comes_back_whole(room: ReadingRoom) -> None:
    raw = bytes(range(256)) * 28
    assert room.ask(misreading.read_well, raw) == misreading.read_well(raw)


def test_reading_is_done_in_another_process_without_our_environment(
    room: ReadingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROUND_SECRET", "x")
    assert room.ask(misreading.who) != os.getpid()
    assert set(room.ask(misreading.environment)) <= {"PYTHONPATH", "LC_ALL", "LC_CTYPE"}


@pytest.mark.parametrize(
    ("work", "argument", "reason"),
    [
        (misreading.spin, b"", "too much computing time"),
        (misreading.spin_in_c, b"", "too much computing time"),
        (misreading.hog, 200 * MIB, "too much memory"),
        (misreading.recurse, b"", "RecursionError"),
        (misreading.leave, 3, "exit code 3"),
        (misreading.crash, 1, "SIGSEGV"),
        (misreading.be_killed, signal.SIGABRT, "SIGABRT"),
    ],
)
def test_i1_a_letter_that_breaks_its_reader_is_unreadable_and_the_next_is_read(
    room: ReadingRoom, work: Callable[[Any], object], argument: object, reason: str
) -> None:
    with pytest.raises(Unreadable, match=reason) as failed:
        room.ask(work, argument)
    assert not failed.value.again
    assert room.ask(misreading.read_well, b"abc").subject == "3 bytes"


def test_i1_a_letter_at_which_its_reader_sleeps_is_given_up() -> None:
    with ReadingRoom(imports=["tests.misreading"], seconds=0.3) as impatient:
        with pytest.raises(Unreadable, match="too long") as failed:
            impatient.ask(misreading.sleep, 100.0)
        assert not failed.value.again
    with ReadingRoom(imports=["tests.misreading"]) as patient:
        assert patient.ask(misreading.read_well, b"abc").subject == "3 bytes"


def test_a_fault_of_ours_is_named_without_the_strangers_words(room: ReadingRoom) -> None:
    before = room.ask(misreading.who)
    with pytest.raises(Unreadable, match=r"ValueError at misreading\.py:\d+") as failed:
        room.ask(misreading.fail, "Mallory was here")
    assert "Mallory" not in str(failed.value)
    assert room.ask(misreading.who) == before, "a fault alone costs no reader"


def test_i1_a_reader_killed_from_outside_is_replaced_and_asked_again(room: ReadingRoom) -> None:
    pid = room.ask(misreading.who)
    os.kill(pid, signal.SIGKILL)
    assert room.ask(misreading.who) != pid


def test_i1_a_letter_whose_readers_are_killed_may_be_tried_later(room: ReadingRoom) -> None:
    with pytest.raises(Unreadable, match="killed") as failed:
        room.ask(misreading.be_killed, signal.SIGKILL)
    assert failed.value.again


def test_a_stopped_reader_is_given_up() -> None:
    with ReadingRoom(imports=["tests.misreading"], seconds=0.2, patience=1.0) as room:
        with pytest.raises(Unreadable, match="too long"):
            room.ask(misreading.be_stopped)
        assert room.ask(len, b"abc") == 3


def test_memory_that_stays_with_a_reader_goes_with_it() -> None:
    with ReadingRoom(imports=["tests.misreading"]) as room:
        first = room.ask(misreading.keep, 100 * MIB)
        second = room.ask(misreading.keep, 1)
        assert first != second
        assert room.ask(misreading.keep, 1) == second


def test_readers_are_replaced_by_warm_ones() -> None:
    with ReadingRoom(imports=["tests.misreading"], letters=3) as room:
        seen: list[int] = []
        while len(set(seen)) < 3 and len(seen) < 2000:
            seen.append(room.ask(misreading.who))
            time.sleep(0.001)
        assert len(set(seen)) == 3
        assert seen == sorted(seen, key=seen.index), "nobody comes back"


def test_a_large_letter_has_room_and_more_time() -> None:
    with ReadingRoom() as roomy:
        raw = os.urandom(MIB) * 25
        assert roomy.ask(bytes, raw) == raw


def test_an_answer_cannot_run_code_here(room: ReadingRoom, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    with pytest.raises(Unreadable, match="no record"):
        room.ask(misreading.send_a_trap, str(trap))
    assert not trap.exists()


def test_a_reader_writes_no_files(room: ReadingRoom, tmp_path: Path) -> None:
    assert room.ask(misreading.write_a_file, str(tmp_path / "x")) == "OSError"


def test_what_cannot_start_says_so() -> None:
    with (
        ReadingRoom(imports=["no.such.module"]) as room,
        pytest.raises(Unreadable, match="did not start") as failed,
    ):
        room.ask(len, b"")
    assert failed.value.again


def test_many_threads_share_a_few_readers() -> None:
    with (
        ReadingRoom(imports=["tests.misreading"], children=2) as room,
        ThreadPoolExecutor(8) as threads,
    ):
        pids = set(threads.map(lambda _: room.ask(misreading.who), range(200)))
        assert len(pids) <= 2


def test_the_second_reader_starts_when_two_letters_are_there_at_once() -> None:
    before = set(below(os.getpid()))
    with (
        ReadingRoom(imports=["tests.misreading"], children=2) as room,
        ThreadPoolExecutor(2) as threads,
    ):
        for _ in range(3):
            room.ask(misreading.who)
        assert len(set(below(os.getpid())) - before) == 1
        list(threads.map(lambda _: room.ask(misreading.sleep, 0.3), range(2)))
        assert len(set(below(os.getpid())) - before) == 2


def test_a_reader_that_is_killed_while_it_starts_is_followed_by_another() -> None:
    before = set(below(os.getpid()))
    with ReadingRoom(imports=["tests.misreading", "ingest.draft"]) as room:
        (reader,) = set(below(os.getpid())) - before
        os.kill(reader, signal.SIGKILL)
        began = time.monotonic()
        while not room.is_warm(0.2) and time.monotonic() < began + 20:
            pass
        assert room.is_warm(0.0)
        assert room.ask(misreading.who) != reader


def test_the_event_loop_lives_on_while_a_letter_is_read(room: ReadingRoom) -> None:
    async def both() -> int:
        spinning = asyncio.create_task(asyncio.to_thread(room.ask, misreading.sleep, 0.2))
        ticks = 0
        while not spinning.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks

    assert asyncio.run(both()) >= 5


def test_a_closed_room_reads_nothing_and_leaves_nobody() -> None:
    room = ReadingRoom(imports=["tests.misreading"])
    pid = room.ask(misreading.who)
    room.close()
    assert not alive(pid)
    with pytest.raises(Unreadable, match="stopping") as failed:
        room.ask(len, b"")
    assert failed.value.again


PARENT = """
import os, sys, threading, time
from ingest.supervise import ReadingRoom
from tests import misreading
from tests.proof.memory import below
room = ReadingRoom(imports=["tests.misreading"], seconds=0.5, patience=2.0)
print(room.ask(misreading.who), flush=True)
if sys.argv[1] == "busy":
    threading.Thread(target=room.ask, args=(misreading.sleep, 60), daemon=True).start()
time.sleep(60)
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_no_reader_outlives_a_killed_parent(state: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, state], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.1)
    parent.kill()
    parent.communicate()
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive(pid)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_typical_letter_costs_little_more_than_its_reading() -> None:
    raw = b"x" * 7000
    with ReadingRoom(imports=["tests.misreading"]) as room:
        room.ask(misreading.read_well, raw)
        before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        for _ in range(300):
            room.ask(misreading.read_well, raw)
        elapsed = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
    ours = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert ours / 300 < 0.002, f"{elapsed / 300 * 1000:.2f} ms a letter"


def test_c4_whoever_needs_more_memory_gets_it_when_alone() -> None:
    """A small letter may hold a large picture; two such at once would be too much for us."""
    with ReadingRoom(
        imports=["tests.misreading"], seconds=2, memory=300 * MIB, little_memory=64 * MIB
    ) as room:
        assert room.ask(misreading.hog, 128 * MIB) == 128
        with pytest.raises(Unreadable, match="too much memory"):
            room.ask(misreading.hog, 400 * MIB)


def test_c4_files_are_read_one_at_a_time() -> None:
    large, file = b"x" * 2**20, b"Content-Transfer-Encoding: Base64\n"
    assert is_heavy(large) and is_heavy(file)
    assert not is_heavy(b"Content-Transfer-Encoding: quoted-printable\n")


def test_i1_nobody_is_asked_to_read_before_a_reader_is_there() -> None:
    with ReadingRoom(imports=["tests.misreading"]) as room:
        assert not room.is_warm(0)
        assert room.is_warm(30)
        assert room.ask(len, b"abc") == 3
