"""What stands beside a post in an archive: its topics and its days, as headers of its mail.

Written where a list moves out, read where one moves in. No letter that comes by SMTP is read so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from email.parser import BytesHeaderParser

HEADERS = ("Postround-Topics", "Postround-Date", "Postround-Closes")


@dataclass(frozen=True, slots=True)
class KeptWith:
    topics: tuple[str, ...] = ()
    """Keys or names, in lower case."""
    event_date: date | None = None
    closing_date: date | None = None


def read_kept_with(raw: bytes) -> KeptWith:
    """Never raises: what cannot be read is not there."""
    found = BytesHeaderParser().parsebytes(raw)
    topics, event, closing = (str(found.get(name, "")) for name in HEADERS)
    named = (part.strip().casefold() for part in topics[:2000].split(","))
    return KeptWith(tuple(filter(None, named)), _day(event), _day(closing))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
