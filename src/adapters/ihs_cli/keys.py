"""`ihs keys`: the key under which all data keys are wrapped, and putting another in its place."""

from pathlib import Path
from typing import Any

import click

from ihs_cli.by import COMMAND, by
from ihs_cli.erase import NEXT
from ihs_cli.opening import opened
from ihs_cli.options import ACTOR, ROLE, asks_a_store, formats
from ihs_cli.output import Output, from_here
from ihs_store.key_files import service_named
from ihs_store.key_service import service_at
from ihs_store.keys import fingerprint, read_key_file


@click.group()
def keys() -> None:
    """Say which key a store hangs on, and put another in its place.

    Example: ihs keys show cases.db
    """


@keys.command()
@asks_a_store
@formats("text", "json")
def show(*, store: str, key_file: Path | None, format_: str) -> None:
    """Say where STORE's key is kept, by its fingerprint; nothing of the key is shown.

    Example: ihs keys show cases.db
    """
    with opened(store, key_file) as cases:
        out, path = Output(cases.store.info().kind, format_), Path(from_here(cases.key_file))
    service = service_named(path)
    told = {"key_file": str(path), "kept_by": "the file" if service is None else service.id}
    told["fingerprint"] = fingerprint(read_key_file(path))
    if format_ == "json":
        out.json(**told)
    else:
        out.text(f"{name.replace('_', ' '):<12} {value}" for name, value in told.items())


@keys.command()
@asks_a_store
@click.option("--service", metavar="URL", help="Have a key service keep the new key: https://HOST/v1/transit/NAME.")
@ACTOR
@ROLE
@COMMAND
@formats("text", "json")
def rotate(*, store: str, key_file: Path | None, service: str | None, format_: str, **who: Any) -> None:
    """Wrap every data key of STORE under a new key; the key file of before then opens nothing.

    Example: ihs keys rotate cases.db --actor a-1 --role administrator
    """
    with opened(store, key_file) as cases:
        out, acting = Output(cases.store.info().kind, format_), by(cases, on=None, **who)
        done = cases.erasing.rotate(
            actor=acting.actor,
            command_id=acting.command_id,
            service=None if service is None else service_at(service),
            recorded_at=acting.recorded_at,
        )
    result = "nothing new" if done.again else "rotated"
    if format_ == "json":
        out.json(result=result, position=done.position, key_file=from_here(cases.key_file))
    else:
        out.text([f"{result}: the key file is {from_here(cases.key_file)}", *(() if done.again else NEXT)])
