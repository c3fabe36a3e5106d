"""Checkpoints that are kept outside a store, in a folder or on a NATS server: having them kept, and reading them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ihs_cli.errors import Failure, Misasked
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.note import NoteRefused, VerifierKey
from ihs_ledger.verify import Stated

if TYPE_CHECKING:
    from ihs_follow.checkpoints import Kept

F = TypeVar("F", bound=Callable[..., Any])

FOLDER: Final = click.Path(path_type=Path, file_okay=False)
NONE_THERE: Final = "there are no checkpoints in {}: name where `ihs audit checkpoint` has them kept"


def are_kept(command: F) -> F:
    """Let *command* take where checkpoints are kept: `folder`, `server`."""
    for option in (
        click.option("--server", type=FOLDER, help="Those kept on the NATS server of this folder."),
        click.option("--checkpoints", "folder", type=FOLDER, help="Those kept in this folder by `audit checkpoint`."),
    ):
        command = option(command)
    return command


@contextmanager
def told() -> Iterator[None]:
    """The errors of a NATS server, and of a place that departs from the record, as a person is told of them."""
    from ihs_follow.sink import NotThisRecord
    from ihs_nats.errors import NoConnection, TellingError

    try:
        yield
    except NoConnection as error:
        raise Misasked(str(error)) from error
    except (NotThisRecord, TellingError) as error:
        raise Failure(str(error)) from error


def places(folder: Path | None, server: Path | None, store: str) -> "Iterator[Kept]":
    """Where the checkpoints of the store of that id are kept."""
    if folder is not None:
        from ihs_follow.checkpoints import Folder

        yield Folder(folder)
    if server is not None:
        from ihs_nats.checkpoints import NatsKept
        from ihs_nats.connection import load

        yield NatsKept(load(server), store)


def stated(folder: Path | None, server: Path | None, store: str | None, key: VerifierKey | None) -> Iterator[Stated]:
    """Every checkpoint that is kept there; on a server of the store of that id alone, where one is named.

    Whoever checks what they were given knows no id. They have a *key*, and what it did not sign is of other stores.
    """
    yield from (stated_by(where, note, key) for where, note in _in(folder))
    for where, note in _on(server, store):
        if store is not None or _is_signed_by(key, note):
            yield stated_by(where, note, key)


def _is_signed_by(key: VerifierKey | None, note: str) -> bool:
    try:
        Checkpoint.opened(note, key)
    except NoteRefused:
        return False
    return True


def stated_by(where: str, note: str, key: VerifierKey | None) -> Stated:
    """What one checkpoint states."""
    try:
        said = Checkpoint.opened(note, key)
    except NoteRefused as error:
        raise Failure(f"{where}: {error}") from error
    return Stated(said.head, f"the checkpoint in {where}", said.origin)


def _in(folder: Path | None) -> Iterator[tuple[str, str]]:
    if folder is None:
        return
    from ihs_follow.checkpoints import Folder

    files = [*Folder(folder).all()]
    if not files:
        raise Misasked(NONE_THERE.format(folder))
    yield from ((str(file), read(file)) for file in files)


def _on(server: Path | None, store: str | None) -> Iterator[tuple[str, str]]:
    if server is None:
        return
    from ihs_nats.checkpoints import NatsKept
    from ihs_nats.connection import load

    with told():
        kept = NatsKept(load(server), store)
        notes = kept.all()
    if not notes:
        raise Misasked(NONE_THERE.format(kept.name))
    yield from ((kept.name, note) for note in notes)


def read(file: Path) -> str:
    """The text of a file that was named."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise Misasked(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise Misasked(f"{file} is no text") from None
