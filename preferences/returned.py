"""What it means that mails to a reader came back: when to stop, to ask again, and to give up.

A mail that came back for good counts 5, any other 2; at 10 within 30 days the reader is stopped.
Any sign of life clears it all.
"""

from __future__ import annotations

from datetime import timedelta

from delivery.letters import Pen
from preferences import change
from storage import bounces, history, subscribers
from storage.bounces import Stopped
from storage.records import Outgoing, Subscriber

WITHIN = timedelta(days=30)
POINTS = {"hard": 5, "soft": 2}
ENOUGH = 10
PROBES_AFTER = (timedelta(days=7), timedelta(days=21))
"""After being stopped."""
QUIET = timedelta(days=5)
"""A probe that has not come back by then has arrived."""
REMOVED_AFTER = timedelta(days=35)


def came_back(pen: Pen, mail: Outgoing, kind: str, status: str) -> str:
    """Takes note of a mail to a reader that came back; what followed, for the operator.

    It believes what it is told: whoever calls has seen the mark that only the mail carried.
    """
    if not bounces.note(pen.tx, mail, kind, status, pen.now):
        return "known before"
    reader = subscribers.by_id(pen.tx, mail.subscriber_id or 0)
    if reader is None or reader.address != mail.to or reader.state != "active":
        return "noted"
    found = bounces.counts(pen.tx, reader.id, pen.now - WITHIN)
    if sum(POINTS[one] * count for one, count in found.items()) < ENOUGH:
        return "noted"
    if bounces.stop(pen.tx, reader.id, kind, pen.now):
        _note(pen, reader, "stopped", f"mails came back: {_words(found)}")
    return "stopped"


def complained(pen: Pen, reader: Subscriber) -> None:
    """Whoever calls our mail spam gets no more of it, and no goodbye either."""
    change.leave(pen, reader, told=False, why="complained about our mail")


def go_on(pen: Pen, one: Stopped) -> str:
    """The next step with a stopped reader: probed, revived, removed, or "" for none yet."""
    reader = subscribers.by_id(pen.tx, one.subscriber_id)
    if reader is None or reader.state != "stopped":
        return ""
    age = pen.now - one.since
    if _arrived(pen, one):
        change.change(pen, reader, {})
        return "revived"
    if age >= REMOVED_AFTER and one.probes:
        change.leave(pen, reader, told=False, why="mails to the address came back")
        bounces.note_removed(pen.tx, reader.id)
        return "removed"
    due = one.probes < len(PROBES_AFTER) and age >= PROBES_AFTER[one.probes]
    if not due or not bounces.note_probe(pen.tx, one, pen.now):
        return ""
    pen.to_reader("address_probe", reader, removed_on=(one.since + REMOVED_AFTER).date())
    _note(pen, reader, "probed")
    return "probed"


def _arrived(pen: Pen, one: Stopped) -> bool:
    """Whether a probe has stayed away, after mails that came back for a passing reason."""
    if one.kind != "soft" or one.probed_at is None or pen.now - one.probed_at < QUIET:
        return False
    return not bounces.counts(pen.tx, one.subscriber_id, one.probed_at)


def _words(found: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))


def _note(pen: Pen, reader: Subscriber, what: str, detail: str = "") -> None:
    about = {"list_id": reader.list_id, "subscriber_id": reader.id}
    history.note(pen.tx, pen.now, "postround", what, detail=detail, **about)
