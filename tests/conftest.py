"""Fixtures that several areas share; what only one area needs stands in that area's own folder."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.catching import CatchingServer, catching
from tests.needs import PROOF_RUN, has_room
from tests.postgresql import Cluster, running_cluster
from tests.servers import Installation

if TYPE_CHECKING:
    from storage.database import Database

# No deadline: other work on the same two cores is not a fault of ours. The short run always tries
# the same examples, so that it never turns red for a change that is not to blame; proof varies.
settings.register_profile("short", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("proof", max_examples=2000, deadline=None)
settings.load_profile("proof" if PROOF_RUN else "short")

# Commits wait for the disk, which is a third of the time of a test with SQLite; memory does not
# wait. Proof runs keep the disk: there it belongs to what is tried.
MEMORY_DISK = Path("/dev/shm")
ROOM = 2 * 1024**3
if not PROOF_RUN and has_room(MEMORY_DISK, ROOM):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_DISK))

BOTH_DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def pytest_collection_finish() -> None:
    """Eleven thousand tests are no garbage, and need not be looked through for it each time."""
    gc.collect()
    gc.freeze()


# Databases. The tables are made once for each run and copied for each test. ------------------


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """One private server for the whole run, started when the first test asks for it."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgresql_template(postgresql_cluster: Cluster) -> str:
    name = postgresql_cluster.fresh_database()
    _migrated(postgresql_cluster.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_kept() -> list[str]:
    """The database of the last test, for the next one."""
    return []


@pytest.fixture
def postgresql_url(
    postgresql_cluster: Cluster, postgresql_template: str, postgresql_kept: list[str]
) -> str:
    """DATABASE_URL of a database with all tables on PostgreSQL."""
    # Emptied now and not after the test: by now all processes of the last one have ended.
    kept = postgresql_kept.pop() if postgresql_kept else ""
    postgresql_kept.append(postgresql_cluster.empty_database(postgresql_template, kept))
    return postgresql_cluster.url(postgresql_kept[0])


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """DATABASE_URL of a SQLite file with all tables."""
    shutil.copy(sqlite_template, tmp_path / "postround.db")
    return f"sqlite:///{tmp_path}/postround.db"


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """DATABASE_URL with all tables and no rows; the test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened."""
    from storage.database import Database

    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=BOTH_DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """DATABASE_URL without any table, for tests of the migrations; on both databases."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/postround.db"
        return
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    name = cluster.fresh_database()
    yield cluster.url(name)
    cluster.drop_database(name)


def _migrated(url: str) -> None:
    # Imported here: tests that need no database, the most by far, start two seconds sooner.
    from storage.database import Database
    from storage.schema import migrate

    database = Database(url)
    migrate(database)
    database.close()


# The real service and the server behind it. --------------------------------------------------


@pytest.fixture
def catching_server() -> Iterator[CatchingServer]:
    """A server that takes every mail and keeps it, on a free port of this machine."""
    with catching() as server:
        yield server


@pytest.fixture
def new_installation(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Makes installations by ``new_installation(database_url, NAME="value")``; stops them all."""
    with ExitStack() as at_the_end:

        def new(database_url: str, **settings: str) -> Installation:
            installation = Installation.at(tmp_path, database_url, settings)
            at_the_end.callback(installation.stop)
            return installation

        yield new


@pytest.fixture
def installation(new_installation: Callable[..., Installation], database_url: str) -> Installation:
    """One installation with an empty database; the test runs on SQLite and on PostgreSQL."""
    return new_installation(database_url)


@pytest.fixture(autouse=True)
def _usual_umask() -> None:
    """A command that ran in this process made its files private, and all later ones with them:
    servers that run as another user could not read theirs."""
    os.umask(0o022)
