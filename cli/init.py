"""Asks what an installation needs to know and writes it down in ``.env``."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

import click

from cli.app import Failure
from config import WrongSetting, read_settings

FILE = ".env"


@click.command("init")
@click.option(
    "--hostname",
    prompt="1. The name of this machine in the DNS",
    default=socket.getfqdn,
    help="How we greet other mail servers.",
)
@click.option(
    "--public-url",
    prompt="2. Where people will see the pages",
    default=lambda: f"https://{socket.getfqdn()}",
    help="How links in mails begin.",
)
@click.option(
    "--outgoing",
    prompt="3. The mail server that sends for you (or maildir:outgoing, and nothing leaves)",
    default="maildir:outgoing",
    help="smtp://127.0.0.1:25, or smtp://user:password@host:587, or a folder.",
)
@click.option(
    "--smtp-listen",
    prompt="4. Where mail comes in (0.0.0.0:25 directly, 127.0.0.1:8025 behind a mail server)",
    default="127.0.0.1:8025",
)
@click.option(
    "--operator",
    prompt="5. Your own address, for the weekly mail about how we are",
    help="Who hears about the service.",
)
@click.option("--database", default="sqlite:///postround.db", show_default=True)
def init(
    hostname: str, public_url: str, outgoing: str, smtp_listen: str, operator: str, database: str
) -> None:
    """Asks five questions and writes the answers to .env, for your eyes only.

    Each answer can be given as an option; with all of them nothing is asked.
    """
    values = {
        "DATABASE_URL": database,
        "POSTROUND_HOSTNAME": hostname,
        "POSTROUND_PUBLIC_URL": public_url,
        "POSTROUND_OUTGOING": outgoing,
        "POSTROUND_SMTP_LISTEN": smtp_listen,
        "POSTROUND_OPERATOR": operator,
    }
    if not database.startswith("sqlite:"):
        values["POSTROUND_SECRET"] = secrets.token_hex(32)
    if Path(FILE).exists():
        raise Failure(f"There is a {FILE} here already: change it with an editor.")
    if any("\n" in value for value in values.values()):
        raise WrongSetting("An answer must be one line.")
    read_settings(values | {"POSTROUND_SECRET": "only to try the answers"})
    _write(values)
    click.echo(f"Written to {FILE}. Next: postround migrate, postround list add, postround doctor.")


def _write(values: dict[str, str]) -> None:
    number = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


COMMANDS = (init,)
