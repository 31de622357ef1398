"""The keyed hashes under which an address that was forgotten is still known on its list."""

from __future__ import annotations

from delivery.letters import Pen
from storage.addresses import fold


def prints(pen: Pen, address: str) -> list[str]:
    """One for each secret that may have been in force; the present one first."""
    return pen.desk.marks.prints(f"{pen.sender.id}:{fold(address)}")
