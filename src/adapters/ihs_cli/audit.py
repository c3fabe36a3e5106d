"""`ihs audit`: hold a store against itself, row by row."""

from collections.abc import Iterator

import click

from ihs_cli.errors import WRONG
from ihs_cli.options import formats
from ihs_cli.output import Output
from ihs_ledger.verify import Verdict, verify
from ihs_record.row import Row
from ihs_store.port import Head, RecordStore
from ihs_store.store import open_store

CHUNK = 1000
BEFORE_ALL = -(1 << 63)  # what somebody slipped in before the first record is read too


@click.group()
def audit() -> None:
    """Show that a store is what was recorded.

    Example: ihs audit verify cases.db
    """


@audit.command("verify")
@click.argument("store")
@formats("text", "json")
def verify_(store: str, format_: str) -> None:
    """Recompute every leaf and the ledger of STORE; name the first record that does not hold.

    Whoever can change the whole file can also recompute it: compare the root with one you noted elsewhere.

    Example: ihs audit verify cases.db
    """
    records = open_store(store)
    try:
        head, info = records.head(), records.info()
        verdict = verify(_rows(records, head.position), info.tag)
    finally:
        records.close()
    out, why = Output(info.kind, format_), _wrong(verdict, head)
    if format_ == "json":
        out.json(holds=not why, why=why or None, position=head.position, root=head.root.hex())
    else:
        said = f"does not hold: {why}" if why else f"holds: {head.position} records, root {head.root.hex()}"
        out.text([said])
    if why:
        raise click.exceptions.Exit(WRONG)


def _rows(records: RecordStore, upto: int) -> Iterator[Row]:
    position = BEFORE_ALL
    while rows := records.read(position, limit=CHUNK, upto=upto):
        yield from rows
        position = rows[-1].position


def _wrong(verdict: Verdict, head: Head) -> str:
    if verdict.wrong is not None:
        return f"position {verdict.wrong.position}: {verdict.wrong.why}"
    if verdict.tree.size != head.position:
        return f"the ledger counts {head.position} records, there are {verdict.tree.size}"
    return "" if verdict.tree.root == head.root else "the records and the ledger's root disagree"
