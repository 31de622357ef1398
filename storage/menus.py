"""What the numbers in a mail with choices mean, kept with the mail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from storage.tables import menu, outgoing

Choice = tuple[str, str]
"""Its kind, and the value that is chosen."""


def put(tx: Connection, outgoing_id: int, choices: Sequence[Choice]) -> None:
    tx.execute(menu.insert().values(outgoing_id=outgoing_id, choices=json.dumps(choices)))


def of_mail(tx: Connection, message_ids: Sequence[str], subscriber_id: int) -> list[Choice]:
    """The choices of the newest of those mails that went to this reader; empty for none."""
    found = _found().where(outgoing.c.message_id.in_(message_ids))
    return _first(tx, found.where(outgoing.c.subscriber_id == subscriber_id))


def newest(tx: Connection, subscriber_id: int, since: datetime) -> list[Choice]:
    """The choices of the newest mail to the reader since then that has any."""
    here = (outgoing.c.subscriber_id == subscriber_id) & (outgoing.c.created_at > since)
    return _first(tx, _found().where(here))


def _found() -> Select[Any]:
    joined = menu.join(outgoing, outgoing.c.id == menu.c.outgoing_id)
    return select(menu.c.choices).select_from(joined).order_by(outgoing.c.id.desc()).limit(1)


def _first(tx: Connection, found: Select[Any]) -> list[Choice]:
    text = tx.execute(found).scalar()
    return [(kind, value) for kind, value in json.loads(text)] if text else []
