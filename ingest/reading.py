"""What a reading child does with one letter: read it, and draft the post that it may become.

Whoever asks for it needs this module, and not what reads: that is loaded in the child alone.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.drafted import Draft
from storage.records import Reading

IMPORTS = ("ingest.draft", "ingest.read")
"""What the child does best to load before the first letter comes."""
MOST_HTML = 100_000
"""Characters. The screening looks at less, and everything else at the draft's clean HTML."""


def read_and_draft(raw: bytes) -> tuple[Reading, Draft]:
    """Pure, and a stranger's bytes decide how much work it is: for a supervised child.

    The reading comes without what the draft has in a better form: its files and most of its HTML.
    """
    from ingest.draft import draft
    from ingest.read import read

    reading = read(raw)
    post = draft(reading)
    html = reading.html[:MOST_HTML] if reading.html is not None else None
    return replace(reading, attachments=(), html=html), post
