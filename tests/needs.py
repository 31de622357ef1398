"""What a test needs from the machine, and how long a long test runs.

Not for starting anything: that is in tests/postgresql.py and tests/servers.py.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

PROGRAMS = {"postgresql": "initdb", "poppler-utils": "pdftotext", "chromium-driver": "chromedriver"}
"""The program by which a Debian package is known, where it is not the package's own name."""

PROOF_RUN = os.environ.get("POSTROUND_PROOF_RUN") == "1"


def need(package: str) -> Path:
    """The program of this Debian package; without it the test is skipped with one line.

    With POSTROUND_REQUIRE_ALL=1, as in CI, the test fails instead: there a skip hides a gap.
    """
    program = find_program(PROGRAMS.get(package, package))
    if not program:
        lacking(f"needs {package}, which this machine lacks (apt install {package})")
    return program


def need_root() -> None:
    if os.geteuid() != 0:
        lacking("needs to be run as root")


def lacking(reason: str) -> NoReturn:
    """Ends the test as skipped, or as failed where everything is required."""
    if os.environ.get("POSTROUND_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def find_program(name: str) -> Path | None:
    # Debian keeps servers out of a plain user's PATH, and PostgreSQL's even out of root's.
    folders = [*os.get_exec_path(), "/usr/sbin", *_newest_first("/usr/lib/postgresql")]
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None


def has_room(folder: Path, size: int) -> bool:
    """Whether tests can keep their files there, programs among them."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= size and not found.f_flag & os.ST_NOEXEC


def times(short: int, full: int) -> int:
    """How often a long test repeats: ``short`` in ``make test``, ``full`` in ``make proof``."""
    return full if PROOF_RUN else short


def _newest_first(folder: str) -> list[str]:
    versions = [path for path in Path(folder).glob("*/bin") if path.parent.name.isdigit()]
    versions.sort(key=lambda path: int(path.parent.name), reverse=True)
    return [str(path) for path in versions]
