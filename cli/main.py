"""The command ``postround``: one group, its commands in the files beside this one.

Exit codes: 0 done, 1 could not (one plain sentence, no traceback), 2 wrong usage or setting.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from config import WrongSetting

# Where each command lives. A module is read only when one of its commands is called: the mail
# readers and the web server alone would make every `list show` a second slower.
COMMANDS = {
    "run": "serve",
    "smtp": "serve",
    "web": "serve",
    "clock": "serve",
    "sender": "serve",
    "migrate": "upgrade",
    "list": "lists",
    "topic": "lists",
    "moderator": "people",
    "organiser": "people",
    "rota": "people",
    "subscriber": "readers",
    "waiting": "desk",
    "post": "desk",
    "decide": "desk",
    "letter": "desk",
    "config": "desk",
    "backup": "keeping",
    "restore": "keeping",
    "hold": "holding",
    "doctor": "doctor",
    "status": "status",
    "completion": "completion",
    "init": "init",
    "edition": "editions",
    "outgoing": "outbox",
    "archive": "archive",
    "inspect": "reading",
    "example": "example",
    "demo": "demo",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cli.{COMMANDS[cmd_name]}")
        found = {command.name: command for command in module.COMMANDS}
        command = found[cmd_name]
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="postround")
@click.pass_context
def postround(context: click.Context) -> None:
    """Postround: post by email, decide by replying, one round-up for each reader."""
    from cli.app import App

    context.obj = App()


def main() -> None:
    """Runs the command line; every foreseen failure is one sentence on standard error."""
    # The database, the secret and the mails are nobody else's to read.
    os.umask(0o077)
    from cli.app import Failure
    from storage.database import DiskFull, Unavailable

    try:
        postround(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except WrongSetting as error:
        _say(str(error), 2)
    except Failure as error:
        _say(str(error), 1)
    except DiskFull:
        _say("The disk is full: nothing could be written.", 1)
    except Unavailable as error:
        _say(f"The database cannot be used: {str(error).splitlines()[0]}", 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def _say(sentence: str, code: int) -> None:
    click.echo(f"postround: {sentence}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
