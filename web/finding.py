"""What a look at the service found: one line, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ok", "note", "todo", "bad"]
"""bad: now, and for the page; todo: soon, for whoever asks; note: worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    """One word, as a machine may read it."""
    kind: Kind
    says: str
    todo: str = ""
