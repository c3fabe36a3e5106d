"""`ihs schema`: the JSON Schema of every event, for other systems, and whether theirs still holds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from ihs_cases.event_schemas import schemas
from ihs_cases.schema_changes import SchemaChange, is_comparable, schema_changes
from ihs_cli.errors import WRONG, Misasked
from ihs_cli.options import formats
from ihs_cli.output import echo_json
from ihs_cli.printable import counted, shown

SUFFIX: Final = ".json"
NO_SCHEMAS: Final = "{} holds no schemas of events: name a folder that ihs schema export wrote"


@click.group()
def schema() -> None:
    """The JSON Schema (2020-12) of every version of every event.

    Example: ihs schema export schemas
    """


@schema.command()
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write a file for each event into FOLDER, which is made: what its fields may hold, as `with` takes them.

    Example: ihs schema export schemas
    """
    found = schemas()
    try:
        folder.mkdir(parents=True)
        for name, one in found.items():
            (folder / f"{name}{SUFFIX}").write_text(json.dumps(one, indent=2) + "\n", encoding="utf-8")
    except FileExistsError:
        raise Misasked(f"{folder} already exists: name a new folder") from None
    except OSError as error:
        raise Misasked(f"{folder} cannot be written: {error.strerror}") from error
    click.echo(shown(f"{counted(len(found), 'schema')} written to {folder}"))


@schema.command(short_help="Whether what others were given still holds.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@formats("text", "json")
def check(*, folder: Path, format_: str) -> None:
    """Whether all that fits the schemas in FOLDER fits this program's: each change, additive or breaking.

    It ends with 1 when one is breaking. What is new can be left aside by whoever holds FOLDER.

    Example: ihs schema check schemas
    """
    changes = [*schema_changes(_read(folder), schemas())]
    breaking = sum(change.breaking for change in changes)
    if format_ == "json":
        echo_json({"holds": not breaking, "changes": changes})
    else:
        for line in (*map(_line, changes), _ends(len(changes), breaking)):
            click.echo(shown(line))
    if breaking:
        raise click.exceptions.Exit(WRONG)


def _line(change: SchemaChange) -> str:
    place = f"{change.event} {change.at}".rstrip()
    return f"{'breaking' if change.breaking else 'additive'}  {place}: {change.says}"


def _ends(changes: int, breaking: int) -> str:
    return f"{changes - breaking} additive, {breaking} breaking" if changes else "nothing changed"


def _read(folder: Path) -> Mapping[str, Any]:
    found = {path: _schema(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}
    if not found:
        raise Misasked(NO_SCHEMAS.format(folder))
    if none := [str(path) for path, one in found.items() if one is None]:
        said, them = ("is no schema of an event", "it") if len(none) == 1 else ("are no schemas of events", "them")
        raise Misasked(f"{', '.join(none)} {said}: take {them} away, or have the folder written anew")
    return {path.stem: one for path, one in found.items()}


def _schema(path: Path) -> Any:
    """What the schema in a file says, None where it holds no schema of the event that the file is named after."""
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return read if is_comparable(read) and read.get("title") == path.stem else None
