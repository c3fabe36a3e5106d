"""`ihs doctor`: says in one page whether all is well here, and of what is not, what to do."""

import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import click
from attrs import frozen

from ihs_cases.instruments import own
from ihs_cases.key_place import key_file_of, ring_of
from ihs_cases.plugins import EDITIONS, GROUPS, points
from ihs_cases.rows import entry_of
from ihs_cli.caseload import cases_of
from ihs_cli.errors import KNOWN, WRONG
from ihs_cli.options import KEY_FILE, formats
from ihs_cli.output import Output, echo_json
from ihs_cli.outside import NONE_THERE, are_kept, places, told
from ihs_cli.printable import counted
from ihs_cli.projecting import NO_SUCH_FILE, VIEWS, file_of_views
from ihs_domain.system import EditionLoaded
from ihs_follow.checkpoints import LATE, is_late, waiting
from ihs_follow.views import NotAViewFile, standing_of
from ihs_record.names import STORED_AS
from ihs_store.addresses import is_server, path_of
from ihs_store.errors import StoreError
from ihs_store.key_files import service_named
from ihs_store.port import RecordStore
from ihs_store.store import open_store

SLACK: Final = timedelta(seconds=2)
"""So far a clock may step back without anything being refused."""


class State(StrEnum):
    """How it stands with something."""

    WELL = "well"
    WRONG = "wrong"
    NOT_ASKED = "not asked"


class Said(NamedTuple):
    """How it stands with something, and what there is to say of it."""

    state: State
    says: str


@frozen
class Check:
    """What was looked at, and what was said of it."""

    of: str
    state: State
    says: str


@frozen
class Asked:
    """An open store, and what was named beside it."""

    url: str
    store: RecordStore
    key_file: Path | None
    views: Path | None
    folder: Path | None
    server: Path | None

    def waited(self, after: int) -> timedelta | None:
        """For how long there has been something on record after a position; None where there is nothing."""
        rows = self.store.read(after, limit=1)
        return datetime.now(UTC) - datetime.fromtimestamp(rows[0].recorded_at / 1e6, UTC) if rows else None


@click.command(short_help="Whether all is well here, and what to do where it is not.")
@click.argument("store", required=False)
@KEY_FILE
@VIEWS
@are_kept
@formats("text", "json")
def doctor(
    *,
    store: str | None,
    key_file: Path | None,
    views: Path | None,
    folder: Path | None,
    server: Path | None,
    format_: str,
) -> None:
    """Look at what is installed, and at STORE, its key file, its clock, its views and its checkpoints.

    Nothing is recorded, and nothing of any case is read. Whether the record itself holds, ihs audit verify says.

    Example: ihs doctor cases.db
    """
    checks = [check for of, look in INSTALLED.items() for check in _looked(of, look)]
    out = Output("live")
    if store is not None:
        try:
            records = open_store(store)
        except StoreError as error:
            checks.append(Check("record", State.WRONG, str(error)))
        else:
            with closing(records):
                out = Output(records.info().kind)
                asked = Asked(store, records, key_file, views, folder, server)
                checks += [check for of, look in BESIDE.items() for check in _looked(of, partial(look, asked))]
    wrong = sum(check.state is State.WRONG for check in checks)
    if format_ == "json":
        echo_json({"store": out.mark if store else None, "well": not wrong, "checks": checks})
    else:
        out.text([*map(_line, checks), _ends(wrong)])
    if wrong:
        raise click.exceptions.Exit(WRONG)


def _line(check: Check) -> str:
    return f"{check.state:<10} {check.of:<12} {check.says}"


def _ends(wrong: int) -> str:
    return f"{counted(wrong, 'thing')} to see to" if wrong else "all is well"


def _looked(of: str, look: Callable[[], Iterator[Said]]) -> Iterator[Check]:
    """What was found of one thing; that it cannot be looked at at all is wrong with it."""
    try:
        yield from (Check(of, said.state, said.says) for said in look())
    except click.ClickException as error:
        yield Check(of, State.WRONG, error.message)
    except (*KNOWN, NotAViewFile) as error:
        yield Check(of, State.WRONG, str(error))
    except (OSError, sqlite3.Error) as error:
        yield Check(of, State.WRONG, f"it cannot be looked at ({type(error).__name__})")


# What is installed


def _program() -> Iterator[Said]:
    python, sqlite = sys.version.split()[0], sqlite3.sqlite_version
    yield Said(State.WELL, f"ihs-domain {version('ihs-domain')}, Python {python}, SQLite {sqlite}")


def _plugins() -> Iterator[Said]:
    found = [*points(*GROUPS)]
    broken = [point for point in found if point.broken]
    yield from (Said(State.WRONG, f"{one.name} of {one.distribution} does not load: {one.broken}") for one in broken)
    yield Said(State.WELL, f"{len(found) - len(broken)} load: ihs plugins lists them")


def _instruments() -> Iterator[Said]:
    yield Said(State.WELL, f"{len([*own()])} of the agency's own files, named by IHS_INSTRUMENTS")


INSTALLED: Final[Mapping[str, Callable[[], Iterator[Said]]]] = {
    "program": _program,
    "plugins": _plugins,
    "instruments": _instruments,
}


# The store and what stands beside it


def _record(asked: Asked) -> Iterator[Said]:
    info, head = asked.store.info(), asked.store.head()
    last = "" if head.recorded_at is None else f", the last of {head.recorded_at.isoformat()}"
    records = counted(head.position, "record")
    yield Said(State.WELL, f"{asked.store.address}: {info.kind}, format {info.format}, {records}{last}")
    if not is_server(asked.url):
        yield from _exposed(path_of(asked.url))


def _exposed(file: Path) -> Iterator[Said]:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Said(State.WRONG, f"others may read or change {file}: allow its owner alone (chmod 600)")


def _settings(asked: Asked) -> Iterator[Said]:
    found = asked.store.settings()
    yield from (Said(State.WRONG, f"{one.name} is {one.value}: {one.unsafe}") for one in found if one.unsafe)
    safe = ", ".join(f"{one.name} {one.value}" for one in found if not one.unsafe)
    yield from [Said(State.WELL, safe)] if safe else []


def _key_file(asked: Asked) -> Iterator[Said]:
    path = key_file_of(asked.url, asked.key_file)
    _ = ring_of(asked.store, path)
    service = service_named(path)
    kept_by = "the file itself" if service is None else service.id
    yield Said(State.WELL, f"{path} opens it, for its owner alone; the key is kept by {kept_by}")


def _clock(asked: Asked) -> Iterator[Said]:
    last = asked.store.head().recorded_at
    if asked.store.info().kind == "rehearsal" or last is None:
        yield Said(State.NOT_ASKED, "a rehearsal has no clock" if last else "nothing is on record yet")
        return
    ahead = last - datetime.now(UTC)
    if ahead > SLACK:
        by = timedelta(seconds=int(ahead.total_seconds()))
        yield Said(
            State.WRONG, f"the last record lies {by} ahead of it: set it right, then type ihs store clock-corrected"
        )
    else:
        yield Said(State.WELL, "not behind the last record")


def _editions(asked: Asked) -> Iterator[Said]:
    at_hand = {edition.id for point in points(EDITIONS) for edition in point.found or ()}
    loaded = map(entry_of, asked.store.stream("system", names=[STORED_AS[EditionLoaded]]))
    used = sorted({entry.event.edition for entry in loaded})
    missing = [one for one in used if one not in at_hand]
    if missing:
        yield Said(State.WRONG, f"not at hand, though in use: {', '.join(missing)}; install the plugin with it")
    else:
        yield Said(State.WELL, f"{len(used)} in use, none of them missing")


def _checkpoints(asked: Asked) -> Iterator[Said]:
    with told():
        kept = [*places(asked.folder, asked.server, asked.store.info().store)]
    if not kept:
        yield Said(State.NOT_ASKED, "name where they are kept: --checkpoints, or --server")
    for place in kept:
        with told():
            if place.last() is None and asked.store.head().position:
                yield Said(State.WRONG, NONE_THERE.format(place.name))
                continue
            waited = waiting(asked.store, place)
        yield _waiting(asked, place.name, waited)


def _waiting(asked: Asked, place: str, waited: timedelta | None) -> Said:
    if waited is not None and asked.store.info().kind == "rehearsal":
        return Said(State.NOT_ASKED, f"{place}: records wait for a checkpoint; a rehearsal has no clock")
    if waited is not None and is_late(asked.store, waited):
        says = f"records have waited for {_in_words(waited)}: is ihs audit checkpoint --every running?"
        return Said(State.WRONG, f"{place}: {says}")
    return Said(State.WELL, f"{place}: none is overdue")


def _views(asked: Asked) -> Iterator[Said]:
    if asked.views is None and (is_server(asked.url) or not file_of_views(asked.url, None).exists()):
        yield Said(State.NOT_ASKED, "there are none beside it: name their file by --views")
        return
    file = file_of_views(asked.url, asked.views)
    if not file.exists():
        yield Said(State.WRONG, NO_SUCH_FILE.format(file))
        return
    yield from _exposed(file)
    found = standing_of(file)
    if found.store not in {None, asked.store.info().store}:
        yield Said(State.WRONG, "they were made from another store: name the file of this one's by --views")
        return
    if found.waiting:
        yield Said(State.WRONG, f"{cases_of(len(found.waiting))} parked: see ihs projections status")
    yield _lag(asked, found.position)


def _lag(asked: Asked, stands: int) -> Said:
    waited = asked.waited(stands)
    if waited is None:
        return Said(State.WELL, f"they stand at position {stands}, where the record ends")
    at = f"they stand at position {stands} of {asked.store.head().position}"
    if asked.store.info().kind == "rehearsal":
        return Said(State.NOT_ASKED, f"{at}; a rehearsal has no clock")
    have_waited = f"{at}, and records have waited for {_in_words(waited)}"
    if waited >= LATE:
        return Said(State.WRONG, f"{have_waited}: is ihs projections follow running?")
    return Said(State.WELL, f"{have_waited}, which is not long")


def _in_words(waited: timedelta) -> str:
    return str(timedelta(seconds=int(waited.total_seconds())))


BESIDE: Final[Mapping[str, Callable[[Asked], Iterator[Said]]]] = {
    "record": _record,
    "database": _settings,
    "key file": _key_file,
    "clock": _clock,
    "editions": _editions,
    "checkpoints": _checkpoints,
    "views": _views,
}
