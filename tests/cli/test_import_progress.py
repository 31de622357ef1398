"""A long import tells how far it is, also where there is no terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import cli.readers
from cli.main import postround


def test_a_line_now_and_then_and_one_at_the_end(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("POSTROUND_OUTGOING", f"maildir:{tmp_path}/out")
    monkeypatch.setattr(cli.readers, "PROGRESS_ROWS", 1000)
    runner = CliRunner()
    runner.invoke(postround, ["list", "add", "news@lists.example", "--name", "Town News"])
    file = tmp_path / "readers.csv"
    rows = [f"reader{number}@house.example" for number in range(1200)]
    file.write_text("\n".join(["email", *rows, "nonsense"]) + "\n", encoding="utf-8")
    done = runner.invoke(postround, ["subscriber", "import", "news", str(file)])
    assert done.exit_code == 0, done.output
    assert "1000 of 1201 rows" in done.stderr and "1201 of 1201 rows" in done.stderr
    assert "line 1202: nonsense is no email address" in done.stdout
    assert "1200 added" in done.stdout
