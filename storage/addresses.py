"""Folds mail addresses for comparison, so that one person is one person. Not for sending."""

from __future__ import annotations

import unicodedata


def fold(address: str) -> str:
    """The key under which an address is known: lower case, the domain as A-labels (RFC 5890).

    A "+tag" stays: two offices may share one mailbox that way. What is exact is kept for sending.
    """
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    return f"{local.lower()}@{a_labels(domain)}"


def a_labels(domain: str) -> str:
    domain = domain.lower().rstrip(".")
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
