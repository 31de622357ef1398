"""Shows what ingest makes of raw messages. Needs no database, network or settings."""

from __future__ import annotations

import sys

import click

from ingest.inspect import inspect_files


@click.command(short_help="Shows what we read in raw messages, as JSON.")
@click.argument("files", nargs=-1, type=click.Path())
def inspect(files: tuple[str, ...]) -> None:
    """Shows what we read in raw messages: FILES, or - for standard input. One JSON a line."""
    sys.exit(inspect_files(files or ("-",), sys.stdin.buffer, sys.stdout))


COMMANDS = (inspect,)
