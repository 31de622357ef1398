"""Turns a front server's findings (RFC 8601) into the same words that our own checks use.

It is handed only findings that may be believed.
"""

from __future__ import annotations

import re
from datetime import datetime

from ingest.authentication_results import Finding
from ingest.author import folded_domain
from ingest.dmarc import POLICIES, Policy
from ingest.fields import Fields
from ingest.signatures import Checked, Result, Signature, claimed, sound

_DKIM: dict[str, Result] = {
    "pass": "pass",
    "fail": "fail",
    "permerror": "fail",
    "hardfail": "fail",
    "temperror": "temperror",
}
_SPF = ("pass", "fail", "softfail", "neutral", "none", "permerror", "temperror")
_POLICY = re.compile(r"(?:^|[\s;,])p(?:olicy)?\s{0,9}=\s{0,9}(none|quarantine|reject)\b", re.I)


def signatures(findings: tuple[Finding, ...], fields: Fields, now: datetime) -> list[Checked]:
    """What the front found out about DKIM; a pass is proof only where we find the signature sound.

    The front says that a signature holds, not how little it may cover; that can be read off the
    signature itself. One that the front has taken out of the letter rests on the front's word.
    """
    own = claimed(fields)
    checked = []
    for finding in _of("dkim", findings):
        domain = folded_domain(
            finding.get("header.d") or finding.get("header.i").rpartition("@")[2]
        )
        result = _DKIM.get(finding.result, "none") if domain else "none"
        meant = [one for one in own if one.domain == domain]
        proof = result == "pass" and not fields.doubled
        proof = proof and all(sound(one, fields, now) for one in _narrowed(meant, finding))
        checked.append(Checked(domain, result, proof))
    return checked


def spf(findings: tuple[Finding, ...]) -> str:
    """The SPF result, that for MAIL FROM before that for HELO; "" when the front did not check."""
    found = sorted(_of("spf", findings), key=lambda finding: bool(finding.get("smtp.helo")))
    if not found:
        return ""
    result = {"hardfail": "fail"}.get(found[0].result, found[0].result)
    return result if result in _SPF else "none"


def dmarc(findings: tuple[Finding, ...], domain: str) -> tuple[str, Policy]:
    """Result and policy for the From domain; ("", "") when the front said nothing about it."""
    for finding in _of("dmarc", findings):
        named = finding.get("header.from")
        if not domain or (named and folded_domain(named.rpartition("@")[2]) != domain):
            continue
        result = finding.result if finding.result in ("pass", "fail", "temperror") else "none"
        return result, _policy(finding)
    return "", ""


def arc(findings: tuple[Finding, ...]) -> str:
    """pass, fail or none; "" when the front did not check."""
    found = _of("arc", findings)
    if not found:
        return ""
    return found[0].result if found[0].result in ("pass", "fail", "temperror") else "none"


def _of(method: str, findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.method == method]


def _narrowed(meant: list[Signature], finding: Finding) -> list[Signature]:
    """The signature that header.s and header.b (RFC 6008) point at; all of the domain if none."""
    selector = finding.get("header.s").encode()
    start = finding.get("header.b").encode()
    exact = [
        one
        for one in meant
        if one.tags["s"] == (selector or one.tags["s"]) and one.tags["b"].startswith(start)
    ]
    return exact or meant


def _policy(finding: Finding) -> Policy:
    """From a property, or from the comment in which most servers write it."""
    for name in ("policy.dmarc", "policy.published-domain-policy"):
        if named := POLICIES.get(finding.get(name).lower()):
            return named
    for comment in finding.comments:
        if match := _POLICY.search(comment[:500]):
            return POLICIES[match[1].lower()]
    return ""
