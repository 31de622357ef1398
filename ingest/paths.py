"""The address and the parameters of MAIL FROM and RCPT TO (RFC 5321 §4.1.2), read strictly.

Says what is wrong, not with which number to refuse it, and not whether a mailbox is ours.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata

MOST_LOCAL_OCTETS = 64
MOST_PACKED_LOCAL_OCTETS = 200
"""Forwarders and bulk senders pack an address into the local part (SRS, VERP) and go beyond 64."""
MOST_PATH_OCTETS = 254
"""RFC 5321 §4.5.3.1.3 allows 256, with the angle brackets."""

_ARGUMENT = re.compile(r"(FROM|TO): *(?:<([^<>]*)>|([^<> ]+))(?: +(.*))?", re.IGNORECASE)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?")
_QUOTED = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])*"')
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LIKE_OURS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=-]*")


class BadPath(Exception):
    """Not an address that a mail system could use, or a line that holds none."""


class NotAscii(BadPath):
    """Characters beyond ASCII, where the client did not announce SMTPUTF8 (RFC 6531 §3.5)."""


def read_argument(argument: str | None, keyword: str) -> tuple[str, dict[str, str]]:
    """The path without its brackets, and the parameters by their upper-case names.

    ``argument`` is what follows MAIL or RCPT, ``keyword`` "FROM" or "TO". A parameter without a
    value has "". Raises BadPath.
    """
    found = _ARGUMENT.fullmatch(argument or "")
    if found is None or found[1].upper() != keyword:
        raise BadPath("no address")
    path = found[2] if found[2] is not None else found[3]
    return path, dict(_read_parameter(word) for word in (found[4] or "").split())


def check_sender(path: str, *, utf8: bool) -> str:
    """The envelope sender as given, "" for the null sender. Raises BadPath or NotAscii.

    Strangers have odd addresses ("a..b@", quotes, a host without dots), and none of that is a
    reason to refuse their letter; we never write to this address without further proof.
    """
    if not path:
        return ""
    local, at, domain = path.rpartition("@")
    if not at or not local or path.startswith("@"):
        raise BadPath("no local part or no domain")
    _check_length(path, local, MOST_PACKED_LOCAL_OCTETS if "=" in local else MOST_LOCAL_OCTETS)
    _check_characters(path, utf8=utf8)
    if any(mark in local for mark in ' "\\(),:;@[]') and not _QUOTED.fullmatch(local):
        raise BadPath("characters that need quotes")
    if not _is_host(domain):
        raise BadPath("no such domain can be")
    return path


def check_recipient(path: str) -> str:
    """The recipient as given, when one of ours could look like that. Raises BadPath.

    Routes, quotes, %, !, address literals, a trailing dot and letters that only look like ASCII
    occur in none of our addresses, so that no form of relaying needs to be understood.
    """
    if path.lower() == "postmaster":  # RFC 5321 §4.5.1: also without a domain
        return path
    local, _, domain = path.rpartition("@")
    _check_length(path, local, MOST_LOCAL_OCTETS)
    if not _LIKE_OURS.fullmatch(local) or not _HOST.fullmatch(domain):
        raise BadPath("none of ours")
    return path


def _read_parameter(word: str) -> tuple[str, str]:
    found = _PARAMETER.fullmatch(word)
    if found is None:
        raise BadPath("no parameter")
    return found[1].upper(), found[2] or ""


def _check_length(path: str, local: str, most_local: int) -> None:
    if len(_octets(path)) > MOST_PATH_OCTETS or len(_octets(local)) > most_local:
        raise BadPath("too long")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _check_characters(path: str, *, utf8: bool) -> None:
    if path.isascii():
        return
    if not utf8:
        raise NotAscii("SMTPUTF8 was not announced")
    # Controls, invisible ones, lone surrogates (bytes that are no UTF-8), spaces and line ends.
    if any(unicodedata.category(character)[0] in "CZ" for character in path):
        raise BadPath("characters that nobody can see")


def _is_host(domain: str) -> bool:
    if domain.startswith("[") and domain.endswith("]"):
        return _is_address(domain[1:-1])
    if domain.isascii():
        return _HOST.fullmatch(domain) is not None
    return all(domain.split("."))


def _is_address(literal: str) -> bool:
    try:
        ipaddress.ip_address(literal.removeprefix("IPv6:"))
    except ValueError:
        return False
    return True
