"""The process in which strangers' letters are read, one after the other, under limits.

Only ingest/reader.py starts it, as ``python -m ingest.supervise_child FD IMPORTS``. It has no
settings, no database and no secrets, and ends by itself when the far end of its socket does.
"""

from __future__ import annotations

import gc
import importlib
import pickle
import resource
import signal
import socket
import struct
import sys
import traceback
from contextlib import suppress
from pathlib import Path

TASK = struct.Struct(">QQddQ")
"""Before a task: its length and that of its letter, seconds of CPU time, seconds in all, bytes of
memory."""
LENGTH = struct.Struct(">Q")
READY = b"+"
STAYS, LEAVES = b"+", b"-"
"""After an answer: whether this child takes another letter."""
GROWN_TOO_MUCH = 64 * 1024 * 1024
"""Bytes that a child may keep after a letter before it leaves, to give the memory back."""


def main(arguments: list[str]) -> None:
    """Serves tasks on the inherited socket until it ends."""
    with socket.socket(fileno=int(arguments[0])) as channel:
        for name in filter(None, arguments[1].split(",")):
            importlib.import_module(name)
        at_start = _bytes_in_use()
        _confine()
        mapped, most = _bytes_in_use(mapped=True), resource.getrlimit(resource.RLIMIT_AS)[1]
        channel.sendall(READY)
        while (head := receive(channel, TASK.size)) is not None:
            *task, memory = TASK.unpack(head)
            resource.setrlimit(resource.RLIMIT_AS, (_least(mapped + memory, most), most))
            if not _serve(channel, *task):
                return
            if _bytes_in_use() - at_start > GROWN_TOO_MUCH:
                channel.sendall(LEAVES)
                return
            channel.sendall(STAYS)


def receive(channel: socket.socket, size: int) -> bytearray | None:
    """So many bytes, or None when the other side has gone."""
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        more = channel.recv_into(view[got:])
        if more == 0:
            return None
        got += more
    return data


def _confine() -> None:
    """Limits that hold for whatever is read: no files, no core dumps. Each task has its memory."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        # When the machine runs out of memory, the kernel shall take this process and not the door.
        Path("/proc/self/oom_score_adj").write_text("600")
    for number in (signal.SIGPROF, signal.SIGALRM):
        # The default action ends the process even inside C code, which no handler of ours could.
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    gc.collect()
    gc.freeze()


def _least(wanted: int, most: int) -> int:
    return wanted if most == resource.RLIM_INFINITY else min(wanted, most)


def _serve(
    channel: socket.socket, length: int, letter_length: int, cpu_seconds: float, seconds: float
) -> bool:
    """Answers one task. False when the parent has gone."""
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    # Also the end of a child whose parent is killed while it works.
    signal.setitimer(signal.ITIMER_REAL, seconds)
    task, letter = receive(channel, length), receive(channel, letter_length)
    if task is None or letter is None:
        return False
    answer = _answer(task, letter)
    channel.sendall(LENGTH.pack(len(answer)))
    channel.sendall(answer)
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return True


def _answer(task: bytearray, letter: bytearray) -> bytes:
    try:
        work, takes_letter, args, kwargs = pickle.loads(task)
        if takes_letter:
            args = (bytes(letter), *args)
            letter.clear()  # it may be 25 MiB
        return pickle.dumps(("done", work(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps(("memory", ""))
    except Exception as error:  # noqa: BLE001 - the parent is told, and this process serves on
        return pickle.dumps(("error", _where(error)))


def _where(error: Exception) -> str:
    """Kind and place of a fault of ours, the innermost first, without a word of the stranger's."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-3:])
    places = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {' < '.join(places)}"


def _bytes_in_use(*, mapped: bool = False) -> int:
    """Memory of this process, or with ``mapped`` its address space; 0 where that is not known."""
    try:
        fields = Path("/proc/self/statm").read_bytes().split()
    except OSError:
        return 0
    return int(fields[0 if mapped else 1]) * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1:])
