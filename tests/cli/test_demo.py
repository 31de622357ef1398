"""The demonstration: it must play to its end, and touch nothing that is not its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.app import Failure
from cli.demo import demo


def test_a_week_is_played_to_its_end_twice_in_the_same_folder(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "service.log").write_text("of the time before")
    played = CliRunner().invoke(demo, ["--folder", str(folder)], catch_exceptions=False)
    assert played.exit_code == 0
    assert re.search(r"Done in \d+ seconds", played.output)
    assert len(list((folder / "mails").glob("*.eml"))) > 60
    assert "Rent repayment" in (folder / "edition-carol.html").read_text()
    assert " ERROR " not in (folder / "service.log").read_text()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "service.log").write_text("")
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(Failure, match=r"diary\.txt"):
        CliRunner().invoke(demo, ["--folder", str(tmp_path)], catch_exceptions=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["diary.txt", "service.log"]
