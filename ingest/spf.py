"""SPF (RFC 7208) by spftrace, over our own resolver and within the time that is left."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass

from spftrace import BaseResolver, DnsError, Evaluator, Limits

from ingest.author import folded_domain
from ingest.resolver import Hurried, Unanswered

MOST_QUERIES = 40

_NEARBY = tuple(
    ipaddress.ip_network(net)
    for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
) + tuple(ipaddress.ip_network(net) for net in ("::1/128", "fc00::/7", "fe80::/10"))


def can_tell(peer: str) -> bool:
    """False for a socket path and for addresses of our own network: no SPF record names those.

    Such a peer is a front server, whatever the settings say; blaming the author for it would turn
    honest letters into forgeries.
    """
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return not any(address in net for net in _NEARBY)


@dataclass(frozen=True, slots=True)
class Sent:
    """How the letter came: the peer's address ("" where it tells nothing), MAIL FROM and HELO."""

    peer: str
    mail_from: str
    helo: str


def sending_domain(sent: Sent) -> str:
    """The domain that SPF judges: of the envelope sender, or of HELO for the null sender (§2.4)."""
    return folded_domain(sent.mail_from.rpartition("@")[2] if sent.mail_from else sent.helo)


def check(sent: Sent, resolver: Hurried) -> str:
    """pass, fail, softfail, neutral, none, permerror, temperror; "" for a peer that cannot tell."""
    if not can_tell(sent.peer):
        return ""
    domain = sending_domain(sent)
    if not domain:
        return "none"
    sender = f"{sent.mail_from.rpartition('@')[0] or 'postmaster'}@{domain}"
    limits = Limits(time_limit=max(resolver.seconds_left, 0.001), max_queries=MOST_QUERIES)
    evaluator = Evaluator(_Bridge(resolver), limits, receiver="postround")
    # A loop of its own: we stand in a worker's thread, where blocking look-ups hold up nobody.
    result = asyncio.run(evaluator.evaluate(sent.peer, sender, folded_domain(sent.helo) or domain))
    return str(result.result)


class _Bridge(BaseResolver):
    def __init__(self, resolver: Hurried) -> None:
        self._resolver = resolver

    async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
        try:
            found = self._resolver.look_up(name, rtype)
        except Unanswered as error:
            raise DnsError(str(error)) from error
        return ("NOERROR" if found else "NXDOMAIN"), list(found)
