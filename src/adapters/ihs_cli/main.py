"""The `ihs` command: what there is to type, and how every command ends."""

import errno
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final

import click

from ihs_cli.printable import shown

COMMANDS: Final = {
    "demo": "demo",
    "store": "store",
    "record": "recording",
    "case": "case",
    "person": "person",
    "access": "access",
    "oncall": "oncall",
    "duties": "owing",
    "findings": "judging",
    "whatif": "whatif",
    "rules": "rules",
    "standards": "standards",
    "instruments": "instruments",
    "schema": "schema",
    "projections": "projecting",
    "audit": "audit",
    "keys": "keys",
    "hold": "holding",
    "seal": "holding",
    "erase": "erase",
    "retention": "retention",
    "plugins": "plugins",
    "doctor": "doctor",
    "nats": "nats",
}
"""Each command, and the module that is imported when it is typed."""

TRACE: Final = "IHS_TRACE"


class Commands(click.Group):
    """Finds a command's module when it is asked for, and ends each command with an exit code and at most one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands, in the order in which they are used."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"ihs_cli.{COMMANDS[cmd_name]}"), cmd_name)
        return found

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = "ihs", **_: Any
    ) -> None:
        """Run what was typed and leave: 0 done, 1 something refused or found wrong, 2 asked wrongly."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to fail
        signal.signal(signal.SIGTERM, _interrupted)
        sys.exit(self._ended(args, prog_name))

    def _ended(self, args: Sequence[str] | None, prog_name: str | None) -> int:
        try:
            return int(super().main(args, prog_name, standalone_mode=False) or 0)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            return error.exit_code
        except click.ClickException as error:
            return _said(_one_line(error), error.exit_code)
        except click.Abort:
            return _said("ihs: stopped", 1)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            return _said(f"ihs: {error.strerror or type(error).__name__}", 1)
        except Exception as error:
            if os.environ.get(TRACE):
                raise
            return _last_resort(error)


def _interrupted(_signal: int, _frame: object) -> None:
    """A request to end is Ctrl-C: what was begun is put away, a server that was started included."""
    raise KeyboardInterrupt


def _one_line(error: click.ClickException) -> str:
    ctx = getattr(error, "ctx", None)
    if ctx is None:
        return f"ihs: {error.format_message()}"
    return f"{ctx.command_path}: {error.format_message()} ({ctx.command_path} --help shows how)"


def _last_resort(error: Exception) -> int:
    from ihs_cli.errors import KNOWN, failure

    if isinstance(error, KNOWN):
        known = failure(error)
        return _said(f"ihs: {known.message}", known.exit_code)
    hidden = "no details shown: they may hold personal data"
    return _said(f"ihs: internal error: {type(error).__name__} ({hidden}); run with {TRACE}=1 to see them", 1)


def _said(message: str, exit_code: int) -> int:
    click.echo(shown(message), err=True)
    return exit_code


@click.group(name="ihs", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ihs-domain", prog_name="ihs")
def main() -> None:
    """Keep, judge and tell the record of in-home services.

    STORE is a path, sqlite:///PATH, or postgresql://USER@HOST/DATABASE. Exit codes: 0 done, 1 something refused or
    found wrong, 2 asked wrongly.

    Example: ihs case timeline cases.db alder --as-at 2015-03-01
    """
