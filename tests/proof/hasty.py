"""Short leases, so that a proof that kills thirty times need not wait for minutes after each. A
process that tests/warm.py starts has them where ``HASTY`` stands in front of its words."""

from __future__ import annotations

from datetime import timedelta

import delivery.lane
import delivery.leases
import digest.claimed
import digest.run

SENDERS = timedelta(seconds=12)
CLOCKS = timedelta(seconds=5)


def hasten() -> None:
    """From now on leases are short in this process."""
    for module in (delivery.leases, delivery.lane):
        vars(module)["LEASE"] = SENDERS
    for module in (digest.claimed, digest.run):
        vars(module)["LEASE"] = CLOCKS
    delivery.leases.BEAT_SECONDS = 1.5
    delivery.leases.GRACE_SECONDS = 4.0
