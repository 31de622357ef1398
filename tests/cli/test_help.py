"""Help fits a terminal of 80 columns, and no line of it breaks off."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.testing import CliRunner

from cli.main import postround


def helps(
    command: click.Command, above: click.Context | None = None, name: str = "postround"
) -> Iterator[tuple[str, str]]:
    settings = postround.context_settings
    context = click.Context(
        command, parent=above, info_name=name, terminal_width=78, **({} if above else settings)
    )
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for one in command.list_commands(context):
            found = command.get_command(context, one)
            assert found is not None
            yield from helps(found, context, one)


def test_every_command_says_in_one_whole_line_what_it_does() -> None:
    found = list(helps(postround))
    assert len(found) > 70
    cut = [(path, line) for path, text in found for line in text.splitlines() if "..." in line[20:]]
    cut = [(path, line) for path, line in cut if not line.lstrip().startswith("Usage:")]
    assert cut == []
    wide = [(path, line) for path, text in found for line in text.splitlines() if len(line) > 80]
    assert wide == []
    silent = [path for path, text in found if len(text.splitlines()) < 5]
    assert silent == []


def test_what_to_put_into_the_files_of_a_shell_stands_on_lines_of_its_own() -> None:
    lines = [line.strip() for line in dict(helps(postround))["postround completion"].splitlines()]
    assert 'eval "$(postround completion bash)"' in lines
    assert 'eval "$(postround completion zsh)"' in lines


def test_a_wrong_day_is_told_in_plain_words() -> None:
    words = ["rota", "set", "news", "--from", "2026-13-01", "bob@council.example"]
    ended = CliRunner().invoke(postround, words)
    assert ended.exit_code == 2 and "2026-13-01 is no day such as 2026-11-23" in ended.output
    asked = CliRunner().invoke(postround, ["rota", "away", "--help"]).output
    assert "--from DAY" in asked and "%" not in asked
