"""What the door asks of the rest: is this address ours, and keep these letters."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence

from config import Settings
from delivery.addresses import MARKED, read_address
from delivery.marks import Marks
from ingest.recipients import Answer, IsOurs
from storage import letters, lists
from storage.database import Database
from storage.records import Arrival

COUNTS: dict[str, int] = {}
"""Of this process: letters kept, and those that could not be since the last that was."""


def is_ours_in(database: Database, settings: Settings) -> IsOurs:
    """Knows the addresses of all lists; a mark that is not ours is told apart."""
    marks = Marks(settings.secret, settings.secret_previous)

    def is_ours(address: str) -> Answer:
        with database.read() as tx:
            found = read_address(address, lists.every(tx))
        if found is None:
            return "unknown"
        if found.purpose not in MARKED:
            return "ours"
        return "our mark" if marks.read(found.purpose, found.mark) else "forged mark"

    return is_ours


def keep_in(
    database: Database, wake: Callable[[], None], counts: MutableMapping[str, int] = COUNTS
) -> Callable[[Sequence[Arrival]], None]:
    """Commits arrivals to the database and wakes whoever works through them."""

    def keep(arrivals: Sequence[Arrival]) -> None:
        try:
            with database.write() as tx:
                letters.keep(tx, arrivals)
        except Exception:
            counts["failed"] = counts.get("failed", 0) + len(arrivals)
            raise
        counts["kept"] = counts.get("kept", 0) + len(arrivals)
        counts["failed"] = 0
        wake()

    return keep
