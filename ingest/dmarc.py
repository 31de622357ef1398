"""DMARC (RFC 7489): what the From domain says about its mail, and which signers speak for it.

It knows records and alignment; who signed and who sent is found out elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from publicsuffixlist import PublicSuffixList

from ingest.resolver import Resolver, Unanswered

Policy = Literal["none", "quarantine", "reject", ""]
SECONDS_FOR_RECORD = 2.0
_WEAKER: dict[Policy, Policy] = {"reject": "quarantine", "quarantine": "none", "none": "none"}
POLICIES: dict[str, Policy] = {"none": "none", "quarantine": "quarantine", "reject": "reject"}


@dataclass(frozen=True, slots=True)
class Record:
    """One domain's published wish, as it counts for one From domain."""

    policy: Policy
    strict_dkim: bool
    strict_spf: bool


UNKNOWN = Record("", strict_dkim=True, strict_spf=True)
"""Stands in when the DNS did not say: only the very same domain is aligned then."""


def find_or_unknown(domain: str, resolver: Resolver) -> Record | None:
    """As ``find``, but UNKNOWN when the DNS does not answer. None when nothing is published."""
    try:
        return find(domain, resolver) if domain else None
    except Unanswered:
        return UNKNOWN


def judge(
    author: str, record: Record | None, signed: Iterable[tuple[str, str]], sent: tuple[str, str]
) -> str:
    """pass, fail, none or temperror (RFC 7489 §6.6.2).

    ``author`` is the From domain; ``signed`` are (domain, DKIM result) pairs; ``sent`` is the same
    of SPF, with the result "" where SPF could not be judged at all. What cannot be known is
    temperror: a letter is a forgery only when both ways were looked at and neither holds.
    """
    if record is None or record is UNKNOWN or not author:
        return "temperror" if record is UNKNOWN else "none"
    ways = [(result, aligned(who, author, strict=record.strict_dkim)) for who, result in signed]
    ways.append((sent[1], aligned(sent[0], author, strict=record.strict_spf)))
    if ("pass", True) in ways:
        return "pass"
    if ("temperror", True) in ways or sent[1] == "":
        return "temperror"
    return "fail"


def find(domain: str, resolver: Resolver) -> Record | None:
    """The record that counts for a From domain (RFC 7489 §6.6.3). Raises Unanswered.

    First the domain itself, then its organisational domain, whose sp= counts for all below.
    """
    own = _published(domain, resolver)
    if own is not None:
        return read(own, below=False)
    parent = organisational(domain)
    if parent == domain:
        return None
    above = _published(parent, resolver)
    return read(above, below=True) if above is not None else None


def read(tags: dict[str, str], *, below: bool) -> Record | None:
    """A record from its tags; ``below``: found at a parent. None when it says nothing usable."""
    wish = tags.get("sp", tags.get("p", "")) if below else tags.get("p", "")
    policy = POLICIES.get(wish.lower())
    if policy is None:
        # RFC 7489 §6.6.3: with an address for reports, a wrong policy is "none"; else no record.
        if "rua" not in tags:
            return None
        policy = "none"
    if tags.get("pct", "100") != "100" or tags.get("t", "n").lower() == "y":
        # A domain that still tries DMARC out must not have its people's letters refused.
        policy = _WEAKER[policy]
    return Record(
        policy,
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
    )


def aligned(signer: str, author: str, *, strict: bool) -> bool:
    """Whether domain ``signer`` speaks for From domain ``author`` (RFC 7489 §3.1); A-labels."""
    if not signer or not author:
        return False
    if signer == author:
        return True
    return not strict and organisational(signer) == organisational(author)


def organisational(domain: str) -> str:
    """The registered domain above ``domain``; the domain itself where it is a public suffix."""
    return str(_suffixes().privatesuffix(domain) or domain)


def _published(domain: str, resolver: Resolver) -> dict[str, str] | None:
    answers = resolver.look_up(f"_dmarc.{domain}", "TXT", SECONDS_FOR_RECORD)
    records = [text for text in answers if re.match(r"v\s{0,9}=\s{0,9}DMARC1\s{0,9}(;|$)", text)]
    # Several records count as none (RFC 7489 §6.6.3).
    return _tags(records[0]) if len(records) == 1 else None


def _tags(text: str) -> dict[str, str]:
    pairs = (piece.partition("=") for piece in text.split(";"))
    tags: dict[str, str] = {}
    for name, _, value in pairs:
        tags.setdefault(name.strip().lower(), value.strip())
    return tags


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
