"""The journal: what must stay done when an older copy of the database is put back.

A file beside the database, one JSON object a line, written before each commit. It names rows by
their numbers and no person by an address. What a restored copy makes of it is in replay.py.
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

Entry = dict[str, Any]

KEPT = timedelta(days=60)
"""A copy older than this is put back as if there were no journal."""
PRUNED_EVERY = timedelta(days=7)
BEFORE = timedelta(minutes=10)
"""A line may stand before the mark of a copy that does not have its transaction yet."""
LESSER = {"letter"}
"""Lines for which nobody waits for the disk: a power cut costs a question asked twice."""
MANY = {"letter", "mail"}
"""Lines of which there are thousands: the disk is waited for once a second. A machine that loses
its power and its database in the same second may send what left in it once more."""
SYNC_SECONDS = 1.0

log = logging.getLogger("postround.journal")
_as_json = json.JSONEncoder(separators=(",", ":")).encode


def note(tx: Connection, what: str, **values: Any) -> None:
    """Lets the journal have a line when this transaction is about to be committed."""
    tx.info.setdefault("journal", []).append({"what": what} | values)


class Journal:
    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._kept: int | None = None
        self._one_thread = threading.Lock()
        self._gap = False
        self._synced = 0.0

    def append(self, entries: Sequence[Entry]) -> None:
        """Writes the lines to the disk. A journal that cannot be written stops nobody: the gap
        is noted, and a copy from before it is then put back as if there were no journal."""
        if self.path is None or not entries:
            return
        try:
            gap = [{"what": "gap"}] if self._gap else []
            lines = b"".join(map(_line, [*gap, *entries]))
            with self._open() as file:
                _write(file, lines)
                if self._is_due(entries):
                    os.fsync(file)
                    self._synced = time.monotonic()
            self._gap = False
        except OSError as error:
            if not self._gap:
                log.error("the journal %s cannot be written: %s", self.path, error.strerror)
            self._gap = True

    def _is_due(self, entries: Sequence[Entry]) -> bool:
        kinds = {entry["what"] for entry in entries}
        if kinds <= LESSER:
            return False
        return not kinds <= MANY or time.monotonic() - self._synced > SYNC_SECONDS

    def usable(self) -> bool:
        """Whether lines can be written now."""
        if self.path is None:
            return False
        self.close()  # what is open stays writable, whatever became of the file's rights
        try:
            with self._open():
                return True
        except OSError:
            return False

    def close(self) -> None:
        with self._one_thread:
            self._let_go()

    def prune(self, now: datetime) -> None:
        """Leaves out what is older than the oldest copy that it could serve; once a week is
        enough."""
        if self.path is None or not self.path.exists():
            return
        first, since = next(read([self.path]), None), now - KEPT
        if first is None or at(first) >= since - PRUNED_EVERY:
            return
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        with self._open(), fresh.open("wb") as file:  # nobody else writes now
            begun = {"at": since.isoformat(), "what": "begun", "floors": floors([self.path])}
            file.write(_line(begun))
            # Line by line: of a large list it may have a million.
            file.writelines(_line(entry) for entry in read([self.path]) if at(entry) >= since)
            file.flush()
            os.fsync(file.fileno())
            fresh.replace(self.path)

    @contextmanager
    def _open(self) -> Iterator[int]:
        """The file, ours alone meanwhile, and kept open; a new one says since when it is kept."""
        assert self.path is not None
        with self._one_thread:  # the lock on a file does not part those who share its descriptor
            while True:
                file = self._kept = self._kept or _opened(self.path)
                fcntl.flock(file, fcntl.LOCK_EX)
                status = os.fstat(file)
                if _is_at(status, self.path):
                    break
                self._let_go()  # it was pruned, before or while we waited
            try:
                if not status.st_size:
                    _write(file, _line({"what": "begun"}))
                yield file
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            os.close(kept)


def read(paths: Iterable[Path]) -> Iterator[Entry]:
    """The entries of one file after the other. A line that was cut off by a crash is passed over:
    what it told of was never committed."""
    for path in paths:
        with path.open("rb") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                    at(entry)
                except (ValueError, KeyError, TypeError):
                    continue
                yield entry


def at(entry: Entry) -> datetime:
    moment = datetime.fromisoformat(entry["at"])
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def floors(paths: Iterable[Path]) -> dict[str, int]:
    """The highest numbers that tables were told to go on from, by their names."""
    found: dict[str, int] = {}
    for entry in read(paths):
        for name, number in entry.get("floors", {}).items():
            found[name] = max(found.get(name, 0), number)
    return found


def since_copy(entries: Iterable[Entry], copy: str, made_at: datetime) -> list[Entry] | None:
    """What was noted since the copy of that id was made; None when that is not all there.

    ``entries`` are those of one file, which may be long: only what is wanted is held.
    """
    found: list[Entry] = []
    begun = wanted = False
    for entry in entries:
        if not begun and at(entry) > made_at:
            return None
        begun = True
        is_mark = entry["what"] == "copy" and entry.get("id") == copy
        wanted = wanted or is_mark or at(entry) >= made_at - BEFORE
        if wanted and entry["what"] == "gap":
            return None
        if wanted:
            found.append(entry)
    return found if begun else None


def _line(entry: Entry) -> bytes:
    # A new line first: half a line that a crash left must not swallow this one.
    whole = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")} | entry
    return b"\n" + _as_json(whole).encode()


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _write(file: int, data: bytes) -> None:
    if os.write(file, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _is_at(status: os.stat_result, path: Path) -> bool:
    try:
        return os.path.samestat(status, path.stat())
    except FileNotFoundError:
        return False
