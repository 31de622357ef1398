"""The machine is gone: a copy is put back on a new one, where Postround never ran."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import postround

Ask = Callable[..., str]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """What a command prints in a folder of its own, or the sentence with which it refuses."""

    def run(folder: Path, *words: str, refused: bool = False, **settings: str) -> str:
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        for name in ("DATABASE_URL", "POSTROUND_SECRET"):
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(postround, list(words))
        assert done.exit_code == (1 if refused else 0), (done.output, done.exception)
        return str(done.exception) if refused else done.output

    return run


@pytest.fixture
def copy(ask: Ask, tmp_path: Path) -> Path:
    old = tmp_path / "old"
    ask(old, "list", "add", "news@lists.example", "--name", "Town News")
    ask(old, "backup", "../copy.tar.gz")
    return tmp_path / "copy.tar.gz"


def secret(folder: Path) -> str:
    (file,) = folder.glob("*.secret")
    assert file.stat().st_mode & 0o777 == 0o600
    return file.read_text()


def test_a13_the_secret_comes_with_the_copy(ask: Ask, copy: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    said = ask(new, "restore", str(copy))
    assert "sending is on hold" in said  # for there is no journal
    assert secret(new) == secret(tmp_path / "old")
    (shown,) = json.loads(ask(new, "list", "show", "--json"))
    assert shown["address"] == "news@lists.example"


def test_a13_another_secret_in_the_settings_is_not_overruled(
    ask: Ask, copy: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    other = {"POSTROUND_SECRET": "not the one of the copy"}
    said = ask(new, "restore", str(copy), refused=True, **other)
    assert said.startswith("POSTROUND_SECRET is not the one of this copy")
    right = ask(new, "restore", str(copy), "--show-secret", **other).strip()
    assert right == secret(tmp_path / "old")
    ask(new, "restore", str(copy), POSTROUND_SECRET=right)
    assert "news@lists.example" in ask(new, "list", "show", POSTROUND_SECRET=right)


def test_a_copy_that_cannot_be_written_says_so(ask: Ask, tmp_path: Path) -> None:
    said = ask(tmp_path / "old", "backup", "nowhere/copy.tar.gz", refused=True)
    assert said.startswith("The file ") and "cannot be used" in said
