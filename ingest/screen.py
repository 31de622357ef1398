"""What is noticed about a letter before it comes to a desk: signs of spam, and our own name forged.

A suspicion never refuses anything: the post is held and shown with it. Only whoever writes under a
list's own domain without proof is turned away, because readers would take such a post for ours.
"""

from __future__ import annotations

import logging
import time

from delivery.addresses import read_address
from ingest import spam
from ingest.matter import Matter, Outcome
from storage import outgoing
from storage.addresses import a_labels
from storage.records import Letter, Proof, Reading

SLOW_SECONDS = 4.0
"""A scanner that says nothing for so long is not asked again for a while."""
PAUSE_SECONDS = 30.0

log = logging.getLogger("postround.letters")


class Scanning:
    """The operator's spam scanner, if there is one. May be shared by threads."""

    def __init__(self, setting: str) -> None:
        self._scanner = spam.read_setting(setting)
        self._pause_until = 0.0

    def suspicions(self, letter: Letter, reading: Reading, proof: Proof) -> tuple[str, ...]:
        """Why the letter may be spam, in words for the moderator; () when nothing says so."""
        began = time.monotonic()
        scanner = self._scanner if began >= self._pause_until else None
        envelope = spam.Envelope(letter.mail_from, letter.recipient, letter.peer, letter.helo)
        said = spam.judge(letter.raw, reading, proof, scanner, envelope)
        if said.verdict == "unknown" and time.monotonic() - began > SLOW_SECONDS:
            # A flood must not wait for it letter by letter.
            log.warning("the spam scanner does not answer; not asked for %d s", PAUSE_SECONDS)
            self._pause_until = time.monotonic() + PAUSE_SECONDS
        return said.reasons if said.verdict in ("spam", "suspect") else ()


def forged_as_ours(matter: Matter) -> Outcome | None:
    """Refuses, unanswered, who writes as one of our lists, or unproven under a list's domain.

    Their replies are let through: a mark says more than a domain, and so does the Message-ID of a
    mail of ours. Leaving is let through because the address itself is asked about it.
    """
    if read_address(matter.author, matter.every) is not None:
        return Outcome("refused", "It names one of our own lists as its sender.")
    domain = a_labels(matter.author.rpartition("@")[2])
    if matter.proof.aligned or domain not in {one.domain for one in matter.every}:
        return None
    if matter.to.mark or matter.to.purpose == "leave":
        return None
    if outgoing.by_message_id(matter.pen.tx, matter.reading.answers[:50]) is not None:
        return None
    return Outcome("refused", "It writes under our own domain, and nothing proves that it may.")
