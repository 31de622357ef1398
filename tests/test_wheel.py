"""A wheel made from the project is whole: everything in our packages is in it, and it starts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
TOP_LEVEL: list[str] = PROJECT["tool"]["importlinter"]["root_packages"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A copy: building leaves folders behind, and old ones would hide that a file is forgotten.
    source = tmp_path_factory.mktemp("source")
    for package in TOP_LEVEL:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / package, source / package, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    _pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", source, source)
    return next(source.glob("*.whl"))


def test_the_wheel_carries_every_file_of_our_packages(wheel: Path) -> None:
    ours = {
        str(file.relative_to(CHECKOUT))
        for package in TOP_LEVEL
        for file in (CHECKOUT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    carried = set(zipfile.ZipFile(wheel).namelist())
    assert sorted(ours - carried) == []
    top_level = {name.split("/")[0] for name in carried if ".dist-info/" not in name}
    assert sorted(top_level) == TOP_LEVEL


def test_the_wheel_starts_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    if not (CHECKOUT / "cli" / "main.py").exists():
        pytest.skip("there is no command yet")
    fresh = tmp_path / "fresh"
    venv.create(fresh, symlinks=True)
    _pip("--python", fresh / "bin" / "python", "install", "--no-deps", "--no-index", wheel)
    # Its dependencies are lent from here, so that no network is needed. A .pth file's folder does
    # not bring in that folder's own .pth files, so the checkout itself stays out of it.
    site_packages = next(fresh.glob("lib/python3*/site-packages"))
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    started = subprocess.run(
        [fresh / "bin" / "postround", "--help"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stderr
    assert "Usage: postround" in started.stdout


def _pip(*words: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, words)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
