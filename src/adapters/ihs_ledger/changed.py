"""What is wrong, and where: which column of which table was changed, told by the checks that stand beside a leaf."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from ihs_ledger import layout
from ihs_ledger.layout import Key, Stored

_NULLABLE: Final = {"occurred", "correlation", "causation", "asked", "emptied", "open"}
_OTHER: Final = "it does not hold what was recorded at this position"
_KEYS: Final = "the keys that were made with this record are not those that are kept"
_STRAY: Final = "a key is kept that no record was made with"

Called = Callable[[bytes], Iterable[Key]]
"""Finds the keys of an id, wherever they are said to have been made."""


class Wrong(NamedTuple):
    """The first thing that does not hold: at which position (0: before the first record), in which table and column."""

    position: int
    table: str
    column: str | None
    why: str

    def __str__(self) -> str:
        column = f".{self.column}" if self.column else ""
        return f"position {self.position}, {self.table}{column}: {self.why}"


class Found(Exception):
    """The first thing that is wrong: the way out of the pass."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(str(wrong))
        self.wrong = wrong


class Expected(NamedTuple):
    """What the records before leave to be expected of the next, in a store whose leaves have this tag."""

    tag: bytes
    position: int
    version: int
    previous: bytes
    recorded_at: int


def mistyped(row: Stored, place: int) -> Wrong:
    """Which cell of a record, or of what hangs on it, is of another kind than its column: only damage makes one so."""
    why = "there is something in it that its column cannot hold"
    for column, value in zip(layout.COLUMNS, row, strict=True):
        kinds = (int,) if column in layout.NUMBERS else (bytes, type(None)) if column in _NULLABLE else (bytes,)
        if not isinstance(value, kinds):
            return Wrong(place, "records", column, why)
    return Wrong(place, "keys", None, why)


class _Case(NamedTuple):
    """A record that is not as expected, and what its leaf should have been computed from."""

    row: Stored
    expected: Expected

    def fits(self, made: Iterable[Key]) -> bool:
        """Whether the record's leaf is the one with these keys."""
        return self.row.leaf == layout.leaf_of(self.expected.tag, self.row, sorted(made), self.expected.previous)


def changed_record(row: Stored, made: Sequence[Key], expected: Expected, called: Called) -> Wrong:
    """What is wrong with a record that is not as expected, and which of its columns says so."""
    case = _Case(row, expected)
    coded = layout.codes(row)
    intact = layout.checks(coded, layout.keys_field(made))
    if row.checks != intact and case._replace(row=row._replace(checks=intact)).fits(made):
        return Wrong(row.position, "records", "checks", "the checks are not those of the columns")
    column = layout.changed_column(coded, row.checks)
    return (
        _header(row, column, expected.position)
        or _out_of_order(row, expected)
        or _part(row, column)
        or (None if layout.keys_are_intact(intact, row.checks) else _keys(case, made, called))
        or Wrong(row.position, "records", "leaf", "it is not the leaf of its columns, its parts and the one before it")
    )


def _header(row: Stored, column: str | None, place: int) -> Wrong | None:
    if column not in layout.HEADER or (column == "position" and row.position != place):
        return None
    return Wrong(row.position, "records", column, _OTHER)


def _out_of_order(row: Stored, expected: Expected) -> Wrong | None:
    if row.position != expected.position:
        why = f"position {row.position} stands here: a record is missing or added, or its position was changed"
        return Wrong(expected.position, "records", "position", why)
    if row.version != expected.version:
        why = f"its stream stood at version {expected.version - 1} and goes on with {row.version}"
        return Wrong(row.position, "records", "version", why)
    if row.recorded_at < expected.recorded_at:
        return Wrong(row.position, "records", "recorded_at", "it was recorded before the record in front of it")
    return None


def _part(row: Stored, column: str | None) -> Wrong | None:
    if column is None:
        return Wrong(row.position, "records", None, f"{_OTHER}, in more than one column")
    if column == "open":
        named = "emptied" if row.open is None and row.emptied is not None else "open"
        return Wrong(row.position, "records", named, "the open part is not the one that was recorded")
    if column == "sealed":
        return Wrong(row.position, "records", "sealed", "the sealed parts are not those that were recorded")
    return None


def stray_key(position: int) -> Wrong:
    """That a key is said to be made with a record, and seals nothing of it; or that there is no such record."""
    return Wrong(position, "keys", "position", _STRAY)


def _keys(case: _Case, made: Sequence[Key], called: Called) -> Wrong:
    """Which column of a key made with this record was changed: whichever, put right, would lead to the leaf."""
    ids = {key for key, _ in layout.sealed_pieces(case.row.sealed)}
    missing = sorted(ids - {key.id for key in made})
    elsewhere = {id_: [*called(id_)] for id_ in missing}
    wrong = Wrong(case.row.position, "keys", "commitment", _KEYS)
    if any(map(case.fits, _without_one(made))):
        return wrong._replace(column="position", why=_STRAY)
    if any(map(case.fits, _called_otherwise(made, missing))):
        return wrong._replace(column="id")
    if any(map(case.fits, _moved_here(made, elsewhere.values()))):
        return wrong._replace(column="position")
    gone = any(id_.startswith(b"/") or not elsewhere[id_] for id_ in missing)
    return wrong._replace(column="id") if gone else wrong


def _without_one(made: Sequence[Key]) -> Iterator[list[Key]]:
    return ([other for other in made if other != key] for key in made)


def _called_otherwise(made: Sequence[Key], ids: Iterable[bytes]) -> Iterator[list[Key]]:
    return ([*(other for other in made if other != key), key._replace(id=id_)] for key in made for id_ in ids)


def _moved_here(made: Sequence[Key], elsewhere: Iterable[list[Key]]) -> Iterator[list[Key]]:
    """The keys as they would be if one more had been made with this record, or all whose parts are here."""
    found = [*elsewhere]
    yield [*made, *(keys[0] for keys in found if keys)]
    yield from ([*made, key] for key in chain.from_iterable(found))


def first_keys_changed(first: Sequence[Key], root: Key | None, digest: bytes) -> Wrong:
    """Which column of the keys that the store began with was changed."""
    column = "commitment"
    if root is None:
        column = "id"
    elif root not in first and layout.keys_digest([*first, root]).encode() == digest:
        column = "position"
    return Wrong(0, "keys", column, "the keys that the store began with are not those that are kept")
