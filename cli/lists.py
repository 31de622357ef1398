"""Lists and topics."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from cli.app import App, Failure, pass_app, the_list
from cli.show import json_option, rows
from delivery.addresses import good_name
from digest.proof import check_proof
from digest.timetable import SCHEDULED, WrongTimetable, of_list
from storage import lists, logos, pauses, subscribers
from storage.records import MailingList, Subscriber
from templates.catalogue import LANGUAGES
from templates.look import is_colour

MOST_LOGO_BYTES = 16 * 1024
"""Every mail carries it."""
_RANGES = {"undo-minutes": click.IntRange(0, 1440), "ask-hours": click.IntRange(1, 80)}


def _options(command: Any) -> Any:
    """What may be set of a list, with its usual value shown in the help."""
    for name, help_text in (
        ("holidays", "Whose bank holidays are no working days, such as GB-SCT, or none [GB-ENG]."),
        ("ask-hours", "Working hours before one more person is asked about a post [4]."),
        ("canary", "A mailbox of yours that gets each weekly round-up and sends it back [none]."),
        (
            "proof",
            'When moderators and organisers see the weekly round-up before it leaves: "fri 12:00", '
            'or "08:30" on its day [off].',
        ),
        (
            "topic-order",
            'Keys of topics as they stand in the round-up: "jobs, housing" [as added].',
        ),
        ("pages", "Pages of its posts and round-ups, for whoever has the link: on or off [off]."),
        ("intro", "A few words above each round-up; none takes them away [none]."),
        ("colour", "Of the band above the round-up: #7a1f5c, or none [our green]."),
        ("undo-minutes", "How long a yes can be undone before straight-away mails leave [5]."),
        ("monthly", 'When the monthly round-up leaves ["first mon 10:00"].'),
        ("daily", 'When the daily round-up leaves ["10:00"].'),
        ("weekly", 'When the weekly round-up leaves ["mon 10:00"].'),
        ("timezone", "The list's time zone [Europe/London]."),
        ("language", "The language that it speaks to everybody else [en]."),
        (
            "languages",
            "Besides its own, in which it writes to readers who ask: ar, pl. Separated by commas.",
        ),
    ):
        kind = _RANGES.get(name, str)
        command = click.option(f"--{name}", type=kind, default=None, help=help_text)(command)
    return command


@click.group("list")
def list_group() -> None:
    """Lists: add, show, edit, pause, resume."""


@list_group.command("add")
@click.argument("address")
@click.option("--name", "title", required=True, help="Its name as readers see it.")
@_options
@pass_app
def add(app: App, /, address: str, title: str, **options: Any) -> None:
    """Adds the list ADDRESS, such as news@lists.example.org."""
    name, at, domain = address.lower().partition("@")
    if not at or "." not in domain:
        raise Failure("Give the list's whole address, such as news@lists.example.org.")
    if not good_name(name):
        raise Failure(
            f"A list cannot be called {name}: use at most 20 letters, digits, dots and dashes, "
            "and no ending such as -join or -owner."
        )
    new = MailingList(0, name, domain, title, **_given(options))
    _check(new)
    with app.database.write() as tx:
        if lists.add(tx, new, app.now) is None:
            raise Failure(f"There is a list {address} already.")
    click.echo(f"Added {address}. Next: postround moderator add {name} ADDRESS --name NAME")


@list_group.command("show")
@click.argument("name", required=False)
@json_option
@pass_app
def show(app: App, name: str | None, as_json: bool) -> None:
    """Shows the lists, or the one called NAME."""
    with app.database.read() as tx:
        found = [the_list(tx, name)] if name else lists.every(tx)
        shown = [
            {
                "id": one.id,
                "address": one.address,
                "name": one.title,
                "timezone": one.timezone,
                "weekly": one.weekly,
                "daily": one.daily,
                "monthly": one.monthly,
                "undo_minutes": one.undo_minutes,
                "ask_hours": one.ask_hours,
                "holidays": one.holidays,
                "paused_at": one.paused_at,
                "languages": ",".join(filter(None, (one.language, one.languages))),
                "colour": one.colour,
                "intro": one.intro,
                "topic_order": one.topic_order,
                "proof": one.proof,
                "pages": one.pages,
                "canary": one.canary,
                "subscribers": subscribers.count(tx, one.id),
            }
            for one in found
        ]
    rows(shown, as_json, 'No list yet. Add one: postround list add ADDRESS --name "…"')


@list_group.command("edit")
@click.argument("name")
@click.option("--name", "title", default=None, help="Its name as readers see it.")
@click.option("--logo", default=None, help="A picture file for the band of its round-ups, or none.")
@_options
@pass_app
def edit(app: App, /, name: str, logo: str | None, **options: Any) -> None:
    """Changes what is given of the list NAME."""
    changes = _given(options)
    if not changes and logo is None:
        raise Failure("Say what to change; see postround list edit --help.")
    with app.database.write() as tx:
        before = the_list(tx, name)
        _check(MailingList(**{**_fields(before), **changes}))
        if changes:
            lists.edit(tx, before.id, changes)
        if logo is not None:
            _set_logo(tx, before.id, logo)
        if "canary" in changes:
            _watch(tx, before, changes["canary"], app.now)
    click.echo(f"Changed {before.address}.")


def _set_logo(tx: Connection, list_id: int, file: str) -> None:
    """A small PNG, drawn anew from whatever picture it is."""
    if file.strip().casefold() == "none":
        logos.remove(tx, list_id)
        return
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as picture:
            picture.thumbnail((240, 112))
            drawn = io.BytesIO()
            picture.convert("RGBA").quantize(128).save(drawn, "PNG", optimize=True)
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Failure(f"{file} is no picture that can be read.") from error
    if len(drawn.getvalue()) > MOST_LOGO_BYTES:
        raise Failure(f"{file} is too rich in detail for a logo: take a simpler picture.")
    logos.put(tx, list_id, drawn.getvalue())


def _watch(tx: Connection, before: MailingList, address: str, now: datetime) -> None:
    """The test mailbox is a reader of all topics; one that was it before is none any more."""
    old = subscribers.by_address(tx, before.id, before.canary) if before.canary else None
    if old is not None and before.canary != address:
        subscribers.leave(tx, old.id, now)
    if address and subscribers.by_address(tx, before.id, address) is None:
        reader = Subscriber(
            0, before.id, address, "", "active", "weekly", joined_at=now, consent="test mailbox"
        )
        subscribers.add(tx, reader)


@list_group.command("pause", short_help="Posts are kept, and no edition leaves.")
@click.argument("name")
@pass_app
def pause(app: App, name: str) -> None:
    """Posts to the list NAME are kept and wait, nobody is asked, and no edition leaves."""
    with app.database.write() as tx:
        sender = the_list(tx, name)
        if not pauses.begin(tx, sender.id, app.now):
            raise Failure(f"{sender.address} pauses already.")
    click.echo(f"{sender.address} pauses. Posts wait until: postround list resume {sender.name}")


@list_group.command("resume", short_help="Ends a pause.")
@click.argument("name")
@pass_app
def resume(app: App, name: str) -> None:
    """Ends a pause: what waits is asked about, what was approved goes with the next round-up."""
    from moderation import organiser

    with app.database.write() as tx:
        sender = the_list(tx, name)
        if not organiser.resume(app.pen(tx, sender)):
            raise Failure(f"{sender.address} does not pause.")
    click.echo(f"{sender.address} goes on.")


def _given(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    if "holidays" in given:
        given["holidays"] = given["holidays"].upper().replace("NONE", "")
    if "languages" in given:
        given["languages"] = ",".join(given["languages"].lower().replace(",", " ").split())
    if "pages" in given:
        given["pages"] = _on(given["pages"])
    for name in ("colour", "intro", "canary"):
        if given.get(name, "").strip().casefold() == "none":
            given[name] = ""
    for name in ("colour", "proof", "topic_order", "canary"):
        if name in given:
            given[name] = given[name].strip().lower()
    return given


def _on(word: str) -> bool:
    if word.strip().casefold() not in ("on", "off"):
        raise Failure(f'Pages are on or off, and not "{word}".')
    return word.strip().casefold() == "on"


def _fields(one: MailingList) -> dict[str, Any]:
    return {name: getattr(one, name) for name in MailingList.__dataclass_fields__}


def _check(one: MailingList) -> None:
    unknown = {one.language, *one.languages.split(",")} - {*LANGUAGES, ""}
    if unknown:
        known = ", ".join(LANGUAGES)
        raise Failure(f"We do not write {' or '.join(sorted(unknown))}; we write {known}.")
    if not _good_region(one.holidays):
        raise Failure(f"Bank holidays of {one.holidays} are not known: say GB-ENG, FR or none.")
    try:
        for frequency in SCHEDULED:
            of_list(one, frequency)
        check_proof(one)
    except WrongTimetable as error:
        raise Failure(str(error)) from error
    if one.colour and not is_colour(one.colour):
        raise Failure(f'"{one.colour}" is no colour: write it like #7a1f5c')
    if one.canary and "@" not in one.canary:
        raise Failure(f'"{one.canary}" is no address.')


def _good_region(name: str) -> bool:
    if name == MailingList.__dataclass_fields__["holidays"].default:
        return True
    from moderation.pace import good_region  # it brings the holidays of all countries with it

    return good_region(name)


@click.group("topic")
def topic_group() -> None:
    """Topics of a list: add, list, remove."""


@topic_group.command("add")
@click.argument("list_name", metavar="LIST")
@click.argument("key")
@click.option("--name", required=True, help="Its name as readers see it.")
@click.option("--words", default="", help="Words that hint at it, separated by commas.")
@pass_app
def add_topic(app: App, list_name: str, key: str, name: str, words: str) -> None:
    """Adds the topic KEY, one word, to LIST."""
    if not key.replace("-", "").isalnum() or len(key) > 30:
        raise Failure("A topic's key is one word of letters, digits and dashes.")
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        if not lists.add_topic(tx, sender.id, key, name, words):
            raise Failure(f"{sender.address} has the topic {key} already.")
    click.echo(f"Added {name}. Post to it: {sender.name}+{key.lower()}@{sender.domain}")


@topic_group.command("list")
@click.argument("list_name", metavar="LIST")
@json_option
@pass_app
def list_topics(app: App, list_name: str, as_json: bool) -> None:
    """Shows the topics of LIST."""
    with app.database.read() as tx:
        found = lists.topics(tx, the_list(tx, list_name).id)
    shown = [{"id": t.id, "key": t.key, "name": t.name, "words": t.words} for t in found]
    rows(shown, as_json, "No topics yet.")


@topic_group.command("remove")
@click.argument("list_name", metavar="LIST")
@click.argument("key")
@pass_app
def remove_topic(app: App, list_name: str, key: str) -> None:
    """Takes the topic KEY from LIST. Posts keep their place in what was sent."""
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        if not lists.remove_topic(tx, sender.id, key):
            raise Failure(f"{sender.address} has no topic {key}.")
    click.echo(f"Removed {key}.")


COMMANDS = (list_group, topic_group)
