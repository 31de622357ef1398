"""Knows by classes, ids and styles where mail programs set quoted history and signatures apart.

Only the marks that a program writes itself; what a line of text says is read in ``reply``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.readable import names

_ATTRIBUTION = names("gmail_attr moz-cite-prefix moz-forward-container-header")
_HISTORY_CLASSES = names(
    "yahoo_quoted protonmail_quote ms-outlook-mobile-reference-message tutanota_quote"
)
_HISTORY_IDS = names(
    "divrplyfwdmsg appendonsend olk_src_body_section replysplit zwchr originalmessage"
    " mail-editor-reference-message-container"
)
_SIGNATURE = names("gmail_signature moz-signature protonmail_signature_block")
_OUTLOOK_RULE = re.compile(
    r"border(-top)?:\s{0,2}(none;\s{0,2}border-top:)?\s{0,2}solid #(e1e1e1|b5c4df)"
)


def begins_history(found: Mapping[str, str]) -> bool:
    """True for the element from which on nothing was newly typed; ``found``: its attributes."""
    return (
        found.get("id", "").lower().removeprefix("x_") in _HISTORY_IDS
        or not _HISTORY_CLASSES.isdisjoint(_classes(found))
        or bool(_OUTLOOK_RULE.search(found.get("style", "").lower()))
    )


def is_attribution(found: Mapping[str, str]) -> bool:
    """ "On …, Bob wrote:", in whatever language."""
    return not _ATTRIBUTION.isdisjoint(_classes(found))


def is_quote(found: Mapping[str, str]) -> bool:
    """A quotation that is no blockquote: GMX and Web.de."""
    return found.get("name") == "quote"


def is_signature(found: Mapping[str, str]) -> bool:
    return not _SIGNATURE.isdisjoint(_classes(found))


def _classes(found: Mapping[str, str]) -> list[str]:
    return found.get("class", "").lower().split()
