"""Letters about round-ups: what the people who run a list answer to the proof of one; and round-ups
themselves, that come to the list's test mailbox."""

from __future__ import annotations

from digest import proof_answer
from digest.proof_reply import read_orders
from ingest.matter import Matter, Outcome
from storage import outgoing, plans, reports
from storage.records import Confirmation


def proof(matter: Matter) -> Outcome:
    """An answer with the mark that was sent to one of them about one edition."""
    mark = matter.mark(2)
    if mark is None:
        return Outcome("refused", "Its mark is not ours.")
    old = mark.old_key or matter.days_old(mark) > proof_answer.MARK_DAYS
    said = proof_answer.answer(
        matter.pen,
        matter.reading,
        matter.proof,
        *mark.ids,
        old=old,
        addressed=matter.is_addressed,
    )
    return Outcome("verdict", said)


def unmarked_proof(matter: Matter, volunteer_id: int) -> Outcome:
    """An answer from a mail program that ignored Reply-To, known by what it answers."""
    plan = plans.newest(matter.pen.tx, matter.pen.sender.id)
    if plan is None:
        return Outcome("refused", "What it answers is gone.")
    answer = proof_answer.answer
    said = answer(matter.pen, matter.reading, matter.proof, plan.id, volunteer_id, marked=False)
    return Outcome("verdict", said)


def confirmed_proof(matter: Matter, waiting: Confirmation) -> Outcome:
    """The reply to "did you say so?"."""
    orders = read_orders(matter.reading.reply_text, (), matter.pen.sender.language)
    yes = bool(orders) and {order.kind for order in orders} <= {"go", "fine"}
    return Outcome("verdict", proof_answer.confirmed(matter.pen, waiting, matter.reading, yes=yes))


def canary(matter: Matter) -> Outcome:
    """A round-up that arrived: by itself, or passed on from a mailbox elsewhere. Never answered."""
    named = [matter.reading.message_id or "", *matter.reading.answers]
    mail = outgoing.by_message_id(matter.pen.tx, [one for one in named if one])
    if mail is None or mail.edition_id is None or mail.list_id != matter.pen.sender.id:
        return Outcome("automatic", "not a round-up of ours")
    reports.note_canary(matter.pen.tx, mail.edition_id, matter.pen.now)
    return Outcome("automatic", "our test mailbox got a round-up")
