"""What became of all that was acknowledged, as the database says at the end. No tests here."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection

from sqlalchemy import func, select

from storage import letters
from storage.database import Database, Unavailable
from storage.tables import asking, outgoing, post, queue_post


def wait_until_settled(url: str, seconds: float) -> None:
    """Until no letter waits; as long as more of them are settled there is no hurry."""
    database = Database(url)
    left, until = -1, time.monotonic() + seconds
    while True:
        try:
            with database.read() as tx:
                states = letters.counts(tx)
        except Unavailable:
            states = {"new": -1}
        waiting = states.get("new", 0) + states.get("reading", 0)
        if not waiting:
            break
        if waiting != left:
            left, until = waiting, time.monotonic() + seconds
        assert time.monotonic() < until, f"no letter was settled for {seconds} s: {states}"
        time.sleep(0.2)
    database.close()


def assert_each_is_one_post_with_one_notice(url: str, acknowledged: Collection[str]) -> None:
    """The acknowledged numbers, no more and no fewer, each held once and told of once."""
    database = Database(url)
    with database.read() as tx:
        states = letters.counts(tx)
        held = Counter(tx.execute(select(post.c.message_id)).scalars())
        asked = (
            select(post.c.message_id, func.count(outgoing.c.id))
            .outerjoin(
                outgoing, (outgoing.c.post_id == post.c.id) & (outgoing.c.letter == "post_held")
            )
            .group_by(post.c.id)
        )
        notices = {row[0]: row[1] for row in tx.execute(asked)}
        # Where many wait, one mail tells of all of them: such posts have none of their own.
        gathered = select(post.c.message_id).join(asking, asking.c.post_id == post.c.id)
        for number in tx.execute(gathered.where(asking.c.step == 0)).scalars():
            notices[number] += 1
        shown = select(post.c.message_id).where(post.c.id.in_(select(queue_post.c.post_id)))
        for number in tx.execute(shown).scalars():
            notices[number] = notices[number] or 1
    database.close()
    wanted = {f"{number}@charity.example" for number in acknowledged}
    assert states == {"post": len(wanted)}
    assert wanted - held.keys() == set(), "lost"
    assert held.keys() - wanted == set(), "never acknowledged"
    assert [number for number, count in held.items() if count != 1] == [], "held twice"
    assert [number for number, count in notices.items() if count != 1] == [], "told twice or never"
