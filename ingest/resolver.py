"""One way to ask the DNS, shared by all checks of who sent a letter, with a bound on the time.

Silence and breakage are never an empty answer: they raise, so that nobody mistakes them for "no".
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

import dns.exception
import dns.rdata
import dns.resolver

LIFETIME = 3.0
"""Seconds for one question, over all tries and name servers."""
TRY = 1.2
"""Seconds for one try, so that one lost packet does not use up the whole time."""
CACHED_ANSWERS = 2000
SILENCES = 3
"""So many time-outs in a row make us ask whether our own name server still lives."""
PROBE = 0.4
"""Seconds in which it must answer that; everything together stays below five."""
PAUSE = 15.0
"""Seconds for which a name server that does not answer even about the root is not waited for."""
NO_WAIT = 0.05
"""Seconds for a question in that pause: enough for what is in the cache."""


class Unanswered(Exception):
    """The DNS did not answer in time, or its answer was a failure. Says nothing about the name."""


class Resolver(Protocol):
    def look_up(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        """Records of one kind ("TXT", "A", "AAAA", "MX", "PTR") at ``name``; () for none.

        A TXT record's strings come joined without a separator (RFC 7208 §3.3, RFC 6376 §3.6.2.2);
        names come without the last dot. Raises Unanswered after ``seconds`` or when the DNS fails.
        """


class Dns:
    """Resolver over one dnspython object with a cache that keeps to the records' time to live.

    Without ``nameservers`` the machine's own settings count. May be shared by threads.
    """

    def __init__(self, nameservers: Sequence[str] = (), port: int = 53) -> None:
        if nameservers:
            self._resolver = dns.resolver.Resolver(configure=False)
            self._resolver.nameservers = list(nameservers)
            self._resolver.port = port
        else:
            self._resolver = _machine_resolver()
        self._resolver.timeout = TRY
        self._resolver.cache = dns.resolver.LRUCache(CACHED_ANSWERS)
        self._silences = 0
        self._dead_until = 0.0

    def look_up(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        if seconds <= 0:
            raise Unanswered(f"no time left to ask for {kind} {name}")
        try:
            answer = self._ask(name.rstrip(".") + ".", kind, min(seconds, self._patience()))
            self._silences = 0
        except dns.resolver.NXDOMAIN:
            self._silences = 0
            return ()
        except dns.exception.Timeout as error:
            self._note_silence()
            raise Unanswered(f"{kind} {name}: no answer in time") from error
        except (dns.exception.DNSException, OSError, UnicodeError, ValueError) as error:
            raise Unanswered(f"{kind} {name}: {type(error).__name__}") from error
        return tuple(_plain(record) for record in answer.rrset or ())

    def _ask(self, name: str, kind: str, seconds: float) -> dns.resolver.Answer:
        return self._resolver.resolve(
            name, kind, raise_on_no_answer=False, lifetime=seconds, search=False
        )

    def _patience(self) -> float:
        return LIFETIME if time.monotonic() >= self._dead_until else NO_WAIT

    def _note_silence(self) -> None:
        """Tells a dead name server of ours, for which no letter shall wait, from a stranger's.

        Only our own counts: a stranger with slow name servers must not cost others their proof.
        """
        self._silences += 1
        if self._silences < SILENCES or self._patience() == NO_WAIT:
            return
        try:
            self._ask(".", "NS", PROBE)
        except dns.exception.Timeout:
            self._dead_until = time.monotonic() + PAUSE
        except dns.exception.DNSException:
            self._silences = 0
        else:
            self._silences = 0


class Hurried:
    """A resolver that has until ``seconds`` from now for all its questions together."""

    def __init__(self, resolver: Resolver, seconds: float) -> None:
        self._resolver = resolver
        self._end = time.monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        return self._end - time.monotonic()

    def look_up(self, name: str, kind: str, seconds: float = LIFETIME) -> tuple[str, ...]:
        left = min(seconds, self.seconds_left)
        if left <= 0:
            raise Unanswered(f"no time left to ask for {kind} {name}")
        return self._resolver.look_up(name, kind, left)


def _machine_resolver() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        # A machine without DNS still takes mail; every question then ends as Unanswered.
        return dns.resolver.Resolver(configure=False)


def _plain(record: dns.rdata.Rdata) -> str:
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode("utf-8", "replace")
    for field in ("address", "exchange", "target"):
        if hasattr(record, field):
            return str(getattr(record, field)).rstrip(".")
    return record.to_text()
