"""Completion of commands and options in the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Prints what makes SHELL complete our commands.

    Put this into ~/.bashrc:

      eval "$(postround completion bash)"

    or into ~/.zshrc, below the line with compinit:

      eval "$(postround completion zsh)"
    """
    found = get_completion_class(shell)
    assert found is not None
    made = found(context.find_root().command, {}, "postround", "_POSTROUND_COMPLETE")
    # Not source(): for bash that starts one to ask for its version, which may not be there.
    click.echo(made.source_template % made.source_vars())


COMMANDS = (completion,)
