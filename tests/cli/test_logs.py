"""H4, I2: the log names no person and no mark, and the service does without it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from cli.logs import Mask, set_up_logs
from cli.upkeep import Upkeep
from config import Settings
from storage.database import Database
from storage.tables import mailing_list
from tests.journeys.conftest import plant
from tests.journeys.letters import post
from tests.servers import Installation
from tests.storage.rows import new_list

SECRET = "a secret for tests only"
BODY = "a body of a mail"
MARK = "02ab1k2l1m" + "a" * 20


def mask() -> Mask:
    made = Mask(SECRET)
    made.show(["news@lists.example.org"])
    return made


@pytest.mark.parametrize(
    "address",
    [
        "carol@home.example",
        "Carol.O'Neill+x@home.example",
        '"carol x"@home.example',
        "ç@home.example",
    ],
)
def test_h4_of_a_person_a_keyed_hash_and_the_domain_are_logged(address: str) -> None:
    line = mask()(f"550 no such user <{address}>: carol")
    assert address not in line
    assert line.startswith("550 no such user <") and "…@home.example>: carol" in line
    assert line == mask()(f"550 no such user <{address}>: carol")
    assert line != Mask("another secret")(f"550 no such user <{address}>: carol")


def test_h4_our_own_lists_can_be_read_and_their_marks_cannot() -> None:
    said = mask()(f"news@lists.example.org, news-verdict+{MARK}@lists.example.org, /leave/{MARK}")
    assert said == "news@lists.example.org, news-verdict+…@lists.example.org, /leave/…"


def test_h4_a_list_that_is_added_while_we_run_can_soon_be_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, seconds = Mask(SECRET), 100.0
    monkeypatch.setattr("cli.upkeep.time.monotonic", lambda: seconds)
    upkeep = Upkeep(database, Settings(secret=SECRET), ("web",), {}, show=made.show)
    upkeep.look()
    assert "jobs@" not in made("to jobs@lists.example.org")
    with database.write() as tx:
        new_list(tx, name="jobs")
    seconds += 10.1
    upkeep.look()
    assert made("to jobs@lists.example.org") == "to jobs@lists.example.org"


def test_h4_a_long_line_is_masked_at_once() -> None:
    started = time.process_time()
    for bait in ("a" * 100_000, "a@" * 50_000, '"' * 100_000, "+" * 100_000, "a.b" * 33_000 + "@x"):
        mask()(bait)
    assert time.process_time() - started < 2


def test_h4_an_error_of_the_database_holds_no_values(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    before = logging.getLogger().handlers
    try:
        set_up_logs(Settings(secret=SECRET, log="json"))
        with database.engine.begin() as tx:
            tx.execute(mailing_list.insert().values(name=BODY, created_at=None))
    except DBAPIError as error:
        logging.getLogger("postround").error("it broke", exc_info=error)
    finally:
        logging.getLogger().handlers = before
    said = json.loads(capsys.readouterr().err)
    assert said["message"] == "it broke" and "Traceback" in said["trace"]
    assert BODY not in said["trace"]
    with database.read() as tx:
        assert tx.execute(select(mailing_list)).all() == []


def test_i2_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, sqlite_url: str) -> None:
    plant(sqlite_url)
    here = Installation.at(tmp_path, sqlite_url, {})
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "run"],
            stdout=full,
            stderr=full,
            cwd=tmp_path,
            env=here.environment,
        )
    here.processes["run"] = process
    try:
        here._wait_for_port("run", here.smtp_port)
        for number in range(3):
            sent = here.send(
                post(f"Post {number}", number=number),
                "alice@charity.example",
                "news@lists.example.org",
            )
            assert sent == {}
            here.wait_for_mail(letter="post_held", subject=f"Post {number}")
    finally:
        process.terminate()
        process.wait(10)


def test_i2_a_log_server_that_goes_away_stops_nothing(tmp_path: Path, sqlite_url: str) -> None:
    plant(sqlite_url)
    here = Installation.at(tmp_path, sqlite_url, {})
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "run"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=here.environment,
    )
    here.processes["run"] = process
    try:
        here._wait_for_port("run", here.smtp_port)
        assert process.stderr is not None
        process.stderr.close()
        assert here.send(post(), "alice@charity.example", "news@lists.example.org") == {}
        here.wait_for_mail(letter="post_held")
    finally:
        process.terminate()
        process.wait(10)
