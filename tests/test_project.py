"""The project as a whole: what is loaded from where, what is locked, and that nothing is unsaid."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli.main import postround
from config import Settings

CHECKOUT = Path(__file__).parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
TOP_LEVEL: list[str] = PROJECT["tool"]["importlinter"]["root_packages"]
LOCKS = (
    "requirements.txt",
    "requirements-test.txt",
    "requirements-build.txt",
    "requirements-audit.txt",
    "requirements-mutation.txt",
)


@pytest.mark.parametrize("package", TOP_LEVEL)
def test_each_package_is_loaded_from_the_checkout(package: str, tmp_path: Path) -> None:
    # Outside the checkout, where a dependency's package of the same name would win.
    code = f"import {package}; print({package}.__file__)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(loaded.stdout.strip()) == CHECKOUT / package / "__init__.py"


def test_the_procfile_names_every_process() -> None:
    lines = dict(
        line.split(": ", 1) for line in (CHECKOUT / "Procfile").read_text().splitlines() if line
    )
    assert lines == {
        "release": "postround migrate",
        "web": "postround web",
        "smtp": "postround smtp",
        "clock": "postround clock",
        "sender": "postround sender",
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_locked_has_a_hash_and_no_lock_names_where_it_came_from(lock: str) -> None:
    text = (CHECKOUT / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^ *#.*\n", "", text))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        (
            "requirements-test.txt",
            PROJECT["project"]["dependencies"]
            + PROJECT["project"]["optional-dependencies"]["test"],
        ),
        ("requirements-build.txt", PROJECT["build-system"]["requires"]),
    ],
)
def test_what_is_declared_is_locked(lock: str, declared: list[str]) -> None:
    pins = re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^ ;\\]+)", (CHECKOUT / lock).read_text())
    locked = {canonicalize_name(name): version for name, version in pins}
    for requirement in map(Requirement, declared):
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"{requirement} is not in {lock}: make lock"
        assert version in requirement.specifier, f"{requirement}, locked {version}: make lock"


def test_no_test_file_shadows_another_or_a_package_of_ours() -> None:
    files = list((CHECKOUT / "tests").rglob("*.py"))
    assert [file for file in files if file.name == "__init__.py"] == []
    names = Counter(file.name for file in files if file.name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_licences_of_what_we_build_on_allow_it() -> None:
    page = (CHECKOUT / "docs" / "licences.md").read_text()
    found: dict[str, list[str]] = {"named": [], "unknown": []}
    for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", (CHECKOUT / LOCKS[0]).read_text()):
        with suppress(PackageNotFoundError):  # for another system
            licence = _licence(metadata(name))
            if re.search(r"\b(LGPL|MPL)-", licence):
                found["named"].append(name)
            elif not re.search(r"\b(MIT|BSD|ISC|Apache|PSF|PSFL|Python Software)\b", licence):
                found["unknown"].append(f"{name}: {licence}")
    assert found["unknown"] == []
    assert len(found["named"]) >= 5
    assert [name for name in found["named"] if name not in page] == []


def _licence(about: PackageMetadata) -> str:
    said = [about[name] for name in ("License-Expression", "License") if name in about]
    said += [one for one in about.get_all("Classifier") or [] if one.startswith("License")]
    return " ".join(one.partition("\n")[0] for one in said)


@pytest.mark.parametrize("field", [field.name for field in fields(Settings)])
def test_every_setting_is_in_the_docs(field: str) -> None:
    name = "DATABASE_URL" if field == "database_url" else f"POSTROUND_{field.upper()}"
    assert re.search(rf"\b{name}\b", _docs())


def test_every_command_is_in_the_docs() -> None:
    docs, commands = _docs(), list(_commands(postround, "postround"))
    assert len(commands) > 50
    assert [words for words in commands if words not in docs] == []


def _docs() -> str:
    """Everything written for people who run Postround, with line ends and dressing taken out."""
    pages = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
    return re.sub(r"\s+", " ", " ".join(page.read_text() for page in pages))


def _commands(command: click.Command, words: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield words
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        part = command.get_command(context, name)
        assert part is not None
        if not part.hidden:
            yield from _commands(part, f"{words} {name}")
