"""`ihs store`: begin a store, and say what one is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ihs_cases import Cases
from ihs_cases.cases import key_file_of
from ihs_cli.errors import REHEARSAL
from ihs_cli.opening import rule_book
from ihs_cli.options import KEY_FILE, formats
from ihs_cli.output import Output
from ihs_store.port import RecordStore
from ihs_store.store import open_store


@click.group()
def store() -> None:
    """Begin a store, or say what one is.

    Example: ihs store info cases.db
    """


@store.command()
@click.argument("store")
@click.option("--rehearsal", is_flag=True, help="Takes recorded_at from its input; marked REHEARSAL for ever.")
@click.option("--name", default="ihs", show_default=True, help="Begins the name that its checkpoints go by.")
@KEY_FILE
def init(store: str, *, rehearsal: bool, name: str, key_file: Path | None) -> None:
    """Create an empty STORE and its key file.

    Example: ihs store init cases.db --name records.agency.example
    """
    with Cases.create(store, key_file=key_file, rules=rule_book(), rehearsal=rehearsal, name=name):
        kind = f"{REHEARSAL} store" if rehearsal else "store"
    click.echo(f"{kind} created: {store}")
    keys = key_file_of(store, key_file)
    click.echo(f"its keys: {keys} (keep a copy apart from the store: without it, sealed parts are lost)")


@store.command()
@click.argument("store")
@formats("text", "json")
def info(store: str, format_: str) -> None:
    """Say what kind of STORE it is, and where its record stands.

    Example: ihs store info cases.db
    """
    records = open_store(store)
    try:
        out, facts = Output(records.info().kind, format_), _facts(records)
    finally:
        records.close()
    if format_ == "json":
        out.json(**facts)
    else:
        out.text(_rows(facts))


def _facts(records: RecordStore) -> dict[str, Any]:
    about, head = records.info(), records.head()
    return {
        "id": about.store,
        "origin": about.origin,
        "kind": about.kind,
        "format": about.format,
        "created": about.created_at,
        "position": head.position,
        "recorded_at": head.recorded_at,
        "root": head.root.hex(),
        "cases": len(records.streams("case/")),
        "agencies": len(records.streams("agency/")),
    }


def _rows(facts: dict[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        yield f"{name:<14} {'-' if value is None else value}"
