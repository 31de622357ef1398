"""The language of a page for somebody of whom we know nothing: what they chose on the page or what
their browser asks for, among the languages that are switched on. A reader's own comes first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from storage.records import MailingList

LONGEST = 500
_WEIGHT = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*\Z", re.IGNORECASE)


def for_anybody(request: Request, sender: MailingList) -> dict[str, Any]:
    """What ``show`` needs to write to a stranger, with links to the list's other languages."""
    return among(request, sender.spoken)


def among(request: Request, spoken: Sequence[str]) -> dict[str, Any]:
    """As ``for_anybody``, where no one list is meant; the first of ``spoken`` stands for none."""
    chosen = request.query_params.get("language", "")
    if chosen not in spoken:
        chosen = preferred(request.headers.get("accept-language", ""), spoken)
    others = tuple(one for one in spoken if one != chosen)
    return {"language": chosen, "other_tongues": others}


def preferred(header: str, spoken: Sequence[str]) -> str:
    """The one of ``spoken`` that Accept-Language (RFC 9110 §12.5.4) likes best, else the first.

    "pl-PL" is Polish to us: we write no language of one country only.
    """
    liked: dict[str, float] = {}
    for part in header[:LONGEST].split(","):
        tag, _, weight = part.partition(";")
        code = tag.strip().lower().partition("-")[0]
        liked[code] = max(liked.get(code, 0.0), _weight(weight))
    return max(spoken, key=lambda one: liked.get(one, 0.0))


def _weight(text: str) -> float:
    if not text.strip():
        return 1.0
    found = _WEIGHT.match(text)
    return min(float(found[1]), 1.0) if found else 0.0
