"""Prints rows: as a table that a person can read, or as JSON for scripts."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


def rows(found: Sequence[Mapping[str, Any]], as_json: bool, empty: str = "Nothing.") -> None:
    """One row for each thing; ``empty`` is said when there is none."""
    if as_json:
        as_document([dict(row) for row in found])
    elif not found:
        click.echo(empty)
    else:
        _table(found)


def as_document(value: Any) -> None:
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _table(found: Sequence[Mapping[str, Any]]) -> None:
    cells = [[_cell(value) for value in row.values()] for row in found]
    heads = [name.replace("_", " ") for name in found[0]]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    # What goes into a file or another program is never cut.
    if sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        if len(found) == 1 and not _fits(widths, columns):
            _card(heads, cells[0])
            return
        _narrow(widths, columns)
    for number, line in enumerate([heads, *cells]):
        text = "  ".join(_cut(cell, width) for cell, width in zip(line, widths, strict=True))
        click.echo(text.rstrip() if number else click.style(text.rstrip(), bold=True))


def _card(heads: Sequence[str], cells: Sequence[str]) -> None:
    """One thing that is too wide for a line: a line for each of its values."""
    width = max(map(len, heads))
    for head, cell in zip(heads, cells, strict=True):
        click.echo(f"{click.style(head.ljust(width), bold=True)}  {cell}".rstrip())


def _fits(widths: Sequence[int], columns: int) -> bool:
    return sum(widths) + 2 * (len(widths) - 1) <= columns


def _narrow(widths: list[int], columns: int) -> None:
    """Narrows the widest columns until a line fits; none below ten characters."""
    while not _fits(widths, columns) and max(widths) > 10:
        widths[widths.index(max(widths))] -= 1


def _cut(cell: str, width: int) -> str:
    return cell.ljust(width) if len(cell) <= width else cell[: width - 1] + "…"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    # Strangers' words must not steer the terminal.
    return "".join(c if c.isprintable() else " " for c in str(value))
