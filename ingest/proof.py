"""Finds out how sure we are that the From address is the true author's (SPF, DKIM, DMARC, ARC).

It asks the DNS and so takes up to five seconds: for a worker's thread, never between the dot and
the 250. What a proof is good for is decided by the desks, not here.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ingest import arc, dmarc, front, spf
from ingest.authentication_results import Finding, believed
from ingest.author import author_of, domain_of
from ingest.fields import Ambiguous, Fields, split
from ingest.resolver import Hurried, Resolver
from ingest.signatures import Checked, check, claimed
from storage.addresses import fold
from storage.records import Mailbox, Proof

SECONDS = 4.5
"""For all questions to the DNS together."""
MOST_SIGNATURES = 5

log = logging.getLogger(__name__)


def prove(
    raw: bytes,
    mail_from: str,
    helo: str,
    peer: str,
    *,
    resolver: Resolver,
    trusted_relays: Collection[str] = (),
    authserv_id: str = "",
    trusted_sealers: Collection[str] = (),
    received_at: datetime | None = None,
) -> Proof:
    """What is proven about the author of ``raw``, a whole message as it came.

    ``peer``, ``helo`` and ``mail_from`` are the envelope's. What a peer in ``trusted_relays``
    (addresses or networks) found out under the name ``authserv_id`` is believed (RFC 8601); the
    rest we check ourselves. ``trusted_sealers`` are the domains whose ARC seals count.
    ``received_at`` decides whether a signature had expired; None means now. Blocks for up to five
    seconds, needs a thread without a running event loop, and never raises.
    """
    relayed = is_trusted(peer, trusted_relays)
    try:
        fields = split(raw)
        findings: tuple[Finding, ...] = ()
        if relayed and authserv_id and not _could_forge_findings(mail_from):
            findings = believed(fields, authserv_id)
        asked = _Asked(
            fields, findings, received_at or datetime.now(UTC), Hurried(resolver, SECONDS)
        )
        sent = spf.Sent("" if relayed else peer, mail_from, helo)
        return _answer(asked, sent, trusted_sealers, authserv_id if findings else "own")
    except Ambiguous:
        return Proof(source="own")
    except Exception as error:  # noqa: BLE001 - a stranger's bytes must never stop the worker
        log.warning("who sent a letter could not be checked: %s", type(error).__name__)
        return Proof(dkim="temperror", spf="temperror", dmarc="temperror", source="own")


def only_for(proof: Proof, sender: Mailbox | None) -> Proof:
    """``proof`` as it counts for the sender that reading found: nothing, where both found another.

    Two readers of one From field must not be played off against each other.
    """
    if sender is not None and fold(sender.address) == proof.author:
        return proof
    return replace(proof, aligned=False)


def is_trusted(peer: str, trusted_relays: Collection[str]) -> bool:
    """Whether ``peer`` is one of these addresses, lies in one of these networks, or is named."""
    if peer in trusted_relays:
        return True
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in net for net in _networks(trusted_relays))


def _networks(
    names: Collection[str],
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for name in names:
        try:
            found.append(ipaddress.ip_network(name, strict=False))
        except ValueError:
            continue
    return found


def _could_forge_findings(mail_from: str) -> bool:
    """A sender address that, copied unquoted into a finding, would read as further findings."""
    return re.search(r'[\s;()"\\]', mail_from) is not None


@dataclass(frozen=True, slots=True)
class _Asked:
    fields: Fields
    findings: tuple[Finding, ...]
    now: datetime
    resolver: Hurried


def _answer(asked: _Asked, sent: spf.Sent, sealers: Collection[str], source: str) -> Proof:
    author = author_of(asked.fields)
    domain = domain_of(author)
    signed = _signatures(asked, domain)
    said, record = _dmarc_by_the_front(asked, domain)
    record = record or dmarc.find_or_unknown(domain, asked.resolver)
    spf_result = front.spf(asked.findings) or spf.check(sent, asked.resolver)
    ways = [(one.domain, one.result) for one in signed]
    result = said or dmarc.judge(domain, record, ways, (spf.sending_domain(sent), spf_result))
    best = _best(signed, domain, record)
    return Proof(
        dkim=_shown(best),
        dkim_domain=best.domain if best else "",
        spf=spf_result or "none",
        dmarc=result,
        dmarc_policy=record.policy if record else "",
        arc=_arc(asked, sealers),
        aligned=_is_proof(best, domain, record) and result != "fail",
        source=source,
        author=author,
    )


def _signatures(asked: _Asked, domain: str) -> list[Checked]:
    """The front's findings; where it did not look, our own check of the likeliest signatures."""
    if found := front.signatures(asked.findings, asked.fields, asked.now):
        return found
    own = claimed(asked.fields)
    own.sort(key=lambda one: not dmarc.aligned(one.domain, domain, strict=False))
    return [check(one, asked.fields, asked.now, asked.resolver) for one in own[:MOST_SIGNATURES]]


def _dmarc_by_the_front(asked: _Asked, domain: str) -> tuple[str, dmarc.Record | None]:
    result, policy = front.dmarc(asked.findings, domain)
    if not result:
        return "", None
    return result, dmarc.Record(policy, strict_dkim=False, strict_spf=False)


def _best(signed: list[Checked], domain: str, record: dmarc.Record | None) -> Checked | None:
    """What says most: proof of this author before proof of another, pass before fail."""
    order = ("pass", "temperror", "fail", "none")
    return min(
        signed,
        key=lambda one: (
            not _is_proof(one, domain, record),
            not one.proof,
            order.index(one.result),
        ),
        default=None,
    )


def _is_proof(one: Checked | None, domain: str, record: dmarc.Record | None) -> bool:
    strict = record is not None and record.strict_dkim
    return one is not None and one.proof and dmarc.aligned(one.domain, domain, strict=strict)


def _shown(best: Checked | None) -> str:
    """A pass that does not cover enough is shown as no signature: it proves nothing about us."""
    if best is None or (best.result == "pass" and not best.proof):
        return "none"
    return best.result


def _arc(asked: _Asked, sealers: Collection[str]) -> str:
    if arc.newest_sealer(asked.fields) not in sealers:
        return "none"
    return front.arc(asked.findings) or arc.check(asked.fields, sealers, asked.resolver)
