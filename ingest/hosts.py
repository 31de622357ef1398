"""Knows the names of computers: which two belong to one owner, which is spelt to deceive, which
one a piece of text names. Addresses with a path are the business of links."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna
from publicsuffixlist import PublicSuffixList

_RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "onion", "internal"})
"""Top-level names that no registry gives out (RFC 2606, RFC 6762 …) but that people do write."""

_ASCII_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252})|\[[0-9a-f:.]{2,45}\]")
_TOKEN = re.compile(r"[^\s<>()\[\]{}\"'«»“”‘’„,;|]{4,2000}")
_AUTHORITY = re.compile(r"(https?:[/\\]{0,9}|//)?([^/\\?#]{1,300})", re.IGNORECASE)
_FILE_LIKE = frozenset({"zip", "mov", "md", "sh", "py", "rs", "pl", "ps", "cab", "so"})
"""Country codes and other top-level names that are far more often the ending of a file."""

_EAST_ASIAN = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
)
_LATIN_TWINS = frozenset("абвгеԁһіїјӏкмнопрԛѕтухцщьѡүѵѓґԝαβγεηικνορτυχωϲօսոցհզյռց")
_LOCAL_LATIN = re.compile(r"[0-9a-zß-öø-İĲ-ž_-]+")


def ascii_host(host: str) -> str | None:
    """The host in lower case and ASCII (RFC 5890, UTS 46), or None when it cannot be one."""
    host = host.strip().rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            return None
    return host if _ASCII_HOST.fullmatch(host) and ".." not in host else None


def shown_host(host: str) -> str:
    """An ASCII host as a reader should see it: in its own script, but as xn-- where letters of
    several scripts are mixed or where Cyrillic, Greek or Armenian letters all look Latin."""
    if "xn--" not in host:
        return host
    try:
        spelt = idna.decode(host)
    except (idna.IDNAError, UnicodeError, ValueError, IndexError):
        return host
    return host if is_deceptive(spelt) else spelt


def is_deceptive(host: str) -> bool:
    """True when a label of the host mixes scripts, or uses one script to look like Latin."""
    return not host.isascii() and any(_is_deceptive_label(label) for label in host.split("."))


def _is_deceptive_label(label: str) -> bool:
    letters = [c for c in label.lower() if c.isalpha()]
    scripts = {unicodedata.name(c, "UNKNOWN").split("-")[0].split()[0] for c in letters}
    if scripts <= {"LATIN"}:
        return not label.isascii() and not _LOCAL_LATIN.fullmatch(label.lower())
    if len(scripts) > 1:
        return not any(scripts <= allowed for allowed in _EAST_ASIAN)
    return _LATIN_TWINS.issuperset(letters)


def same_owner(one: str, other: str) -> bool:
    """True when both ASCII hosts lie under one registered name, such as www.bank.example and
    login.bank.example."""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    if one == other or one.endswith("." + other) or other.endswith("." + one):
        return True
    owner = _registered(one)
    return owner is not None and owner == _registered(other)


def hosts_named(text: str) -> list[str]:
    """Every host that a piece of text names, as written there (composed, lower case)."""
    text = unicodedata.normalize("NFKC", text[:2000]).lower()
    found: list[str] = []
    for token in _TOKEN.findall(text):
        match = _AUTHORITY.match(token)
        if match:
            # Everything before the last @ is a user name to a browser and a host to a reader.
            parts = (part.split(":")[0].strip(".!?*_…-") for part in match[2].split("@"))
            found += [part for part in parts if _looks_like_host(part, bool(match[1]))]
    return found


def _looks_like_host(name: str, after_scheme: bool) -> bool:
    name = name.replace("。", ".")
    if "." not in name or any(not label for label in name.split(".")):
        return False
    if after_scheme or name.startswith("www."):
        return True
    last = name.rpartition(".")[2]
    if last in _FILE_LIKE or len(last) < 2:
        return False
    return last in _RESERVED or _is_registry(last)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # Reading the list takes a few hundredths of a second: only whoever needs it pays.
    return PublicSuffixList()


@lru_cache(maxsize=2048)
def _registered(host: str) -> str | None:
    name = _suffixes().privatesuffix(host)
    return str(name) if name else None


@lru_cache(maxsize=1024)
def _is_registry(last: str) -> bool:
    ascii_last = ascii_host(last)
    return ascii_last is not None and _strict_suffixes().publicsuffix(ascii_last) is not None


@lru_cache(maxsize=1)
def _strict_suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
