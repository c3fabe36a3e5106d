"""`ihs hold` and `ihs seal`: what keeps a case from being destroyed, and what closes its record."""

from pathlib import Path
from typing import Any, Final

import attrs
import click

from ihs_cli.by import acts, by
from ihs_cli.came_of import CameOf
from ihs_cli.opening import opened
from ihs_cli.options import CASE, asks_a_store, formats
from ihs_cli.output import Output
from ihs_record.reading import read_event

HOLD: Final = click.option("--hold", "name", required=True, metavar="CODE", help="The hold, by its own name.")
ORDER: Final = click.option("--order", "name", required=True, metavar="CODE", help="The order, by its own name.")


@click.group()
def hold() -> None:
    """Keep a case from being destroyed, whole or in part.

    Example: ihs hold place cases.db alder --hold suit-26-9 --actor s-3 --role supervisor
    """


@hold.command()
@asks_a_store
@CASE
@HOLD
@acts
@formats("text", "json")
def place(*, name: str, **said: Any) -> None:
    """Place a hold on CASE: nothing of it is destroyed while it stands.

    Example: ihs hold place cases.db alder --hold suit-26-9 --actor s-3 --role supervisor
    """
    _put("HoldPlaced", {"hold": name}, **said)


@hold.command()
@asks_a_store
@CASE
@HOLD
@acts
@formats("text", "json")
def lift(*, name: str, **said: Any) -> None:
    """Lift a hold from CASE.

    Example: ihs hold lift cases.db alder --hold suit-26-9 --actor s-3 --role supervisor
    """
    _put("HoldLifted", {"hold": name}, **said)


@click.group()
def seal() -> None:
    """Close the record of a case but for named purposes, by order of a court.

    Example: ihs seal place cases.db alder --order o-26-4 --open-for investigation --actor s-3 --role supervisor
    """


@seal.command("place")
@asks_a_store
@CASE
@ORDER
@click.option("--open-for", multiple=True, metavar="CODE", help="A purpose it stays open for; as often as there are.")
@acts
@formats("text", "json")
def seal_place(*, name: str, open_for: tuple[str, ...], **said: Any) -> None:
    """Seal the record of CASE; agencies that it is not open for are sent retractions.

    Example: ihs seal place cases.db alder --order o-26-4 --open-for investigation --actor s-3 --role supervisor
    """
    _put("RecordSealed", {"order": name, "open_for": [*open_for]}, **said)


@seal.command("lift")
@asks_a_store
@CASE
@ORDER
@acts
@formats("text", "json")
def seal_lift(*, name: str, **said: Any) -> None:
    """Lift a seal from the record of CASE.

    Example: ihs seal lift cases.db alder --order o-26-4 --actor s-3 --role supervisor
    """
    _put("RecordUnsealed", {"order": name}, **said)


def _put(
    word: str, fields: dict[str, Any], *, store: str, key_file: Path | None, case: str, format_: str, **who: Any
) -> None:
    with opened(store, key_file) as cases:
        event, acting = read_event(word, fields), attrs.asdict(by(cases, **who), recurse=False)
        receipt = cases.record(event, case_id=case, **acting)
        came = CameOf.recording(cases, case, event, acting["occurred"], receipt)
        out = Output(cases.store.info().kind, format_)
    result = "nothing new" if receipt.again else "recorded"
    if format_ == "json":
        about = {"version": receipt.version, "position": receipt.position}
        out.json(result=result, case=case, record=word, **about, **came.told)
    else:
        out.text([f"{result} {case}@{receipt.version} {word}", *came.lines])
