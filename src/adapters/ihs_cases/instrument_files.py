"""Reading files that define instruments, whole or not at all; what is wrong is told with its line and place."""

import json
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain, count
from typing import Any, Final

from attrs import frozen

from ihs_cases.besides import Hangs, besides
from ihs_cases.errors import CasesError
from ihs_domain.flaws import flaws
from ihs_domain.instruments import Instrument
from ihs_domain.roles import SUPERVISING
from ihs_record.errors import BadFields, Fault, NotJson, joined
from ihs_record.reading import read_json, structured

SCHEMA: Final = "instrument.schema.json"
ENDING: Final = ".json"
_MARK: Final = re.compile(r'\n|"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
OPENING: Final = "{["
CLOSING: Final = "}]"
COMMA: Final = ","
APPROVES: Final = re.compile(r"overrides\[\d+\]\.approved_by\[\d+\]")
HANGS: Final = Hangs(
    rows=frozenset({"overrides"}),
    instead={"id": "some-id", "version": "0", "title": "some title", "in_force_from": "2000-01-01", "sample": None},
)
"""All else of a definition hangs together: what an answer weighs, for which index, and to which level it comes."""
_LAST_STEP: Final = re.compile(r"(?:\.?[^.\[\]]+|\[[^\]]*\])$")


@frozen
class Misprint:
    """One thing wrong in a file: in which line, at which place in it (`indices[0].bands[1]`, or empty), and why."""

    line: int
    at: str
    says: str

    def __str__(self) -> str:
        return f"{self.line}: {self.at}: {self.says}" if self.at else f"{self.line}: {self.says}"


class BadInstrumentFile(CasesError, ValueError):
    """A file defines no instrument that can be used: says file, lines, places and why. Nothing of it is loaded."""

    def __init__(self, file: str, misprints: Iterable[Misprint]) -> None:
        self.file = file
        self.misprints = tuple(misprints)
        super().__init__("; ".join(f"{file}:{misprint}" for misprint in self.misprints))


def read_files(there: Traversable) -> Iterator[Instrument]:
    """The instruments of a file, or of all JSON files of a folder, in order of their names. Raises as read_file."""
    if there.is_dir():
        for inner in sorted(there.iterdir(), key=lambda one: one.name):
            if inner.name.endswith(ENDING):
                yield read_file(inner)
    else:
        yield read_file(there)


def read_file(file: Traversable) -> Instrument:
    """The instrument that one file defines. Raises :class:`BadInstrumentFile`."""
    try:
        said = file.read_bytes()
    except OSError as error:
        raise BadInstrumentFile(str(file), [Misprint(1, "", f"it cannot be read: {error.strerror}")]) from None
    return read_instrument(said, str(file))


def read_instrument(said: bytes, name: str) -> Instrument:
    """The instrument that the bytes of the file *name* define. Raises :class:`BadInstrumentFile`."""
    fields: dict[str, Any] = {}
    try:
        fields = read_json(said)
        fields.pop("$schema", None)  # so that an editor may help whoever writes the file
        instrument: Instrument = structured(fields, Instrument, name)
    except NotJson as error:
        raise BadInstrumentFile(name, _misprints(said, error.faults)) from None
    except BadFields as error:
        more = besides(fields, error.faults, HANGS, lambda rest: _flaws(structured(rest, Instrument, name)))
        raise BadInstrumentFile(name, _misprints(said, [*map(_narrower, error.faults), *more])) from None
    if found := _flaws(instrument):
        raise BadInstrumentFile(name, _misprints(said, found))
    return instrument


def _flaws(instrument: Instrument) -> list[Fault]:
    return [Fault(flaw.at, flaw.says) for flaw in flaws(instrument)]


def _narrower(fault: Fault) -> Fault:
    """A fault of a role that approves, with those roles alone: any other would be refused next."""
    if not APPROVES.fullmatch(fault.at):
        return fault
    return Fault(fault.at, f"expected one of: {', '.join(sorted(SUPERVISING))}")


def _misprints(said: bytes, faults: Iterable[Fault]) -> list[Misprint]:
    text = said.decode(errors="replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return [Misprint(error.lineno, "", f"not JSON at column {error.colno}")]
    except (ValueError, RecursionError):
        return [Misprint(1, fault.at, fault.says) for fault in faults]
    lines = places(text)
    found = [Misprint(_line(lines, fault.at), fault.at, fault.says) for fault in faults]
    return sorted(found, key=lambda misprint: misprint.line)


def _line(lines: dict[str, int], at: str) -> int:
    """The line of a place; of what it stands in, where the place itself is missing."""
    while at not in lines and at:
        at = _LAST_STEP.sub("", at) if _LAST_STEP.search(at) else ""
    return lines.get(at, 1)


def places(text: str) -> dict[str, int]:
    """The line of every value of a JSON text, by its place; the members of an object also by their number."""
    try:
        return dict(_walk(_marks(text), ""))
    except RecursionError:
        return {}


def _marks(text: str) -> Iterator[tuple[str, int]]:
    """Every bracket, comma, colon, text and number of a JSON text, with its line."""
    line = 1
    for found in _MARK.finditer(text):
        if found[0] == "\n":
            line += 1
        else:
            yield found[0], line


def _walk(marks: Iterator[tuple[str, int]], at: str) -> Iterator[tuple[str, int]]:
    """The places of the next value, and of all within it."""
    mark, line = next(marks)
    yield at, line
    if mark in OPENING:
        yield from _members(marks, at, named=mark == OPENING[0])


def _members(marks: Iterator[tuple[str, int]], at: str, *, named: bool) -> Iterator[tuple[str, int]]:
    numbers = count()
    for mark, line in marks:
        if mark in CLOSING:
            return
        if mark == COMMA:
            continue
        numbered = joined(at, f"[{next(numbers)}]")
        if named:
            next(marks)  # the colon
            yield numbered, line
            yield from _walk(marks, joined(at, json.loads(mark)))
        else:
            yield from _walk(chain([(mark, line)], marks), numbered)


def schema() -> dict[str, Any]:
    """The published JSON Schema of these files, as parsed."""
    found: dict[str, Any] = json.loads(files("ihs_cases").joinpath(SCHEMA).read_text(encoding="utf-8"))
    return found
