"""What an operator sees of a post."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import postround
from storage import noticed, posts
from storage.database import Database
from storage.records import Flag
from tests.storage.rows import new_list, new_post


def test_h2_flags_and_notes_are_shown(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    with database.write() as tx:
        post = new_post(tx, new_list(tx))
        posts.revise(tx, post.id, {"notes": ("It may hold something private.",)})
        noticed.set_flags(tx, post.id, [Flag("personal_data", "nhs")])
    database.close()
    (shown,) = json.loads(CliRunner().invoke(postround, ["post", "show", "1", "--json"]).output)
    assert shown["flags"] == [{"kind": "personal_data", "detail": "nhs"}]
    plain = CliRunner().invoke(postround, ["post", "show", "1"]).output
    assert "- It may hold something private." in plain
