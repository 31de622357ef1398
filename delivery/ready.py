"""Makes claimed mails ready to leave: their bytes, signed where there is a key, and the address
to which a bounce comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from delivery.addresses import write_address
from delivery.dkim_sign import Signer
from delivery.edition_mail import EditionMails
from delivery.letters import Desk
from delivery.sender import Ready
from storage import lists
from storage.database import Database
from storage.records import MailingList, Outgoing


class Readier:
    """What a sender's threads build with; keeps the pieces of round-ups for the next mails."""

    def __init__(self, database: Database, desk: Desk, signer: Signer | None = None) -> None:
        self._database = database
        self._desk = desk
        self._signer = signer
        self._editions = EditionMails(database, desk, signer)

    def build(self, rows: Sequence[Outgoing]) -> dict[int, Ready | None]:
        """The mails by the row's id; None for one of which nothing is left to say."""
        now = datetime.now(UTC)
        with self._database.read() as tx:
            senders = {one.id: one for one in lists.every(tx)}
        messages = {row.id: row.message for row in rows}
        joined = [row for row in rows if row.message is None and row.edition_id is not None]
        if joined:
            messages |= self._editions.build(joined)
        return {row.id: self._ready(row, messages[row.id], senders, now) for row in rows}

    def _ready(
        self,
        row: Outgoing,
        message: bytes | None,
        senders: dict[int, MailingList],
        now: datetime,
    ) -> Ready | None:
        sender = senders.get(row.list_id or 0)
        if message is None or sender is None:
            return None
        mark = self._desk.marks.mint("bounce", row.id, day=now.date())
        if self._signer and row.message is not None:  # round-ups are signed as they are joined
            message = self._signer.sign(message, sender.domain, row.created_at)
        return Ready(write_address(sender, "bounce", mark), message)
