"""The addresses of a list, made and recognised. What a letter to them means is not said here.

``news@`` post · ``news+housing@`` post under a topic · ``news-help@`` · ``news-verdict+MARK@`` …
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage.addresses import a_labels
from storage.records import MailingList

PURPOSES = {
    "join": "join",
    "subscribe": "join",
    "leave": "leave",
    "unsubscribe": "leave",
    "help": "help",
    "request": "help",
    "owner": "owner",
    "canary": "canary",
}
MARKED = ("verdict", "settings", "confirm", "bounce", "post", "duty", "proof")
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,18}[a-z0-9])?\Z")
# Nothing of ours is quoted, routed or relayed: no %, !, second @, space or look-alike letter.
_LOCAL = re.compile(r"[A-Za-z0-9._+-]+\Z")
_RESERVED = tuple(f"-{word}" for word in (*PURPOSES, *MARKED))


@dataclass(frozen=True, slots=True)
class ListAddress:
    list: MailingList
    purpose: str
    """send (to post), join, leave, help, owner, canary (our test mailbox), or one of MARKED"""
    mark: str = ""
    topic: str = ""


def write_address(to: MailingList, purpose: str, mark: str = "") -> str:
    """The address of a list for a purpose; marks belong to those in MARKED and to no other."""
    assert bool(mark) == (purpose in MARKED), purpose
    return f"{to.name}-{purpose}{'+' + mark if mark else ''}@{to.domain}"


def read_address(address: str, lists: Iterable[MailingList]) -> ListAddress | None:
    """What ``address`` is for, or None when it is none of ours. The mark is not checked here."""
    local, _, domain = address.rpartition("@")
    if not _LOCAL.match(local) or domain.endswith("."):
        return None
    local, domain = local.lower(), a_labels(domain)
    head, _, tail = local.partition("+")
    for mailing_list in lists:
        if mailing_list.domain == domain and head.startswith(mailing_list.name):
            purpose = _purpose(mailing_list, head.removeprefix(mailing_list.name), local, tail)
            if purpose:
                return purpose
    return None


def _purpose(to: MailingList, suffix: str, local: str, tail: str) -> ListAddress | None:
    word = suffix.removeprefix("-")
    if not suffix:
        # "news+@" is no address: an empty topic would hide a typing mistake.
        return None if local.endswith("+") else ListAddress(to, "send", topic=tail)
    if not suffix.startswith("-"):
        return None
    if word in MARKED and tail:
        return ListAddress(to, word, mark=tail)
    if word in PURPOSES and "+" not in local:
        return ListAddress(to, PURPOSES[word])
    return None


def good_name(name: str) -> bool:
    """Whether a list may be called so: short enough for its marks, and not a purpose's name."""
    return bool(NAME.match(name)) and not name.endswith(_RESERVED)
