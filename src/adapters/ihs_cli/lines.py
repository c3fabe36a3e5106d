"""A file of entries, one JSON object a line: read with bounded memory, strictly, each line on its own."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, BinaryIO, Final

from attrs import frozen

from ihs_domain.roles import OF_PEOPLE, Actor, Role
from ihs_domain.terms import ActorId, AgencyId, CaseId, RegisterId
from ihs_record.errors import NotJson, RecordError, UnknownName, printable
from ihs_record.names import COMPUTING, WORDS
from ihs_record.reading import STRICT, Misfit, instant, read_json, read_said

MOST_BYTES: Final = 1 << 20
PIECE: Final = 1 << 16
BOM: Final = b"\xef\xbb\xbf"
DAY_LENGTH: Final = len("YYYY-MM-DD")
MOST_VERSION: Final = 1 << 63


class BadLine(ValueError):
    """A line that is no entry: says why and what was expected, never what was given."""


@frozen(kw_only=True)
class Written:
    """One line as written: an event, or what the core computes one from, and everything a person says about it."""

    id: str
    case: str | None
    agency: str | None
    person: str | None
    event: Any
    actor: Actor
    occurred: date | datetime
    recorded_at: datetime | None
    expected_version: int | None
    correlation: str | None

    @property
    def word(self) -> str:
        """The event's name as people write it."""
        return type(self.event).__name__

    @property
    def on(self) -> dict[str, str]:
        """Whose stream it goes on: the one of case, agency and person that it names."""
        named = {"case": self.case, "agency": self.agency, "person": self.person}
        return {kind: id_ for kind, id_ in named.items() if id_ is not None}


def numbered(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line that is not blank, with its number from 1 and without its end; None for one of over 1 MiB.

    Never holds more than that of the file. A byte order mark before the first line is passed over.
    """
    number = 0
    while piece := file.readline(MOST_BYTES + len(BOM) + len(b"\r\n")):
        number += 1
        line = piece.removesuffix(b"\n").removesuffix(b"\r")
        if number == 1:
            line = line.removeprefix(BOM)
        if not piece.endswith(b"\n"):
            _pass_over_the_rest(file)
        if line.strip(b" \t"):
            yield number, None if len(line) > MOST_BYTES else line


def _pass_over_the_rest(file: BinaryIO) -> None:
    while piece := file.readline(PIECE):
        if piece.endswith(b"\n"):
            return


def written(line: bytes | None) -> Written:
    """What a line says. Raises :class:`BadLine`."""
    if line is None:
        raise BadLine(f"the line is longer than {MOST_BYTES} bytes: keep documents elsewhere")
    try:
        said = read_json(line)
    except NotJson as error:
        raise BadLine(str(error)) from None
    faults = [*_keys(said)]
    values = {key: _value(key, READERS[key], said[key], faults) for key in said if key in READERS}
    event = _event(said, faults)
    if faults:
        raise BadLine("; ".join(faults))
    return Written(
        id=values["id"],
        case=values.get("case"),
        agency=values.get("agency"),
        person=values.get("person"),
        event=event,
        actor=Actor(values["actor"], values["role"]),
        occurred=values["occurred"],
        recorded_at=values.get("recorded_at"),
        expected_version=values.get("expected_version"),
        correlation=values.get("correlation"),
    )


def _keys(said: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key}: this key is missing" for key in REQUIRED if key not in said)
    yield from (f"{printable(key)}: no such key" for key in said if key not in READERS and key not in REQUIRED)
    named = [key for key in ("case", "agency", "person") if key in said]
    if not named:
        yield "expected case, agency or person: none of them is named"
    elif len(named) > 1:
        yield f"expected case, agency or person, and not {' and '.join(named)}: keep one"


def _value(key: str, read: Callable[[Any], Any], value: Any, faults: list[str]) -> Any:
    try:
        return read(value)
    except Misfit as error:
        faults.append(f"{key}: {error}")
        return None


def _event(said: Mapping[str, Any], faults: list[str]) -> Any:
    if "record" not in said or "with" not in said:
        return None
    try:
        return read_said(said["record"], said["with"])
    except UnknownName as error:
        faults.append(f"record: {error}{_nearest(said['record'])}")
    except RecordError as error:
        faults.append(str(error))
    return None


def _nearest(word: object) -> str:
    asked = isinstance(word, str) and len(word) <= MOST_WORD and "." not in word  # a version is never nearly another
    near = get_close_matches(str(word), [*WORDS, *COMPUTING], n=1) if asked else []
    return f" (nearest: {near[0]})" if near else ""


def _day_or_instant(value: Any) -> date | datetime:
    if isinstance(value, str) and len(value) <= DAY_LENGTH:
        day: date = STRICT.structure(value, date)
        return day
    return instant(value)


def _version(value: Any) -> int:
    if type(value) is not int or not 0 <= value < MOST_VERSION:
        raise Misfit("expected the version the case was last seen at, a whole number")
    return value


def _id(value: Any) -> Any:
    return STRICT.structure(value, ActorId)


def _role(value: Any) -> Role:
    if value == Role.SYSTEM:
        raise Misfit("expected the role of a person: the system's is for what records itself")
    if value not in OF_PEOPLE:
        raise Misfit(f"expected one of: {', '.join(OF_PEOPLE)}")
    return Role(value)


MOST_WORD: Final = 60
REQUIRED: Final = ("id", "record", "actor", "role", "occurred", "with")
READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "id": _id,
    "case": lambda value: STRICT.structure(value, CaseId),
    "agency": lambda value: STRICT.structure(value, AgencyId),
    "person": lambda value: STRICT.structure(value, RegisterId),
    "actor": _id,
    "role": _role,
    "occurred": _day_or_instant,
    "recorded_at": instant,
    "expected_version": _version,
    "correlation": _id,
}
"""How each key of a line is read, the event apart."""
