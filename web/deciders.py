"""Whether somebody can decide: a list without moderators keeps every post and asks nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from storage import lists, posts, volunteers
from storage.records import MailingList
from web.finding import Finding

DAY = timedelta(days=1)


def check_deciders(tx: Connection, now: datetime) -> list[Finding]:
    every = lists.every(tx)
    if not every:
        todo = "`postround list add news@lists.example.org --name NAME`"
        return [Finding("lists", "note", "There is no list yet.", todo)]
    found = [one for of_list in every for one in _of(tx, of_list, now)]
    return found or [Finding("moderators", "ok", "Each list has somebody who decides.")]


def _of(tx: Connection, of_list: MailingList, now: datetime) -> list[Finding]:
    people = volunteers.every(tx, of_list.id, "moderator")
    if not people:
        waits = posts.held(tx, of_list.id)
        says = f"{of_list.address} has no moderator" + (
            f". Posts that wait: {len(waits)}." if waits else "."
        )
        todo = f"`postround moderator add {of_list.name} ADDRESS --name NAME`"
        return [Finding("moderators", "bad" if waits else "todo", says, todo)]
    today = now.astimezone(ZoneInfo(of_list.timezone)).date()
    away = {one[0] for one in volunteers.absences(tx, of_list.id, today, today + DAY)}
    if all(one.id in away for one in people):
        says = f"All moderators of {of_list.address} are away today."
        todo = f"Ask one of them, or `postround moderator add {of_list.name} ADDRESS --name NAME`."
        return [Finding("moderators", "todo", says, todo)]
    return []
