"""`ihs store`: begin a store, say what one is, bring it up to date, back it up, restore it, correct its clock."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ihs_cases import Cases
from ihs_cases.clock import correct_clock
from ihs_cases.key_place import key_file_of
from ihs_cli.errors import REHEARSAL, Misasked
from ihs_cli.opening import opened, rule_book
from ihs_cli.options import ACTOR, KEY_FILE, ROLE, asks_a_store, formats
from ihs_cli.output import Output
from ihs_cli.printable import counted
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId
from ihs_ledger.note import NoteRefused, key_name
from ihs_store import backup as copies
from ihs_store import migrating
from ihs_store.addresses import shown
from ihs_store.keys import KeyRing, copy_key_file, read_key_file
from ihs_store.port import Head, RecordStore
from ihs_store.store import open_store


@click.group()
def store() -> None:
    """Begin a store, say what one is, bring it up to date, back it up, restore it.

    Example: ihs store info cases.db
    """


def _name(_ctx: click.Context, _param: click.Parameter, name: str) -> str:
    try:
        return key_name(name)
    except NoteRefused as error:
        raise click.BadParameter(str(error)) from None


@store.command()
@click.argument("store")
@click.option("--rehearsal", is_flag=True, help="Takes recorded_at from its input; marked REHEARSAL for ever.")
@click.option(
    "--name", default="ihs", show_default=True, callback=_name, help="Begins the name that its checkpoints go by."
)
@KEY_FILE
def init(store: str, *, rehearsal: bool, name: str, key_file: Path | None) -> None:
    """Create an empty STORE and its key file.

    Example: ihs store init cases.db --name records.agency.example
    """
    with Cases.create(store, key_file=key_file, rules=rule_book(), rehearsal=rehearsal, name=name):
        kind = f"{REHEARSAL} store" if rehearsal else "store"
    click.echo(f"{kind} created: {shown(store)}")
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


@store.command()
@click.argument("store")
def migrate(store: str) -> None:
    """Bring STORE up to this program's format; do so while nothing else uses it, after a backup.

    Example: ihs store migrate cases.db
    """
    before, after = migrating.migrate(store)
    click.echo(f"nothing to do: format {after}" if before == after else f"migrated from format {before} to {after}")


@store.command()
@click.argument("store")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--without-key-file", is_flag=True, help="Leave the key file out: then keep its own copy elsewhere.")
@KEY_FILE
def backup(store: str, file: Path, *, without_key_file: bool, key_file: Path | None) -> None:
    """Copy STORE and its key file to FILE and FILE.key, as they stand at one moment; verify the copy.

    FILE is a store itself: it can be shown and verified where it is. Who has both files can read everything.

    Example: ihs store backup cases.db saved.db
    """
    keys = None if without_key_file else key_file_of(store, key_file)
    if keys is not None:
        read_key_file(keys)
    head = copies.backup(store, file)
    _told_copied(f"backed up: {file}", head)
    if keys is not None:
        copy_key_file(keys, beside(file))
        _refuse_other_keys(str(file), beside(file))
        click.echo(f"its keys: {beside(file)}")


@store.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("store")
@KEY_FILE
def restore(file: Path, store: str, key_file: Path | None) -> None:
    """Make STORE of the backup in FILE where there is none yet, and verify it.

    The key file is copied from FILE.key, unless one is there already.

    Example: ihs store restore saved.db cases.db
    """
    keys = key_file_of(store, key_file)
    if not keys.exists() and not beside(file).exists():
        raise Misasked(f"there is no key file at {keys} or {beside(file)}: give the backup's own by --key-file")
    _refuse_other_keys(str(file), keys if keys.exists() else beside(file))
    head = copies.restore(file, store)
    if not keys.exists():
        copy_key_file(beside(file), keys)
    _told_copied(f"restored: {shown(store)}", head)
    click.echo(f"its keys: {keys}")


@store.command(name="clock-corrected")
@asks_a_store
@ACTOR
@ROLE
def clock_corrected(*, store: str, key_file: Path | None, actor: ActorId, role: str) -> None:
    """Put on record that the machine's clock is right, where the last record was stamped by one that was ahead.

    Until the clock has caught up, the time of recording stands still. Set the clock right first.

    Example: ihs store clock-corrected cases.db --actor a-1 --role administrator
    """
    with opened(store, key_file) as cases:
        done = correct_clock(cases, Actor(actor, Role(role)))
    if done is None or done.recorded_at is None:
        click.echo("nothing to do: the clock is not behind the last record")
    else:
        stands = done.recorded_at.isoformat()
        click.echo(
            f"recorded at position {done.first}: the time of recording stands at {stands} until the clock is there"
        )


def beside(file: Path) -> Path:
    """Where a backup's key file is."""
    return file.with_name(file.name + ".key")


def _refuse_other_keys(url: str, key_file: Path) -> None:
    """Raise WrongKeyFile where a key file does not open a store's keys."""
    records = open_store(url)
    try:
        _ = KeyRing(read_key_file(key_file), records.key).root
    finally:
        records.close()


def _told_copied(said: str, head: Head) -> None:
    click.echo(said)
    click.echo(f"it holds: {counted(head.position, 'record')}, root {head.root.hex()} (note the root elsewhere)")


def _facts(records: RecordStore) -> dict[str, Any]:
    about, head = records.info(), records.head()
    return {
        "at": records.address,
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
        "persons": len(records.streams("person/")),
    }


def _rows(facts: dict[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        yield f"{name:<14} {'-' if value is None else value}"
