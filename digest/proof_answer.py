"""An answer to the proof of a round-up, from who sent it to what it changes.

It needs what a verdict needs: the mark that went to one person, that person's address as sender,
and the sender's mail service vouching for it, or else one confirming reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from delivery.answers import Unproven, answer_volunteer, ask_to_confirm
from delivery.letters import Pen
from digest.proof import FREQUENCY, readers_of_proofs, tell_on_hold, to_proof
from digest.proof_reply import Order, read_orders
from digest.timetable import Slot, of_list, read_zone, slot_on
from storage import confirmations, editions, history, plans, posts, volunteers
from storage.addresses import fold
from storage.records import Confirmation, Plan, Proof, Reading, Volunteer

MARK_DAYS = 60
CONFIRM_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """A letter that answers the proof of ``plan``, which was sent to ``by``."""

    pen: Pen
    plan: Plan
    by: Volunteer
    answers: str = ""

    @property
    def slot(self) -> Slot:
        table = of_list(self.pen.sender, "weekly")
        return slot_on(table, datetime.fromisoformat(self.plan.period).date())

    def write(self, letter: str, **values: Any) -> None:
        """To whoever answered."""
        answer_volunteer(self.pen, letter, to_proof(self.plan, self.by), self.answers, **values)


def answer(
    pen: Pen,
    reading: Reading,
    proof: Proof,
    plan_id: int,
    volunteer_id: int,
    *,
    old: bool = False,
    addressed: bool = True,
    marked: bool = True,
) -> str:
    """Acts on the letter; what became of it, in words for the operator.

    ``old``: its mark is out of date. ``addressed``: its To field names the mark. ``marked``: False
    for a letter that was known by In-Reply-To only.
    """
    heard = _hear(pen, reading, plan_id, volunteer_id)
    if heard is None:
        return "not from the one whom the proof went to"
    if old or heard.by.removed_at is not None:
        heard.write("proof_too_late", gone=True)
        return "its mark decides nothing any more"
    orders = _read(heard, reading.reply_text)
    if orders[0].kind in ("unclear", "help"):
        heard.write("proof_unclear", said=orders[0].text)
        return orders[0].kind
    if not _in_time(heard):
        heard.write("proof_too_late", gone=False)
        return "too late"
    proven = marked and (pen.desk.proof == "mark" or (addressed and proof.aligned))
    if not (proven and reading.message_id):
        return _ask_to_confirm(heard, orders)
    if _said_before(heard, reading):
        return "the same letter came before"
    return carry_out(heard, orders)


def confirmed(pen: Pen, waiting: Confirmation, reading: Reading, *, yes: bool) -> str:
    """Acts on the reply to "did you say so?"; ``yes``: it is a plain yes."""
    payload = waiting.payload
    heard = _hear(pen, reading, int(payload["plan"]), int(payload["volunteer"]))
    if heard is None or heard.by.removed_at is not None:
        return "not from the one who was asked"
    if not yes:
        heard.write("proof_unclear", said=reading.reply_text[:200])
        return "not confirmed"
    if pen.now - waiting.asked_at > CONFIRM_WITHIN or not _in_time(heard):
        heard.write("proof_too_late", gone=False)
        return "too late"
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        return "settled already"
    return carry_out(heard, _read(heard, payload["said"]))


def carry_out(heard: Answer, said: list[Order]) -> str:
    """Changes the plan as ordered, and tells everybody who runs the list."""
    orders = _without_fine(said, held=heard.plan.held_at is not None)
    if not orders:
        tell_on_hold(heard.pen, heard.plan, heard.slot, heard.by, answers=heard.answers)
        return "fine, but it is on hold"
    known = len(heard.plan.items)
    wrong = [number for order in orders for number in order.numbers if not 0 < number <= known]
    if wrong:
        heard.write("proof_unclear", said=str(wrong[0]))
        return f"there is no item {wrong[0]}"
    plan = heard.plan
    changes: dict[str, Any] = {}
    for order in orders:
        changes |= _changes(heard, order, changes)
    if changes:  # a go to what nobody holds is none
        plans.change(heard.pen.tx, plan.id, changes)
    _tell(heard, orders, held=changes.get("held_at", plan.held_at) is not None)
    told = ", ".join(" ".join((order.kind, *map(str, order.numbers))) for order in orders)
    _note(heard, told)
    return told


def _without_fine(said: list[Order], *, held: bool) -> list[Order]:
    """ "Fine" is a go where nobody holds it; "OK" to the news that somebody does is none."""
    orders = [order for order in said if order.kind != "fine"]
    return orders or ([] if held else [Order("go")])


def _changes(heard: Answer, order: Order, before: dict[str, Any]) -> dict[str, Any]:
    """What one order changes in the plan, ``before`` being what those above it change."""
    plan, now = heard.plan, heard.pen.now
    chosen = tuple(plan.items[number - 1] for number in order.numbers)

    def now_in(name: str) -> tuple[int, ...]:
        return tuple(before.get(name, getattr(plan, name)))

    match order.kind:
        case "hold":
            return {"held_at": now, "held_by": heard.by.id, "reminded_at": None}
        case "go":
            held = before.get("held_at", plan.held_at) is not None
            return {"held_at": None, "released_at": now} if held else {}
        case "drop":
            return {"dropped": _with(now_in("dropped"), chosen)}
        case "keep":
            return {"dropped": _without(now_in("dropped"), chosen)}
        case "top":
            return {"first": _with(now_in("first"), chosen)}
        case "shorten":
            return {"shortened": _with(now_in("shortened"), chosen)}
        case "whole":
            return {"shortened": _without(now_in("shortened"), chosen)}
        case "intro":
            return {"intro": order.text}
    return {}


def _with(numbers: tuple[int, ...], more: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*numbers, *more)))


def _without(numbers: tuple[int, ...], gone: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(number for number in numbers if number not in gone)


# Who it is, and whether it can be done ----------------------------------------------------------


def _hear(pen: Pen, reading: Reading, plan_id: int, volunteer_id: int) -> Answer | None:
    plan, by = plans.by_id(pen.tx, plan_id), volunteers.by_id(pen.tx, volunteer_id)
    if plan is None or by is None or plan.list_id != pen.sender.id:
        return None
    author = reading.sender.address if reading.sender else ""
    if reading.senders != 1 or fold(author) != fold(by.address):
        return None
    return Answer(pen, plan, by, reading.message_id or "")


def _read(heard: Answer, reply: str) -> list[Order]:
    names = [one.name for one in readers_of_proofs(heard.pen.tx, heard.pen.sender.id)]
    return read_orders(reply, names, heard.pen.sender.language)


def _in_time(heard: Answer) -> bool:
    """Until it is made; the next proof is asked of its own edition."""
    pen, plan = heard.pen, heard.plan
    made = editions.by_period(pen.tx, pen.sender.id, FREQUENCY, plan.period)
    newer = plans.newest(pen.tx, pen.sender.id)
    return made is None and (newer is None or newer.period <= plan.period)


def _said_before(heard: Answer, reading: Reading) -> bool:
    """Whether this letter was acted on before: an old one, seal and all, can be sent again."""
    pen = heard.pen
    source = f"proof {heard.plan.id} {heard.by.id} {reading.message_id}"[:500]
    since = pen.now - timedelta(days=MARK_DAYS + 1)
    if confirmations.count_since(pen.tx, since, list_id=pen.sender.id, source=source):
        return True
    confirmations.note(pen.tx, pen.sender.id, "said", heard.by.address, pen.now, source)
    return False


def _ask_to_confirm(heard: Answer, orders: list[Order]) -> str:
    plan, by = heard.plan, heard.by
    said = "\n".join(map(_as_line, orders))
    payload = {"plan": str(plan.id), "volunteer": str(by.id), "said": said}
    unproven = Unproven(by, "proof", payload, f"proof {plan.id} {by.id} {said}")
    return ask_to_confirm(heard.pen, "proof_confirm", unproven, heard.answers)


def _as_line(order: Order) -> str:
    """The order as it may be typed again."""
    numbers = ", ".join(map(str, order.numbers))
    match order.kind:
        case "top":
            return f"{numbers} top"
        case "intro":
            return f"intro: {order.text or 'none'}"
    return f"{order.kind} {numbers}".strip()


# Telling ------------------------------------------------------------------------------------------


def _tell(heard: Answer, orders: list[Order], *, held: bool) -> None:
    pen, slot = heard.pen, heard.slot
    titles = {post.id: post.title for post in posts.by_ids(pen.tx, heard.plan.items)}
    done = [
        {"kind": order.kind, "number": number, "title": _title(heard, titles, number)}
        for order in orders
        for number in (order.numbers or (0,))
    ]
    intro = next((order.text for order in reversed(orders) if order.kind == "intro"), "")
    for one in readers_of_proofs(pen.tx, pen.sender.id):
        pen.write(
            "proof_changed",
            to_proof(heard.plan, one),
            answers=heard.answers if one.id == heard.by.id else "",
            automatic="auto-replied",
            changed_by=heard.by.name or heard.by.address,
            done=done,
            intro=intro,
            held=held,
            past=slot.at <= pen.now,
            leaves=slot.at.astimezone(read_zone(one.timezone or pen.sender.timezone)),
        )


def _title(heard: Answer, titles: dict[int, str], number: int) -> str:
    return titles.get(heard.plan.items[number - 1], "") if number else ""


def _note(heard: Answer, said: str) -> None:
    pen = heard.pen
    detail = f"{heard.plan.period}: {said}"[:300]
    history.note(
        pen.tx, pen.now, heard.by.address, "proof answered", list_id=pen.sender.id, detail=detail
    )
