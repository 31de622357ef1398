"""Kill the service at any moment, as often as you like: nothing is lost and nothing comes twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.needs import times
from tests.proof.outcome import assert_each_is_one_post_with_one_notice, wait_until_settled
from tests.proof.senders import sending
from tests.proof.town import town
from tests.servers import Installation

CLIENTS = 8


@pytest.mark.proof
def test_a1_a2_kill_9_of_the_whole_service_under_load(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    """What was not acknowledged is sent again by the senders, as mail servers do."""
    installation = town(new_installation, sqlite_url)
    smtp = installation.start("smtp")
    kills, enough = times(2, 100), times(50, 20_000)
    with sending(installation.smtp_port, CLIENTS) as told:
        while kills > 0 or len(told.acknowledged) < enough:
            time.sleep(random.uniform(0.3, times(1, 2)))
            if kills > 0:
                smtp.kill()
                smtp.wait()
                smtp = installation.start("smtp")
                kills -= 1
    wait_until_settled(sqlite_url, 60)
    print(f"{len(told.acknowledged)} posts acknowledged, answers {told.codes}")
    assert_each_is_one_post_with_one_notice(sqlite_url, told.acknowledged)


@pytest.mark.proof
def test_i1_killed_readers_cost_no_letter_and_no_minute(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    """As the kernel does when memory runs out: it takes the children that read."""
    installation = town(new_installation, sqlite_url)
    smtp = installation.start("smtp")
    with sending(installation.smtp_port, 2) as told:
        for _ in range(times(2, 100)):
            time.sleep(random.uniform(0.2, 1.0))
            for child in _children(smtp.pid):
                os.kill(child, signal.SIGKILL)
    ended = time.monotonic()
    wait_until_settled(sqlite_url, 60)
    print(
        f"{len(told.acknowledged)} posts, settled {time.monotonic() - ended:.1f} s after the last"
    )
    assert_each_is_one_post_with_one_notice(sqlite_url, told.acknowledged)


def _children(parent: int) -> list[int]:
    """The processes that ``parent`` started, or that setpriv in its place did."""
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(number) for task in tasks for number in task.read_text().split()]
