"""What a reading child does with one letter: read it, and draft the post that it may become."""

from __future__ import annotations

from ingest.draft import Draft, draft
from ingest.read import read
from storage.records import Reading


def read_and_draft(raw: bytes) -> tuple[Reading, Draft]:
    """Pure, and a stranger's bytes decide how much work it is: for a supervised child."""
    reading = read(raw)
    return reading, draft(reading)
