"""A copy of the database as a file: the rows of every table, the secret, and a sum for each part.

The same for SQLite and PostgreSQL, so that a copy of the one can be put back into the other.
Writes and reads the file; which rows go in, and where they come to, stands elsewhere.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
SECRET = "secret"


class BadArchive(Exception):
    """The file is no copy of ours, or not as it was written. The text is one sentence."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table in the archive."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    id: str
    made_at: datetime
    revision: str
    """Of the tables, at the time."""
    database: str
    """sqlite or postgresql"""
    secret_sha256: str
    parts: dict[str, Part] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)
    """The highest number that each table ever gave."""

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts.values())


class Writer:
    """Writes beside ``path`` and puts the finished file in its place at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(path.name + ".part")
        # A file that was left by a crash may have another mode.
        self._part.unlink(missing_ok=True)
        number = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(number, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w:gz", compresslevel=1)  # noqa: SIM115

    def table(self, name: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Part:
        # A member's length stands before it, so the rows wait in a file of their own.
        with tempfile.TemporaryFile(dir=self.path.parent) as lines:
            total, count = hashlib.sha256(), 0
            for row in rows:
                line = json.dumps([_encoded(value) for value in row]).encode() + b"\n"
                total.update(line)
                lines.write(line)
                count += 1
            self._add(f"tables/{name}", lines)
        return Part(columns, count, total.hexdigest())

    def finish(self, manifest: Manifest, secret: str) -> None:
        self._add(SECRET, io.BytesIO(secret.encode()))
        whole = asdict(manifest) | {"format": FORMAT, "made_at": manifest.made_at.isoformat()}
        self._add(MANIFEST, io.BytesIO(json.dumps(whole, indent=1).encode()))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        read_manifest(self._part)  # what cannot be read back does not replace an older copy
        self._part.replace(self.path)

    def give_up(self) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _add(self, name: str, content: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size = content.seek(0, io.SEEK_END)
        member.mode = 0o600
        content.seek(0)
        self._tar.addfile(member, content)


def read_manifest(path: Path) -> Manifest:
    """What the archive holds, after every part was compared with its sum. Raises BadArchive."""
    sums: dict[str, str] = {}
    text = b""
    with _whole(path):
        for name, content in _members(path):
            total = hashlib.sha256()
            while block := content.read(1 << 20):
                total.update(block)
                text = text + block if name == MANIFEST else text
            sums[name] = total.hexdigest()
    manifest = _parsed(text)
    wanted = {f"tables/{name}": part.sha256 for name, part in manifest.parts.items()}
    wanted[SECRET] = manifest.secret_sha256
    sums.pop(MANIFEST, None)
    if sums != wanted:
        raise BadArchive("The copy is damaged: a part is missing, or not as it was written.")
    return manifest


def secret_of(path: Path) -> str:
    with _whole(path):
        for name, content in _members(path):
            if name == SECRET:
                return content.read().decode()
    raise BadArchive("The copy holds no secret.")


def tables(path: Path) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """The tables in the order in which they were written, each with its rows."""
    for name, content in _members(path):
        if name.startswith("tables/"):
            yield name.removeprefix("tables/"), _rows(content)


def _rows(content: IO[bytes]) -> Iterator[list[Any]]:
    for line in content:
        yield [_decoded(value) for value in json.loads(line)]


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with _whole(path), tarfile.open(path, "r:gz") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Around whatever reads from the file: it may end, or be wrong, at any byte."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadArchive(f"{path} is not a whole copy of a database: {error}.") from error


def _parsed(text: bytes) -> Manifest:
    try:
        whole = json.loads(text)
        if whole.pop("format") != FORMAT:
            raise BadArchive("The copy was made by a newer Postround.")
        parts = {
            name: Part(tuple(part["columns"]), part["rows"], part["sha256"])
            for name, part in whole.pop("parts").items()
        }
        made_at = datetime.fromisoformat(whole.pop("made_at"))
        return Manifest(parts=parts, made_at=made_at, **whole)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadArchive("The file is not a copy of a database of ours.") from error


def _encoded(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"t": value.astimezone(UTC).isoformat()}
    return {"d": value.isoformat()} if isinstance(value, date) else value


def _decoded(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "b" in value:
        return base64.b64decode(value["b"])
    if "t" in value:
        return datetime.fromisoformat(value["t"])
    return date.fromisoformat(value["d"])
