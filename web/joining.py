"""The lists that there are, and the form to join one. Never says who is on a list."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from delivery.addresses import write_address
from preferences import joining
from storage import lists
from storage.records import FREQUENCIES, MailingList, Topic
from web.site import Site, field, form_of, show
from web.tongues import among, for_anybody

# What may be an address at all; whether it is one, only a mail to it can tell.
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
ADDRESS = re.compile(rf"[^\s@<>\"(),:;\\\[\]]{{1,64}}@(?:{_LABEL}\.){{1,20}}{_LABEL}\Z")


async def index(request: Request, site: Site) -> Response:
    found = await site.run(lists.every)
    shown = [
        {"title": one.title, "address": one.address, "join_url": f"/join/{one.address}"}
        for one in found
    ]
    return show("index", lists=shown, **among(request, await site.languages()))


async def join(request: Request, site: Site) -> Response:
    sender, topics = await site.run(lambda tx: _list(tx, request.path_params["address"]))
    tongues = for_anybody(request, sender)
    if request.method != "POST":
        empty = {"address": "", "name": "", "frequency": "weekly"}
        return _form(sender, topics, tongues, empty, [])
    form = await form_of(request)
    done = show("join_sent", sender, language=tongues["language"])
    if field(form, "homepage"):  # a machine filled in the field that people do not see
        return done
    wanted = _wanted(form, topics) | {"language": tongues["language"]}
    answers = {name: field(form, name) for name in ("address", "name", "frequency")}
    errors = _errors(answers)
    if not errors and not await site.carries(answers["address"]):
        errors.append(("address", "odd_letters"))
    if errors:
        chosen = [topic.key for topic in topics if topic.id in wanted["topics"]]
        return _form(sender, topics, tongues, answers, errors, chosen, status=422)
    source = f"web {request.client.host if request.client else ''}"
    most = site.settings.limit_joins_per_source_hour
    await site.change(
        lambda tx: joining.ask_to_join(
            site.pen(tx, sender), answers["address"], wanted, source, most
        )
    )
    return done


def _list(tx: Connection, address: str) -> tuple[MailingList, list[Topic]]:
    name, _, domain = address.partition("@")
    named = [one for one in lists.every(tx) if one.name == name.lower()]
    found = [one for one in named if not domain or one.domain == domain.lower()]
    if len(found) != 1:
        raise HTTPException(404)
    return found[0], lists.topics(tx, found[0].id)


def _wanted(form: FormData, topics: list[Topic]) -> dict[str, Any]:
    chosen = {value for value in form.getlist("topics") if isinstance(value, str)}
    ids = tuple(topic.id for topic in topics if topic.key in chosen)
    frequency = field(form, "frequency")
    return {
        "name": field(form, "name", 100),
        "frequency": frequency,
        # All ticked and none ticked both mean everything, also what is added later.
        "topics": () if len(ids) == len(topics) else ids,
    }


def _errors(answers: dict[str, str]) -> list[tuple[str, str]]:
    errors = []
    if not ADDRESS.match(answers["address"]):
        errors.append(("address", "no_address"))
    if answers["frequency"] not in FREQUENCIES:
        errors.append(("frequency", "no_such_frequency"))
    return errors


def _form(
    sender: MailingList,
    topics: list[Topic],
    tongues: dict[str, Any],
    answers: dict[str, str],
    errors: list[tuple[str, str]],
    chosen: list[str] | None = None,
    status: int = 200,
) -> Response:
    return show(
        "join",
        sender,
        status,
        join_address=write_address(sender, "join"),
        topics=[
            {"key": topic.key, "name": topic.name, "chosen": chosen is None or topic.key in chosen}
            for topic in topics
        ],
        answers=answers,
        errors=errors,
        **tongues,
    )
