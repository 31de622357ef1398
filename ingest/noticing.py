"""What reading notices about the words and links of a post, before the database is asked: private
matters, where its links lead, and the sketch by which it is known again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.hosts import shown_host
from ingest.links import host_of
from ingest.personal_data import personal_data
from ingest.personal_words import Found
from ingest.tree import Element, elements
from moderation.likeness import sketch
from storage.records import Flag, Noticed, Private

_MOST_HOSTS = 50
_LONGEST = 60
"""Characters of what may be private, as the moderator's note shows them."""


def notice(title: str, text: str, trees: list[Element], *, lying: bool = False) -> Noticed:
    """``lying``: cleaning found a link that names one address and leads to another."""
    private = personal_data(f"{title}\n\n{text}")
    flags = [Flag("personal_data", one.kind) for one in private if one.strong]
    flags += [Flag("lying_link")] if lying else []
    return Noticed(
        tuple(flags),
        _hosts(trees),
        sketch(f"{title}\n{text}"),
        private=_private(private),
    )


def _private(found: Sequence[Found]) -> tuple[Private, ...]:
    return tuple(
        Private(one.kind, " ".join(one.words.split())[:_LONGEST], one.strong) for one in found
    )


def _hosts(trees: list[Element]) -> tuple[str, ...]:
    links = (
        element.attributes.get("href", "")
        for tree in trees
        for element in elements(tree)
        if element.name == "a"
    )
    hosts = (host_of(link).removeprefix("www.") for link in links if link.startswith("http"))
    return tuple(dict.fromkeys(shown_host(host) for host in hosts if host))[:_MOST_HOSTS]
