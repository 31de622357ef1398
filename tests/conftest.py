"""Fixtures that several areas share; what only one area needs stands in that area's own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.needs import PROOF_RUN
from tests.postgresql import Cluster, running_cluster

# No deadline: other work on the same two cores is not a fault of ours. The short run always tries
# the same examples, so that it never turns red for a change that is not to blame; proof varies.
settings.register_profile("short", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("proof", max_examples=2000, deadline=None)
settings.load_profile("proof" if PROOF_RUN else "short")

BOTH_DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """One private server for the whole run, started when the first test asks for it."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def postgresql_url(postgresql_cluster: Cluster) -> Iterator[str]:
    """DATABASE_URL of an empty database on PostgreSQL, for tests that need exactly that one."""
    name = postgresql_cluster.fresh_database()
    yield postgresql_cluster.url(name)
    postgresql_cluster.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """DATABASE_URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/postround.db"


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """DATABASE_URL of an empty database; the test runs twice, on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
