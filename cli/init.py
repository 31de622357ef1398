"""Asks what an installation needs to know and writes it down in ``.env``."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path
from typing import TextIO
from urllib.parse import quote, urlsplit

import click
from click.core import ParameterSource

from cli.app import Failure
from config import WrongSetting, read_settings

FILE = ".env"


@click.command("init", short_help="Asks five questions and writes .env.")
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
    help="smtp://127.0.0.1:25, smtp://user@host:587 (the password is asked for), or a folder.",
)
@click.option(
    "--password-file",
    type=click.File(),
    help="The first line of this file is the password for that server; - is standard input.",
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
@click.option(
    "--database", envvar="DATABASE_URL", default="sqlite:///postround.db", show_default=True
)
@click.pass_context
def init(
    context: click.Context,
    hostname: str,
    public_url: str,
    outgoing: str,
    password_file: TextIO | None,
    smtp_listen: str,
    operator: str,
    database: str,
) -> None:
    """Asks five questions and writes the answers to .env, for your eyes only.

    Each answer can be given as an option; with all of them nothing is asked. A password never is
    an option: it is asked for, or comes from a file; that of a database stands in DATABASE_URL.
    """
    _refuse_to_be_told(context, "outgoing", "type it when you are asked, or name a --password-file")
    _refuse_to_be_told(context, "database", "set DATABASE_URL in the environment instead")
    if Path(FILE).exists():
        raise Failure(f"There is a {FILE} here already: change it with an editor.")
    outgoing = _with_password(outgoing, password_file)
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
    if any("\n" in value for value in values.values()):
        raise WrongSetting("An answer must be one line.")
    read_settings(values | {"POSTROUND_SECRET": "only to try the answers"})
    _write(values)
    click.echo(f"Written to {FILE}. Next: postround migrate, postround list add, postround doctor.")


def _refuse_to_be_told(context: click.Context, option: str, instead: str) -> None:
    """Everybody on a machine can read the words of its commands, and a shell keeps them."""
    told = context.get_parameter_source(option) is ParameterSource.COMMANDLINE
    if told and _password(context.params[option]) is not None:
        raise click.UsageError(
            f"Others on this machine can read a password behind --{option}. Nothing was written. "
            f"Please leave the password out and {instead}; and change it where it came from."
        )


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _with_password(outgoing: str, file: TextIO | None) -> str:
    """``outgoing`` with the password that its user name needs."""
    user, at, host = outgoing.rpartition("@")
    if not at or _password(outgoing) is not None or not user.startswith(("smtp://", "smtps://")):
        return outgoing
    if file:
        password = file.readline().rstrip("\r\n")
    else:
        name = user.partition("://")[2]
        password = click.prompt(f"   The password of {name} there", hide_input=True)
    return f"{user}:{quote(password, safe='')}@{host}"


def _write(values: dict[str, str]) -> None:
    number = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


COMMANDS = (init,)
