"""`ihs instruments`: the instruments at hand, whether a file defines one, and what one asks."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click

from ihs_cases.instrument_files import BadInstrumentFile, read_files, schema
from ihs_cases.instruments import digest
from ihs_cli.errors import WRONG, Misasked
from ihs_cli.opening import instrument_book
from ihs_cli.options import formats
from ihs_cli.output import echo_json, plain
from ihs_cli.printable import shown
from ihs_domain.flaws import clashes
from ihs_domain.instrument_book import InstrumentNotAtHand
from ihs_domain.instruments import Band, Choice, Index, Instrument, Item, Override
from ihs_domain.terms import Code


@click.group()
def instruments() -> None:
    """The instruments at hand: those of plugins, and of the files and folders that IHS_INSTRUMENTS names.

    Example: ihs instruments list
    """


@instruments.command(name="list", short_help="The instruments, their versions and first days.")
@formats("text", "json")
def list_(format_: str) -> None:
    """The instruments at hand, each version with its first day.

    Example: ihs instruments list
    """
    at_hand = instrument_book().instruments
    if format_ == "json":
        echo_json({"instruments": [_summary(one) for one in at_hand]})
        return
    for one in at_hand:
        _echo(_heading(one))


def _summary(one: Instrument) -> dict[str, object]:
    named = {"id": one.id, "version": one.version, "in_force_from": one.in_force_from, "shape": one.shape}
    return {**named, "unit": one.unit, "title": one.title, "sample": one.sample, "digest": digest(one)}


def _heading(one: Instrument) -> str:
    sample = "; a sample, for no family" if one.sample else ""
    return f"{one.name} from {one.in_force_from}: {one.title} ({one.shape}, of the {one.unit}{sample})"


@instruments.command(short_help="Whether files define instruments, and what is wrong.")
@click.argument("file", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(file: tuple[Path, ...]) -> None:
    """Whether each FILE, or each JSON file of a folder, defines an instrument; a line for each thing wrong.

    What clashes with instruments at hand, or with another file of these, is wrong too.

    Example: ihs instruments check risk-2026.json
    """
    at_hand = [*instrument_book().instruments]
    wrong = False
    for path in sorted(each for named in file for each in _files(named)):
        lines = [*_checked(path, at_hand)]
        wrong = wrong or bool(lines)
        for line in lines:
            _echo(line)
    if wrong:
        raise click.exceptions.Exit(WRONG)


def _files(named: Path) -> Iterable[Path]:
    return named.glob("*.json") if named.is_dir() else (named,)


def _checked(path: Path, at_hand: list[Instrument]) -> Iterator[str]:
    """What is wrong with a file, a line each; an instrument that holds is at hand for the files after it."""
    try:
        [one] = read_files(path)
    except BadInstrumentFile as error:
        yield from (f"{path}:{misprint}" for misprint in error.misprints)
        return
    if one not in at_hand:  # the file itself may be at hand
        if found := [*clashes([*at_hand, one])]:
            yield from (f"{path}: {flaw}" for flaw in found)
            return
        at_hand.append(one)
    _echo(f"{path}: {_heading(one)}")


@instruments.command(short_help="What one instrument asks, weighs and allows.")
@click.argument("id_", metavar="ID[@VERSION]")
@formats("text", "json")
def show(id_: str, format_: str) -> None:
    """What one instrument asks, what each answer weighs, and what comes of it. Without a version, the latest.

    Example: ihs instruments show sample-risk@1
    """
    found = _found(id_)
    if format_ == "json":
        echo_json({**plain(found), "digest": digest(found)})
        return
    for line in _lines(found):
        _echo(line)


def _found(id_: str) -> Instrument:
    name, _, version = id_.partition("@")
    book = instrument_book()
    try:
        return book.of(Code(name), Code(version)) if version else book.on(Code(name), date.max)
    except InstrumentNotAtHand as error:
        raise Misasked(str(error)) from None


def _lines(one: Instrument) -> Iterator[str]:
    yield _heading(one)
    yield f"  digest {digest(one)}"
    for section in one.sections:
        yield f"  {section.code}: {section.heading} (of the {one.unit_of(section)})"
        for item in section.items:
            yield from _item_lines(item)
    for index in one.indices:
        yield f"  index {index.code}{_bands(index)}"
    yield from (f"  override {_override(rule)}" for rule in one.overrides)


def _item_lines(item: Item) -> Iterator[str]:
    assumed = f" (not answered: {item.assumed})" if item.assumed else ""
    yield f"    {item.code}: {item.asks}{assumed}"
    yield from (f"      {choice.code}: {choice.words}{_weight(choice)}" for choice in item.choices)


def _weight(choice: Choice) -> str:
    adds = ", ".join(f"{index} {weight:+}" for index, weight in choice.weights.items() if weight)
    said = adds or choice.sign
    return f" ({said})" if said else ""


def _bands(index: Index) -> str:
    return f": {', '.join(f'{band.level} {_span(band)}' for band in index.bands)}" if index.bands else ""


def _span(band: Band) -> str:
    if band.least is None or band.most is None:
        return f"from {band.least}" if band.least is not None else f"to {band.most}"
    return f"{band.least} to {band.most}"


def _override(rule: Override) -> str:
    ways = [rule.kind, rule.direction, *([f"at most {rule.steps}"] if rule.steps else [])]
    ways += [f"to {rule.to}"] if rule.to else []
    ways += [f"approved by {' or '.join(sorted(rule.approved_by, reverse=True))}"] if rule.approved_by else []
    return f"{rule.code} ({', '.join(ways)}): {rule.says}"


@instruments.command(name="schema", short_help="The JSON Schema of files that define instruments.")
def schema_() -> None:
    """The JSON Schema (2020-12) of files that define instruments.

    Example: ihs instruments schema
    """
    click.echo(json.dumps(schema(), indent=2))


def _echo(line: str) -> None:
    click.echo(shown(line))
