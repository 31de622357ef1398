"""One person's rights: a copy of all that a list holds about them, and being forgotten."""

from __future__ import annotations

import mailbox
import sys
from email.utils import getaddresses
from pathlib import Path

import click

from cli.app import App, Failure, pass_app, the_list
from preferences import person
from preferences.prints import prints
from storage import forgotten, history
from storage.addresses import fold


def copy_of(app: App, list_name: str, address: str, as_json: bool) -> None:
    """Prints all that is held about ``address``, to read or as JSON."""
    with app.database.read() as tx:
        sender = the_list(tx, list_name)
        copy = person.copy_of(app.pen(tx, sender), address)
    if not copy:
        raise Failure(f"{sender.address} holds nothing about {address}.")
    click.echo(person.as_json(copy) if as_json else person.as_text(copy), nl=False)


@click.command("forget", short_help="Erases what we hold about ADDRESS on LIST.")
@click.argument("list_name", metavar="LIST")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Does not ask back, as where there is no terminal.")
@pass_app
def forget(app: App, list_name: str, address: str, yes: bool) -> None:
    """Erases what we hold about ADDRESS on LIST: settings, history, letters, waiting mails.

    Links in mails they have stop working. A keyed hash stays, so that no import brings the
    address back. Posts that went out stay, without their author.
    """
    if not yes and sys.stdin.isatty():
        click.confirm("This cannot be undone. Forget them?", abort=True)
    with app.database.write() as tx:
        sender = the_list(tx, list_name)
        gone = forgotten.erase(tx, sender, address)
        if not gone:
            raise Failure(f"{address} is no reader of {sender.address}.")
        forgotten.remember(tx, prints(app.pen(tx, sender), address)[0], app.now)
        detail = ", ".join(f"{count} {kind}" for kind, count in gone.items())
        history.note(tx, app.now, "operator", "forgot", list_id=sender.id, detail=detail)
    app.database.forget_traces()
    files = _out_of_maildir(app.settings.outgoing, sender.list_id, address)
    gone |= {"files": files} if files else {}
    click.echo(f"Forgotten: {', '.join(f'{count} {kind}' for kind, count in gone.items())}.")


def _out_of_maildir(outgoing: str, list_id: str, address: str) -> int:
    """Takes the mails to ``address`` out of the folder where a trial keeps what it sends."""
    folder = Path(outgoing.removeprefix("maildir:"))
    if not outgoing.startswith("maildir:") or not folder.is_dir():
        return 0
    box, gone = mailbox.Maildir(str(folder), create=False), 0
    for key, mail in box.items():
        to = {fold(one) for _, one in getaddresses(map(str, mail.get_all("To", [])))}
        if fold(address) in to and list_id in str(mail.get("List-Id", "")):
            box.remove(key)
            gone += 1
    return gone
