"""The worst that clients do at once to our memory, with honest mail among it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import quantiles

import pytest

from tests.needs import times
from tests.proof.honest import Honest, posting_every_second, wait_until_told
from tests.proof.memory import MIB, settled_at, watched
from tests.proof.town import town
from tests.servers import CHECKOUT, Installation, not_longer_than_we_live

MOST_MEMORY = 512 * MIB
HONEST_WITHIN = times(10, 2)
"""Seconds: the short form shares two cores with all the other tests, and shows no speed."""
TOLD_WITHIN = 60.0


@pytest.mark.proof
@pytest.mark.timeout(0)
def test_b12_b13_c2_c4_the_worst_attack_has_a_bound_in_memory(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    seconds = times(4, 120)
    installation = town(new_installation, sqlite_url, POSTROUND_LIMIT_CONNECTIONS_PER_SOURCE="20")
    installation.warm = False  # what it shares with a process that was there before is hidden
    service = installation.start("run")
    quiet = settled_at(service.pid, times(1, 3))
    with _attack(installation.smtp_port, seconds) as attack, watched(service.pid) as peak:
        assert attack.stdout is not None
        assert attack.stdout.readline() == "ready\n"
        honest = Honest()
        posting_every_second(installation.smtp_port, honest, time.monotonic() + seconds)
        heard = attack.communicate(timeout=60)[0]
    after = settled_at(service.pid, times(1, 3))
    late = wait_until_told(installation.outgoing, honest, TOLD_WITHIN)
    p95 = quantiles(honest.seconds, n=20)[-1] if len(honest.seconds) > 1 else 0.0
    print(heard)
    print(f"memory: {quiet / MIB:.0f} MiB at rest, {peak}, {after / MIB:.0f} MiB afterwards")
    print(f"{len(honest.seconds)} honest posts: p95 {p95:.2f} s, at most {max(honest.seconds):.2f}")
    print(f"the last was told of after {max(late.values()):.1f} s")
    assert service.poll() is None
    assert not honest.refused, honest.refused
    assert late.keys() == honest.sent_at.keys()
    assert p95 <= HONEST_WITHIN
    assert peak.together <= MOST_MEMORY


def _attack(port: int, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.proof.attack", str(port), str(seconds)]
    return subprocess.Popen(
        [*not_longer_than_we_live(), *command],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
