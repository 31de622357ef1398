"""A database that cannot be read stops us; we never begin anew on top of it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.servers import Installation


def test_a12_a_damaged_database_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "postround.db"
    damaged = b"SQLite format 3\0" + os.urandom(20_000)
    file.write_bytes(damaged)
    installation = Installation.at(tmp_path, f"sqlite:///{file}", {})
    for part in ("run", "smtp", "clock", "sender", "web"):
        said = installation.command(part, code=1)
        assert said.startswith("postround: The database cannot be opened")
        assert said.count("\n") == 1
        assert "Traceback" not in said
    assert file.read_bytes() == damaged
