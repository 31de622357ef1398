"""The command ``postround``: one group, its commands in the files beside this one.

Exit codes: 0 done, 1 could not (one plain sentence, no traceback), 2 wrong usage or setting.
"""

from __future__ import annotations

import sys

import click

from cli import demo, desk, editions, example, lists, people, readers, serve
from cli.app import App, Failure
from config import WrongSetting
from storage.database import DiskFull, Unavailable


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="postround")
@click.pass_context
def postround(context: click.Context) -> None:
    """Postround: post by email, decide by replying, one round-up for each reader."""
    context.obj = App()


for module in (serve, lists, people, readers, desk, editions, example, demo):
    for command in module.COMMANDS:
        postround.add_command(command)


def main() -> None:
    """Runs the command line; every foreseen failure is one sentence on standard error."""
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
