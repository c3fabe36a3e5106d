"""`ihs projections`: views beside a store: follow the record, see where they stand, and what is parked."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click

from ihs_cases import Cases
from ihs_cases.plugins import PROJECTIONS, points
from ihs_cli.errors import WRONG, Failure, Misasked
from ihs_cli.opening import opened
from ihs_cli.options import CASE, asks_a_store, formats
from ihs_cli.output import Output
from ihs_cli.printable import shown
from ihs_cli.stopping import stopping
from ihs_follow.follower import Follower
from ihs_follow.sink import NotThisRecord
from ihs_follow.views import NotAViewFile, Standing, ViewFileNotOpened, Views, standing_of
from ihs_store.addresses import is_server, path_of

MOST_TRIES: Final = 100
NONE_YET: Final = "there are no views yet: ihs projections follow makes them"
NO_SUCH_FILE: Final = "there is no such file: {}"
OF_ANOTHER: Final = "{} holds views of another store: name the file of this one's by --views"
VIEWS: Final = click.option("--views", type=click.Path(path_type=Path), help="The file of the views; else STORE.views.")


@click.group()
def projections() -> None:
    """Keep views beside STORE: follow the record, see where they stand, retry or skip a case that is parked.

    Example: ihs projections status cases.db
    """


def _of_views(act: Callable[..., None]) -> Callable[..., None]:
    """Let a command take STORE and its views, opened."""

    @asks_a_store
    @VIEWS
    @wraps(act)
    def command(*, store: str, key_file: Path | None, views: Path | None, **asked: Any) -> None:
        with opened(store, key_file) as cases, _views(file_of_views(store, views)) as found:
            act(cases, found, **asked)

    return command


def _of_views_there(act: Callable[..., None]) -> Callable[..., None]:
    """Let a command take STORE and its views, opened; None where there are none yet, and then none are made."""

    @asks_a_store
    @VIEWS
    @wraps(act)
    def command(*, store: str, key_file: Path | None, views: Path | None, **asked: Any) -> None:
        file = _file_there(store, views)
        with opened(store, key_file) as cases, _views(file) if file.exists() else nullcontext() as found:
            act(cases, found, **asked)

    return command


def _file_there(store: str, views: Path | None) -> Path:
    """The file of the views: one that was named must be there."""
    file = file_of_views(store, views)
    if views is not None and not file.exists():
        raise Misasked(NO_SUCH_FILE.format(file))
    return file


@projections.command()
@asks_a_store
@VIEWS
@formats("text", "json")
def status(*, store: str, key_file: Path | None, views: Path | None, format_: str) -> None:
    """Say up to where the views are made, and which cases are parked; 1 if any is that nobody skipped.

    Example: ihs projections status cases.db
    """
    file = _file_there(store, views)
    with opened(store, key_file) as cases:
        info, ends = cases.store.info(), cases.store.head().position
    out = Output(info.kind, format_)
    if not file.exists():
        _say_none_yet(out, ends)
        return
    with _told():
        found = standing_of(file)
    if found.store not in {None, info.store}:
        raise Failure(OF_ANOTHER.format(file))
    _say(out, found, ends)
    if found.waiting:
        raise click.exceptions.Exit(WRONG)


def _say_none_yet(out: Output, ends: int) -> None:
    if out.format == "json":
        out.json(position=None, record=ends, parked={}, skipped=[])
    else:
        out.text([f"{NONE_YET}; the record ends at {ends}"])


def _say(out: Output, found: Standing, ends: int) -> None:
    if out.format == "json":
        out.json(position=found.position, record=ends, parked=found.parked, skipped=found.skipped)
    else:
        out.text([f"views stand at position {found.position}, the record ends at {ends}", *_parked(found)])


def _parked(found: Standing) -> Iterator[str]:
    for case, reason in found.parked.items():
        yield f"{case} is {'skipped' if case in found.skipped else 'parked'}: {reason}"


@projections.command()
@_of_views
@click.option("--once", is_flag=True, help="Take in what is on record now, and end.")
def follow(cases: Cases, views: Views, *, once: bool) -> None:
    """Make the views of whatever comes on record, until stopped.

    Example: ihs projections follow cases.db --once
    """
    follower = Follower(cases, views)
    if once:
        click.echo(f"views stand at position {follower.catch_up()}")
    else:
        follower.run(stopping())


@projections.command()
@_of_views
def rebuild(cases: Cases, views: Views) -> None:
    """Make all views anew beside those that are there, then put them in their place in one step.

    Example: ihs projections rebuild cases.db
    """
    with TemporaryDirectory(prefix="ihs-views-") as folder, closing(Views(Path(folder) / "views", _all())) as made:
        follower = Follower(cases, made)
        for _ in range(MOST_TRIES):
            follower.catch_up()
            if views.take_over(made):
                click.echo(f"made anew up to position {made.position()}")
                return
    raise Failure("the views that are there keep going further: stop what follows them, then rebuild")


@projections.command()
@_of_views_there
@CASE
def retry(cases: Cases, views: Views | None, *, case: str) -> None:
    """Try a parked CASE again, once its cause is mended.

    Example: ihs projections retry cases.db k1
    """
    views = _must_be_parked(views, case)
    if not views.retry(cases, case):
        raise Failure(f"{case} stays parked: {views.parked()[case]}")
    click.echo(shown(f"{case} is no longer parked"))


@projections.command()
@_of_views_there
@CASE
def skip(cases: Cases, views: Views | None, *, case: str) -> None:
    """Go on without a parked CASE, with the rows it had; it is tried again whenever something of it is recorded.

    Example: ihs projections skip cases.db k1
    """
    views = _must_be_parked(views, case)
    views.skip(case)
    click.echo(shown(f"{case} is skipped"))


def _must_be_parked(views: Views | None, case: str) -> Views:
    if views is None or case not in views.parked():
        raise Misasked("no case of that id is parked: see ihs projections status")
    return views


def file_of_views(store: str, views: Path | None) -> Path:
    if views is not None:
        return views
    if is_server(store):
        raise Misasked("a store on a server has no views beside it: name their file by --views")
    return path_of(store).with_name(path_of(store).name + ".views")


@contextmanager
def _views(file: Path) -> Iterator[Views]:
    with _told(), closing(Views(file, _all())) as views:
        yield views


@contextmanager
def _told() -> Iterator[None]:
    """Say in one line what is the matter with a file of views."""
    try:
        yield
    except ViewFileNotOpened as error:
        raise Misasked(str(error)) from error
    except (NotAViewFile, NotThisRecord) as error:
        raise Failure(str(error)) from error


def _all() -> list[Any]:
    """The projections of all plugins that load."""
    return [projection for point in points(PROJECTIONS) for projection in point.found or ()]
