"""The operator's desk: what waits for a person, posts, letters, settings, reading by hand."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import Any, cast

import click
from sqlalchemy import Connection

from cli.app import ROW_ID, App, Failure, pass_app, the_list
from cli.outbox import stopped_mails
from cli.show import as_document, json_option, rows
from digest.coming import next_weekly
from moderation.decide import decide
from moderation.hold import on_duty
from moderation.tell import Case
from moderation.verdict import Kind, Verdict
from storage import history, letters, lists, noticed, outgoing, posts, volunteers
from storage.records import MailingList, Post


@click.command(short_help="What waits for a person: posts, letters, mails.")
@click.argument("name", required=False, metavar="[LIST]")
@json_option
@pass_app
def waiting(app: App, name: str | None, as_json: bool) -> None:
    """Shows what waits for a person: held posts, stuck and refused letters, mails not delivered."""
    with app.database.read() as tx:
        chosen = [the_list(tx, name)] if name else lists.every(tx)
        ours = {one.id for one in chosen}
        document: dict[str, list[dict[str, Any]]] = {
            "posts": [
                _held(tx, app, one, post) for one in chosen for post in posts.held(tx, one.id)
            ],
            "letters": [
                {
                    "id": one.id,
                    "state": one.state,
                    "subject": one.subject,
                    "from": one.sender or one.mail_from,
                    "reason": one.reason,
                }
                for one in letters.waiting_for_a_person(tx)
                if not name or any(_is_for(one.recipient, each) for each in chosen)
            ],
            "outgoing": [
                {
                    "id": one.id,
                    "to": one.to,
                    "letter": one.letter,
                    "attempts": one.attempts,
                    "reason": one.reason,
                }
                for one in outgoing.waiting(tx)
                if not name or one.list_id in ours
            ],
        }
    if stopped := stopped_mails(app):
        document["held"] = stopped
    if as_json:
        as_document(document)
        return
    for title, found in document.items():
        click.secho(f"{title.capitalize()}: {len(found) or 'none'}", bold=True)
        if found:
            rows(found, as_json=False)


def _held(tx: Connection, app: App, one: MailingList, post: Post) -> dict[str, Any]:
    asked = on_duty(tx, one, app.now)
    return {
        "id": post.id,
        "list": one.address,
        "title": post.title,
        "from": post.author_address,
        "held_at": post.held_at,
        "on_duty": asked[0].address if asked else None,
    }


def _is_for(recipient: str, one: MailingList) -> bool:
    local, _, domain = recipient.lower().rpartition("@")
    return domain == one.domain and local.startswith(one.name)


@click.group("post")
def post_group() -> None:
    """Posts: list, show."""


@post_group.command("list")
@click.argument("name", required=False, metavar="[LIST]")
@json_option
@pass_app
def list_posts(app: App, name: str | None, as_json: bool) -> None:
    """Shows the newest posts."""
    with app.database.read() as tx:
        found = posts.every(tx, the_list(tx, name).id if name else None)
    shown = [
        {
            "id": one.id,
            "state": one.state,
            "title": one.title,
            "from": one.author_address,
            "held_at": one.held_at,
        }
        for one in found
    ]
    rows(shown, as_json, "No posts yet.")


@post_group.command("show")
@click.argument("post_id", type=ROW_ID)
@json_option
@pass_app
def show_post(app: App, post_id: int, as_json: bool) -> None:
    """Shows one post with its history."""
    with app.database.read() as tx:
        post = _the_post(tx, post_id)
        steps = history.of_post(tx, post_id)
        attached = posts.attachments(tx, [post_id])
        flags = noticed.flags(tx, post_id)
        names = {topic.id: topic.key for topic in lists.topics(tx, post.list_id)}
        by = volunteers.by_id(tx, post.decided_by) if post.decided_by else None
    document = {field.name: getattr(post, field.name) for field in fields(post)} | {
        "topics": [names[number] for number in post.topics if number in names],
        "decided_by": by.address if by else None,
        "attachments": [{"filename": one.filename, "size": one.size} for one in attached],
        "flags": [{"kind": one.kind, "detail": one.detail} for one in flags],
        "history": [
            {"at": one.at, "who": one.who, "what": one.what, "detail": one.detail} for one in steps
        ],
    }
    if as_json:
        as_document([document])
        return
    click.secho(post.title, bold=True)
    click.echo(f"From {post.author_name} <{post.author_address}> ({post.proof}); {post.state}\n")
    click.echo(f"{post.text}\n")
    for note in post.notes:
        click.echo(f"- {note}\n")
    rows(document["history"], as_json=False)


def _the_post(tx: Connection, post_id: int) -> Post:
    post = posts.by_id(tx, post_id)
    if post is None:
        raise Failure(f"There is no post {post_id}.")
    return post


@click.command("decide", short_help="Decides about a post when mail is down.")
@click.argument("post_id", type=ROW_ID)
@click.argument("word", type=click.Choice(["yes", "no", "spam", "undo"]))
@click.option("--reason", default="", help="For the author, with a no.")
@pass_app
def decide_command(app: App, post_id: int, word: str, reason: str) -> None:
    """Decides about a post in a moderator's place, for when mail is down."""
    with app.database.write() as tx:
        post = _the_post(tx, post_id)
        sender = lists.by_id(tx, post.list_id)
        assert sender is not None
        pen = app.pen(tx, sender)
        case = Case(pen, post, None, next_weekly(tx, sender, pen.now))
        if not decide(case, Verdict(cast(Kind, word), reason)):
            raise Failure(f"Post {post_id} is {post.state}: {word} changes nothing.")
    click.echo(f"Done: {word} for post {post_id}.")


@click.group("letter")
def letter_group() -> None:
    """Letters that came in: show, retry."""


@letter_group.command("show")
@click.argument("letter_id", type=ROW_ID)
@click.option("--raw", is_flag=True, help="Print the bytes as they came.")
@json_option
@pass_app
def show_letter(app: App, letter_id: int, raw: bool, as_json: bool) -> None:
    """Shows a letter and what became of it."""
    try:
        with app.database.read() as tx:
            letter = letters.by_id(tx, letter_id)
    except letters.Damaged as error:
        raise Failure(str(error)) from error
    if letter is None:
        raise Failure(f"There is no letter {letter_id}.")
    if raw:
        sys.stdout.buffer.write(letter.raw)
        return
    shown = {
        "id": letter.id,
        "state": letter.state,
        "reason": letter.reason,
        "recipient": letter.recipient,
        "mail_from": letter.mail_from,
        "received_at": letter.received_at,
        "subject": letter.subject,
        "size": len(letter.raw),
    }
    rows([shown], as_json)


@letter_group.command("retry")
@click.argument("letter_id", type=ROW_ID)
@pass_app
def retry(app: App, letter_id: int) -> None:
    """Lets a stuck or refused letter be read again, after a repair."""
    with app.database.write() as tx:
        if not letters.put_back(tx, letter_id):
            raise Failure(f"There is no stuck or refused letter {letter_id}.")
    click.echo(f"Letter {letter_id} will be read again.")


@click.command("config")
@json_option
@pass_app
def config_command(app: App, as_json: bool) -> None:
    """Shows the settings in force, secrets masked."""
    shown = []
    for field in fields(app.settings):
        name = field.name.upper()
        name = name if field.name == "database_url" else f"POSTROUND_{name}"
        value = getattr(app.settings, field.name)
        shown.append({"setting": name, "value": _masked(field.name, value)})
    rows(shown, as_json)


def _masked(name: str, value: Any) -> Any:
    if name.startswith("secret"):
        return "(set)" if value else "(none)"
    if isinstance(value, str) and "://" in value and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return ", ".join(value) if isinstance(value, tuple) else value


COMMANDS = (waiting, post_group, decide_command, letter_group, config_command)
