"""Bringing a store of an earlier format up to this program's: when it is asked for, and never when one is opened."""

from collections.abc import Sequence
from contextlib import closing
from typing import Final

from attrs import frozen

from ihs_store.addresses import is_server, path_of, server_of
from ihs_store.errors import StoreDamaged
from ihs_store.file import looked_into
from ihs_store.port import Statements
from ihs_store.schema import FORMAT, refuse_newer
from ihs_store.sqlite import plainly


@frozen
class Step:
    """What leads to one format from the one before it, in statements for each database."""

    to: int
    sqlite: tuple[str, ...]
    postgres: tuple[str, ...]


UNSAID: Final = "the store does not say which format it has: restore it from a backup"
STEPS: Final[tuple[Step, ...]] = ()
"""Every step there ever was, in order. No format but the first has been released."""


def migrate(url: str, steps: Sequence[Step] = STEPS) -> tuple[int, int]:
    """Bring a store up to this program's format in one transaction; the formats before and after.

    Of several that migrate one store at once, one does, and the others find it done. Raises NewerStore,
    and StoreDamaged where a store does not say its format, or one that there never was.
    """
    return _migrate_schema(url, steps) if is_server(url) else _migrate_file(url, steps)


def _migrate_file(url: str, steps: Sequence[Step]) -> tuple[int, int]:
    with looked_into(path_of(url), lock_timeout=60.0) as (database, _), plainly():
        c = database.cursor()
        c.execute("BEGIN IMMEDIATE")
        before = _format_of_file(c)
        for step in _due(steps, before):
            for statement in step.sqlite:
                c.execute(statement)
            c.execute(f"PRAGMA user_version = {step.to}")
            _note(c, step.to)
        c.execute("COMMIT")
    return before, FORMAT


def _migrate_schema(url: str, steps: Sequence[Step]) -> tuple[int, int]:
    from ihs_store import postgres, postgres_recorder, server  # noqa: PLC0415 - psycopg is an extra

    place = server_of(url)
    server.version_of(place)
    with postgres.plainly(), closing(postgres.connected(place, 60.0)) as connection, connection.transaction():
        connection.execute(postgres_recorder.LOCK)
        c = postgres.Cursor(connection)
        before = _format(c)
        for step in _due(steps, before):
            for statement in step.postgres:
                c.execute(statement)
            _note(c, step.to)
    return before, FORMAT


def _format(c: Statements) -> int:
    c.execute("SELECT value FROM meta WHERE key = 'format'")
    said = c.fetchone()
    if said is None or not str(said[0]).isdecimal():
        raise StoreDamaged(UNSAID)
    return int(said[0])


def _format_of_file(c: Statements) -> int:
    """Its format, which a file says twice."""
    version = _format(c)
    c.execute("PRAGMA user_version")
    if c.fetchone()[0] != version:
        raise StoreDamaged(UNSAID)
    return version


def _due(steps: Sequence[Step], before: int) -> list[Step]:
    refuse_newer(before)
    due = [step for step in steps if step.to > before]
    if [step.to for step in due] != [*range(before + 1, FORMAT + 1)]:
        raise StoreDamaged(UNSAID)  # no store was ever of that format
    return due


def _note(c: Statements, version: int) -> None:
    c.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(version),))
