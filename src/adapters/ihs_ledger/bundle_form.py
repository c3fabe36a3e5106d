"""The form of a bundle: the names that each part of it has. No others: what nothing proves must not travel in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ihs_ledger.layout import HEADER

Names = frozenset[str]

_BUNDLE: Final = Names({"bundle", "kind", "checkpoint", "records"})
_SINCE: Final = Names({"checkpoint", "proof"})
_RECORD: Final = Names({*HEADER, "previous", "checks", "keys", "open", "sealed", "proof"})
_KEY: Final = Names({"id", "commitment"})
_OPEN: Final = Names({"salt", "content", "reads"})
_SEALED: Final = Names({"key", "content"})
_WITHHELD: Final = Names({"digest"})


class _Part(NamedTuple):
    """A part of a bundle, where it stands, and the names that it may have: those of one set or another."""

    where: str
    said: Mapping[str, Any]
    either: tuple[Names, ...]


def read(bundle: str) -> Any:
    """The JSON of a bundle. Raises ValueError, also where a name stands twice: another reader might take the other."""
    return json.loads(bundle, object_pairs_hook=_once)


def misshapen(said: Mapping[str, Any]) -> str | None:
    """Where the first part stands that lacks a name or has one that no bundle has; None where there is none."""
    return next((part.where for part in _parts(said) if part.said.keys() not in part.either), None)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _parts(said: Mapping[str, Any]) -> Iterator[_Part]:
    yield _Part("the bundle", said, (_BUNDLE, _BUNDLE | {"since"}))
    if "since" in said:
        yield _Part("what it says of an earlier checkpoint", said["since"], (_SINCE,))
    for record in said["records"]:
        yield from _of_record(record, f"the record at position {record['position']}")


def _of_record(record: Mapping[str, Any], where: str) -> Iterator[_Part]:
    yield _Part(where, record, (_RECORD,))
    yield from (_Part(f"a key of {where}", key, (_KEY,)) for key in _listed(record["keys"]))
    if record["open"] is not None:
        yield _Part(f"the open part of {where}", record["open"], (_OPEN, _WITHHELD))
    if isinstance(record["sealed"], dict):
        yield _Part(f"the sealed parts of {where}", record["sealed"], (_WITHHELD,))
    else:
        yield from (_Part(f"a sealed part of {where}", part, (_SEALED,)) for part in _listed(record["sealed"]))


def _listed(said: object) -> list[Any]:
    if not isinstance(said, list):
        raise TypeError("what should be listed is not")
    return said
