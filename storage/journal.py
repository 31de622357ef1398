"""The journal: what must stay done when an older copy of the database is put back.

A file beside the database, one JSON object a line, written before each commit. It names rows by
their numbers and no person by an address. What a restored copy makes of it is in replay.py.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection

Entry = dict[str, Any]

KEPT = timedelta(days=60)
"""A copy older than this is put back as if there were no journal."""
BEFORE = timedelta(minutes=10)
"""A line may stand before the mark of a copy that does not have its transaction yet."""
LESSER = {"letter"}
"""Lines for which nobody waits for the disk: a power cut costs a question asked twice."""
MANY = {"letter", "mail"}
"""Lines of which there are thousands: the disk is waited for once a second. A machine that loses
its power and its database in the same second may send what left in it once more."""
SYNC_SECONDS = 1.0

log = logging.getLogger("postround.journal")


def note(tx: Connection, what: str, **values: Any) -> None:
    """Lets the journal have a line when this transaction is about to be committed."""
    tx.info.setdefault("journal", []).append({"what": what} | values)


class Journal:
    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._gap = False
        self._synced = 0.0

    def append(self, entries: Sequence[Entry]) -> None:
        """Writes the lines to the disk. A journal that cannot be written stops nobody: the gap
        is noted, and a copy from before it is then put back as if there were no journal."""
        if self.path is None or not entries:
            return
        try:
            with self._open() as file:
                if self._gap:
                    file.write(_line({"what": "gap"}))
                file.write(b"".join(map(_line, entries)))
                file.flush()
                if self._is_due(entries):
                    os.fsync(file.fileno())
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
        try:
            with self._open():
                return True
        except OSError:
            return False

    def prune(self, now: datetime) -> None:
        """Leaves out what is older than the oldest copy that it could serve."""
        if self.path is None or not self.path.exists():
            return
        since = now - KEPT
        entries = list(read([self.path]))
        if not entries or at(entries[0]) >= since:
            return
        floors: dict[str, int] = {}
        for entry in entries:
            floors |= entry.get("floors", {})
        begun = {"at": since.isoformat(), "what": "begun", "floors": floors}
        with self._open() as file:
            # Read again: now nobody else writes.
            kept = [entry for entry in read([self.path]) if at(entry) >= since]
            content = b"".join(map(_line, [begun, *kept]))
            fresh = self.path.with_name(self.path.name + ".new")
            fresh.write_bytes(content)
            fresh.chmod(0o600)
            _sync(fresh)
            fresh.replace(self.path)
            file.flush()

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        """The file, ours alone until we close it; a new one says since when it is kept."""
        assert self.path is not None
        while True:
            number = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(number, "ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not _is_at(file, self.path):
                    continue  # it was pruned while we waited
                if os.fstat(file.fileno()).st_size == 0:
                    file.write(_line({"what": "begun"}))
                yield file
                return


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


def since_copy(entries: Sequence[Entry], copy: str, made_at: datetime) -> list[Entry] | None:
    """What was noted since the copy of that id was made; None when that is not all there.

    ``entries`` are those of one file.
    """
    if not entries or at(entries[0]) > made_at:
        return None
    mark = next(
        (
            number
            for number, entry in enumerate(entries)
            if entry["what"] == "copy" and entry.get("id") == copy
        ),
        len(entries),
    )
    start = next(
        (number for number, entry in enumerate(entries) if at(entry) >= made_at - BEFORE),
        len(entries),
    )
    found = list(entries[min(mark, start) :])
    return None if any(entry["what"] == "gap" for entry in found) else found


def _line(entry: Entry) -> bytes:
    # A new line first: half a line that a crash left must not swallow this one.
    whole = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")} | entry
    return b"\n" + json.dumps(whole, separators=(",", ":")).encode()


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
