"""``python -m tests.proof.hasty WORDS``: postround WORDS with short leases, so that a proof that
kills thirty times need not wait for minutes after each."""

from __future__ import annotations

from datetime import timedelta

import delivery.lane
import delivery.leases
import digest.claimed
import digest.run
from cli.main import main

SENDERS = timedelta(seconds=12)
CLOCKS = timedelta(seconds=5)

if __name__ == "__main__":
    for module in (delivery.leases, delivery.lane):
        vars(module)["LEASE"] = SENDERS
    for module in (digest.claimed, digest.run):
        vars(module)["LEASE"] = CLOCKS
    delivery.leases.BEAT_SECONDS = 1.5
    delivery.leases.GRACE_SECONDS = 4.0
    main()
