"""A service with one list and its moderator, whose limits no test reaches. No tests here."""

from __future__ import annotations

from collections.abc import Callable

from tests.needs import PROOF_RUN
from tests.proof.senders import NEWS
from tests.servers import Installation

NO_LIMITS = {
    "POSTROUND_LIMIT_POSTS_PER_SENDER_HOUR": "10000000",
    "POSTROUND_LIMIT_STRANGERS_PER_HOUR": "10000000",
    "POSTROUND_LIMIT_CONNECTIONS_PER_SOURCE": "200",
    # The name servers of this machine are not what is measured.
    "POSTROUND_DNS_SERVER": "127.0.0.1",
}


def town(new_installation: Callable[..., Installation], url: str, **settings: str) -> Installation:
    installation = new_installation(url, **(NO_LIMITS | settings))
    installation.warm = not PROOF_RUN  # there what a start costs is measured, too
    installation.command("list", "add", NEWS, "--name", "Partnership News")
    installation.command("moderator", "add", "news", "bob@council.example", "--name", "Bob")
    return installation
