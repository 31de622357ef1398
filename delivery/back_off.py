"""How long to wait after a failure, of one mail or of the whole way out."""

from __future__ import annotations

import random
from datetime import timedelta

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
LAST_WAIT = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(hours=72)
LEAST_TRIES = 4

IDLE_SECONDS = 0.5
LONGEST_REST_SECONDS = 60.0


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits that has failed now and ``attempts`` times before.

    A little is left to chance, so that what failed together does not come back together.
    """
    wait = WAITS[attempts] if attempts < len(WAITS) else LAST_WAIT
    return wait * random.uniform(1.0, 1.1)


def rest_after(failures: int) -> float:
    """Seconds until the next look at the outbox, after so many failures of the way out in a row:
    nobody calls a smarthost that is down a thousand times a minute."""
    return min(IDLE_SECONDS * 2.0 ** min(failures, 10), LONGEST_REST_SECONDS)
