"""`ihs audit`: prove a store to yourself, have its checkpoints kept elsewhere, and prove records to a stranger."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click

from ihs_cases.cases import Cases
from ihs_cases.key_place import key_file_of
from ihs_cases.reading import CaseReader
from ihs_cli.errors import WRONG, Misasked
from ihs_cli.opening import opened
from ihs_cli.options import asks_a_store, formats
from ihs_cli.output import Output
from ihs_cli.outside import FOLDER, are_kept, places, read, stated, stated_by, told
from ihs_cli.printable import counted, shown
from ihs_cli.reading import reader_of, reads
from ihs_cli.stopping import stopping
from ihs_cli.written import must_be_new, write_new
from ihs_domain.editions import RuleBook
from ihs_ledger import bundle as bundles
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.note import NoteRefused, VerifierKey
from ihs_ledger.tables import SQLiteTables
from ihs_ledger.tree import TreeHead
from ihs_ledger.verify import Verdict, verify
from ihs_store.addresses import shown as address
from ihs_store.backup import file_of
from ihs_store.errors import KeyFileMissing, StoreDamaged, StoreError
from ihs_store.keys import read_key_file
from ihs_store.port import Kind
from ihs_store.store import open_store

FILE: Final = click.Path(path_type=Path, dir_okay=False)
VKEY: Final = click.option("--key", "vkey", metavar="VKEY", help="What `ihs audit key` said: NAME+ID+KEY, or a file.")
WHOLE: Final = (
    "no record is left out before its last one; that nothing else is on record of this case, a bundle cannot show"
)
ALONE: Final = "it is one record by itself; what is on record before it and after it, this bundle does not show"
TO: Final = click.option("--to", type=FOLDER, help="Keep it in this folder, outside the store.")
ON_SERVER: Final = click.option("--server", type=FOLDER, help="Keep it on the NATS server of this folder.")


@click.group()
def audit() -> None:
    """Show that a store is what was recorded, to yourself or to a stranger.

    Example: ihs audit verify cases.db --checkpoints kept
    """


@audit.command("verify")
@asks_a_store
@click.option("--checkpoint", "files", type=FILE, multiple=True, help="One kept outside; as often as there are.")
@are_kept
@VKEY
@formats("text", "json")
def verify_(
    *,
    store: str,
    key_file: Path | None,
    files: tuple[Path, ...],
    folder: Path | None,
    server: Path | None,
    vkey: str | None,
    format_: str,
) -> None:
    """Recompute all that STORE claims; name the first position and column that does not hold.

    Whoever can change the whole file can also recompute it: only checkpoints kept outside show that. Of a store on a
    server, a copy as at one moment is made in a temporary folder, verified, and removed.

    Example: ihs audit verify cases.db --checkpoints kept --key agency.vkey
    """
    kind, id_ = _said_of(store)
    kept = _key_file(store, key_file)
    key = _key(vkey) if vkey else _own_key(store, kept)
    outside = [stated_by(str(file), read(file), key) for file in files]
    outside += stated(folder, server if id_ else None, id_, key)
    with file_of(store) as path:
        verdict = verify(path, outside, None if kept is None else read_key_file(kept))
    notes = _notes(verdict, given=len(outside), signed=key is not None)
    _say(verdict, Output(kind, format_), [*notes])
    if not verdict.holds:
        raise click.exceptions.Exit(WRONG)


def _say(verdict: Verdict, out: Output, notes: list[str]) -> None:
    tree, wrong = verdict.tree, verdict.wrong
    if out.format == "json":
        out.json(
            holds=verdict.holds,
            why=None if wrong is None else str(wrong),
            wrong=wrong,
            position=tree.size,
            root=tree.root.hex(),
            outside=None if verdict.outside is None else verdict.outside.head.size,
            emptied=verdict.emptied,
            notes=notes,
        )
        return
    first = (
        f"holds: {counted(tree.size, 'record')}, root {tree.root.hex()}" if wrong is None else f"does not hold: {wrong}"
    )
    out.text([first, *notes])


def _notes(verdict: Verdict, *, given: int, signed: bool) -> Iterator[str]:
    if not given:
        yield "no checkpoint from outside was held against it: a history made anew as a whole would not show"
    if verdict.outside is not None:
        size = verdict.outside.head.size
        leads = f"it leads to the checkpoints kept outside, the largest of {counted(size, 'record')}"
        yield leads if verdict.holds else f"up to position {size} it is what a checkpoint kept outside states"
        if not signed:
            yield "whose signatures were not checked: give --key, or --key-file"
    if verdict.holds and not verdict.keys_opened:
        yield "without the key file it was not tried whether the keys of sealed parts open"


@audit.command()
@asks_a_store
def key(store: str, key_file: Path | None) -> None:
    """Print the key by which anyone can check STORE's checkpoints and bundles: hand it out, keep it elsewhere.

    Example: ihs audit key cases.db
    """
    with opened(store, key_file) as cases:
        click.echo(str(cases.signer.key))


@audit.command()
@asks_a_store
@TO
@ON_SERVER
@click.option("--every", type=click.FloatRange(1, 60), help="Go on so many seconds apart, until Ctrl-C.")
def checkpoint(store: str, key_file: Path | None, to: Path | None, server: Path | None, every: float | None) -> None:
    """Sign where STORE's record stands; print it, or have it kept outside.

    Example: ihs audit checkpoint cases.db --to kept
    """
    if every and to is None and server is None:
        raise Misasked("say where to go on keeping it: --to, or --server")
    with opened(store, key_file) as cases:
        if to is None and server is None:
            click.echo(cases.checkpoint(), nl=False)
            return
        _publish(cases, to, server, every)


def _publish(cases: Cases, folder: Path | None, server: Path | None, every: float | None) -> None:
    from ihs_follow.checkpoints import CheckpointPublisher

    with told():
        publishers = [CheckpointPublisher(cases, kept) for kept in places(folder, server, cases.store.info().store)]
        for publisher in publishers:
            said = publisher.publish()
            click.echo(shown(f"{publisher.kept.name}: {_as_kept(said)}"))
        stop = stopping() if every else None
        while stop and not stop.wait(every):
            for publisher in publishers:
                publisher.attempt()


def _as_kept(said: Checkpoint | None) -> str:
    return "the last checkpoint says all there is" if said is None else f"kept at {counted(said.head.size, 'record')}"


@audit.command()
@click.argument("store")
@are_kept
def status(store: str, folder: Path | None, server: Path | None) -> None:
    """Say whether checkpoints of STORE leave it: wrong is five minutes of records without one.

    A rehearsal has no clock, and is never late: there it says for how long by the times that it was told.

    Example: ihs audit status cases.db --checkpoints kept
    """
    from ihs_follow.checkpoints import is_late, waiting

    if folder is None and server is None:
        raise Misasked("say where its checkpoints are kept: --checkpoints, or --server")
    with closing(open_store(store)) as records, told():
        info = records.info()
        waited = [waiting(records, kept) for kept in places(folder, server, info.store)]
        longest = max((one for one in waited if one is not None), default=None)
        late = is_late(records, longest)
    Output(info.kind).text([_waited(longest, info.kind, late=late)])
    if late:
        raise click.exceptions.Exit(WRONG)


def _waited(longest: timedelta | None, kind: Kind, *, late: bool) -> str:
    if longest is None:
        return "the last checkpoint says all there is"
    said = f"records have been waiting for a checkpoint for {timedelta(seconds=int(longest.total_seconds()))}"
    if kind == "rehearsal":
        return f"{said} by the times this rehearsal was told; it has no clock by which that is late"
    return f"{said}: is `ihs audit checkpoint --every` running?" if late else said


@audit.command()
@asks_a_store
@click.argument("case", required=False)
@click.option("--position", type=click.IntRange(1), help="One record instead of a case.")
@click.option("--to", type=FILE, required=True, help="The file to write.")
@click.option("--without-sealed", is_flag=True, help="Show sealed parts by their digests alone.")
@click.option("--without-open", type=click.IntRange(1), multiple=True, help="Withhold the open part at this position.")
@click.option("--since", type=FILE, help="Prove too that it goes on from this earlier checkpoint.")
@reads
def export(
    *,
    store: str,
    key_file: Path | None,
    case: str | None,
    position: int | None,
    to: Path,
    without_sealed: bool,
    without_open: tuple[int, ...],
    since: Path | None,
    **who: Any,
) -> None:
    """Write the records of CASE, or the one at a position, with proofs that a stranger can check.

    That a case is handed out is put on record first, so that the bundle tells of it by the size of its tree alone.
    Of a store on a server they are taken from a copy as at one moment, made in a temporary folder, and removed.

    Example: ihs audit export cases.db alder --to alder.bundle --without-sealed
    """
    if (case is None) == (position is None):
        raise Misasked("name a case, or a --position, and not both")
    must_be_new(to)
    withheld = bundles.Withheld(without_sealed, without_open)
    earlier = None if since is None else read(since)
    with opened(store, key_file) as cases:
        _must_be_open(reader_of(cases, **who), case, position)
        with file_of(store) as path, SQLiteTables(path) as tables:

            def sign(head: TreeHead) -> str:
                return Checkpoint(cases.store.info().origin, head).signed_by(cases.signer)

            stream = None if case is None else f"case/{case}"
            written = bundles.export(tables, stream, position, sign, withheld, earlier)
    write_new(to, written)
    click.echo(shown(f'written: {to} (check it with: ihs audit check {to} --key "$(ihs audit key {address(store)})")'))


def _must_be_open(reader: CaseReader, case: str | None, position: int | None) -> None:
    """Put on record that a case, or a record of one, is handed out. What is of no case only who keeps the store has."""
    if case is not None:
        reader.exporting(case)
        return
    there = reader.door.cases.store.places(int(position or 0) - 1, limit=1)
    stream = next((stream for at, stream in there if at == position), "")
    if stream.startswith("case/") or not reader.door.is_keeper:
        reader.exporting(stream.removeprefix("case/"), as_at=position)


@audit.command()
@click.argument("bundle", type=FILE)
@click.option("--key", "vkey", metavar="VKEY", required=True, help="What `ihs audit key` said: NAME+ID+KEY, or a file.")
@click.option("--since", type=FILE, help="A checkpoint of your own that it must go on from.")
@are_kept
def check(bundle: Path, vkey: str, since: Path | None, folder: Path | None, server: Path | None) -> None:
    """Check BUNDLE with nothing but its store's verifier key: no store, no key file, and by itself no network.

    Where checkpoints are kept outside, it must come by one of them, and depart from none.

    Example: ihs audit check alder.bundle --key agency.vkey
    """
    found = bundles.check(read(bundle), _key(vkey), None if since is None else read(since))
    heads = [one.head for one in stated(folder, server, None, _key(vkey))]
    by = bundles.held_against(found, heads) if folder or server else None
    out, head = Output("rehearsal" if found.kind == "rehearsal" else "live"), found.checkpoint.head
    lines = [f"holds: {counted(len(found.positions), 'record')} among {head.size} of {found.checkpoint.origin}"]
    if found.withheld:
        are = "is" if found.withheld == 1 else "are"
        lines.append(f"{counted(found.withheld, 'part')} {are} withheld: shown by their digests alone")
    if found.since is not None:
        lines.append(f"it goes on from the checkpoint of {counted(found.since.head.size, 'record')}")
    if by is not None:
        lines.append(f"it comes by the checkpoint of {counted(by.size, 'record')} that is kept outside")
    out.text([*lines, WHOLE if found.is_whole else ALONE])


def _said_of(store: str) -> tuple[Kind, str | None]:
    """The kind of store, and its id, as far as they can be told: the verifier itself says what is damaged."""
    try:
        records = open_store(store)
    except StoreDamaged:
        return "live", None
    info = records.info()
    records.close()
    return info.kind, info.store


def _key_file(store: str, named: Path | None) -> Path | None:
    """The key file, if one is named or stands where it would."""
    try:
        path = key_file_of(store, named)
    except KeyFileMissing:  # none is named, and there is no place beside a store on a server
        return None
    return path if named or path.exists() else None


def _own_key(store: str, key_file: Path | None) -> VerifierKey | None:
    """The verifier key by the store's own key file, None where that cannot be told."""
    if key_file is None:
        return None
    try:
        with Cases.open(store, key_file=key_file, rules=RuleBook(())) as cases:
            return cases.signer.key
    except StoreError:
        return None


def _key(text: str) -> VerifierKey:
    """The verifier key that was typed, or that stands in the file of that name."""
    try:
        return VerifierKey.parse(text if "+" in text else read(Path(text)))
    except NoteRefused as error:
        raise Misasked(f"--key: {error}") from error
