"""Carries out what a moderator said, each word at its place; whether it is theirs is known."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from delivery.letters import Pen
from moderation import asking, duty, question, swap, tell, urgent
from moderation.days import read_wait
from moderation.decide import DECISIONS, decide
from moderation.tell import Case
from moderation.verdict import Verdict
from storage.records import Volunteer

INFORMS = ("rota", "waiting", "show")
"""These change nothing, and the answer goes to the moderator's own address: no proof is needed."""
ABOUT_DUTY = ("away", "back", "swap")
"""These are about the moderator and not about the post."""
READ_BEFORE = ("yes", "yes always", "edit", "urgent")
"""Nobody says these to a text that they have not seen."""
MORNING = time(9)


def inform(case: Case, volunteer: Volunteer, verdict: Verdict) -> str:
    if verdict.kind == "rota":
        return duty.show_rota(case.pen, volunteer, answers=case.answers)
    if verdict.kind == "show":
        return duty.show_post(case.pen, case.post, volunteer, case.round_up)
    return duty.show_waiting(case.pen, volunteer, case.round_up, answers=case.answers)


def carry_out(case: Case, volunteer: Volunteer, verdict: Verdict, urgent_asked: bool) -> str:
    """What became of it, for the operator. ``urgent_asked``: it answers "may it go at once?"."""
    if verdict.kind in ABOUT_DUTY:
        return about_duty(case.pen, volunteer, verdict, case.round_up, case.answers)
    if urgent_asked and verdict.kind in ("yes", "yes always", "no", "urgent"):
        return urgent.answer(case, verdict)
    if verdict.kind in DECISIONS:
        return verdict.kind if decide(case, verdict) else f"{verdict.kind}, settled already"
    if verdict.kind == "urgent":
        return urgent.ask(case, verdict)
    if case.post.state != "held":
        tell.settled_already(case, verdict.kind)
        return "settled already"
    if verdict.kind == "ask":
        return question.ask(case, verdict.reason)
    if verdict.kind == "pass":
        return duty.pass_on(case.pen, case.post, volunteer, case.round_up, answers=case.answers)
    return _wait(case, volunteer, verdict)


def about_duty(
    pen: Pen, volunteer: Volunteer, verdict: Verdict, round_up: datetime, answers: str
) -> str:
    if verdict.kind == "away":
        return duty.away(pen, volunteer, verdict.reason, round_up, answers=answers)
    if verdict.kind == "back":
        return duty.back(pen, volunteer, answers=answers)
    return swap.ask_for(pen, volunteer, verdict.reason, answers=answers)


def today(pen: Pen) -> date:
    return asking.today(pen.sender, pen.now)


def _wait(case: Case, volunteer: Volunteer, verdict: Verdict) -> str:
    """Until the morning of that day, by the list's clock."""
    pen = case.pen
    until = read_wait(verdict.reason, today(pen), pen.sender.language)
    if until is None:
        tell.to_one(case, "verdict_unclear", volunteer, said=verdict.line, automatic="auto-replied")
        return "wait, but it is not clear how long"
    at = datetime.combine(until, MORNING, ZoneInfo(pen.sender.timezone))
    duty.put_off(pen, case.post, volunteer, at)
    tell.waits(case, volunteer, until)
    return f"waits until {until.isoformat()}"
