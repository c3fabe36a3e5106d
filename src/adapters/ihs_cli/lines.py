"""A file of entries, one JSON object a line: read with bounded memory, strictly, each line on its own."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, BinaryIO, Final, NoReturn

from attrs import frozen

from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId, AgencyId, CaseId
from ihs_record.errors import RecordError, UnknownName
from ihs_record.names import WORDS
from ihs_record.reading import STRICT, Misfit, instant, read_event

MOST_BYTES: Final = 1 << 20
PIECE: Final = 1 << 16
BOM: Final = b"\xef\xbb\xbf"
DAY_LENGTH: Final = len("YYYY-MM-DD")
MOST_VERSION: Final = 1 << 63


class BadLine(ValueError):
    """A line that is no entry: says why and what was expected, never what was given."""


@frozen(kw_only=True)
class Written:
    """One line as written: an event, and everything a person says about it."""

    id: str
    case: str | None
    agency: str | None
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
    said = _json(line)
    if type(said) is not dict:
        raise BadLine('expected one JSON object on the line, such as {"id": ..., "case": ..., "record": ...}')
    faults = [*_keys(said)]
    values = {key: _value(key, READERS[key], said[key], faults) for key in said if key in READERS}
    event = _event(said, faults)
    if faults:
        raise BadLine("; ".join(faults))
    return Written(
        id=values["id"],
        case=values.get("case"),
        agency=values.get("agency"),
        event=event,
        actor=Actor(values["actor"], values["role"]),
        occurred=values["occurred"],
        recorded_at=values.get("recorded_at"),
        expected_version=values.get("expected_version"),
        correlation=values.get("correlation"),
    )


def _json(line: bytes) -> Any:
    if b"\x00" in line:
        raise BadLine("the line holds a NUL byte: write plain UTF-8 text")
    try:
        return json.loads(line.decode(), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadLine(f"the line is not UTF-8 text (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"the line is not JSON (character {error.pos + 1})") from None
    except RecursionError:
        raise BadLine("the line is nested too deep") from None
    except BadLine:
        raise
    except ValueError:
        raise BadLine("the line holds a number of too many digits") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadLine(f"{_printable(twice)}: stands twice in one object: write it once")
    return found


def _no_constant(_: str) -> NoReturn:
    raise BadLine("the line is not JSON: NaN and Infinity are no JSON numbers")


def _printable(key: str) -> str:
    """A key as given, when it is plainly a key and cannot be anybody's data."""
    return key if re.fullmatch(r"[a-z_]{1,40}", key) else "(a key that is none)"


def _keys(said: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key}: this key is missing" for key in REQUIRED if key not in said)
    yield from (f"{_printable(key)}: no such key" for key in said if key not in READERS and key not in REQUIRED)
    if ("case" in said) == ("agency" in said):
        yield "expected either case or agency"


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
        return read_event(said["record"], said["with"])
    except UnknownName as error:
        faults.append(f"record: {error}{_nearest(said['record'])}")
    except RecordError as error:
        faults.append(str(error))
    return None


def _nearest(word: object) -> str:
    near = get_close_matches(word, WORDS, n=1) if isinstance(word, str) and len(word) <= MOST_WORD else []
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


MOST_WORD: Final = 60
REQUIRED: Final = ("id", "record", "actor", "role", "occurred", "with")
READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "id": _id,
    "case": lambda value: STRICT.structure(value, CaseId),
    "agency": lambda value: STRICT.structure(value, AgencyId),
    "actor": _id,
    "role": lambda value: STRICT.structure(value, Role),
    "occurred": _day_or_instant,
    "recorded_at": instant,
    "expected_version": _version,
    "correlation": _id,
}
"""How each key of a line is read, the event apart."""
