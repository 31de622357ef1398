"""Sending on hold, and what becomes of mails of which nobody knows whether they were sent."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage import holds, outgoing
from storage.database import Database
from storage.tables import outgoing as mails
from tests.storage.rows import MINUTE, NOON, new_mail


def test_a_hold_lasts_until_it_is_ended(database: Database) -> None:
    with database.write() as tx:
        number = new_mail(tx)
        holds.begin(tx, "By the operator.", NOON)
        assert [one.reason for one in holds.every(tx)] == ["By the operator."]
        assert outgoing.claim(tx, "one", NOON, MINUTE, 10) == []
        assert holds.end(tx, NOON)
        assert not holds.in_force(tx) and not holds.end(tx, NOON)
        assert [row.id for row in outgoing.claim(tx, "one", NOON, MINUTE, 10)] == [number]


@pytest.mark.parametrize(("send", "left"), [(True, "waiting"), (False, "sent")])
def test_what_was_perhaps_sent_is_sent_or_taken_as_sent(
    database: Database, send: bool, left: str
) -> None:
    with database.write() as tx:
        doubtful, other = new_mail(tx), new_mail(tx, "dilan@home.example")
        here = mails.c.id == doubtful
        tx.execute(update(mails).where(here).values(state=holds.PERHAPS_SENT))
        assert holds.doubtful(tx) == 1
        assert holds.settle_doubtful(tx, send=send, now=NOON) == 1
        assert holds.doubtful(tx) == 0
        found = outgoing.by_id(tx, doubtful)
        assert found is not None and found.state == left
        assert (found.message is None) is not send
        still = outgoing.by_id(tx, other)
        assert still is not None and still.state == "waiting"
