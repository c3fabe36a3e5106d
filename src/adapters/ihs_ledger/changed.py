"""What is wrong, and where: which column of which table was changed, told by the checks that stand beside a leaf."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from ihs_ledger import layout
from ihs_ledger.layout import Key, SealedPart, Stored

_NUMBERS: Final = {"position", "version", "recorded_at", "target", "schema"}
_NULLABLE: Final = {"occurred", "correlation", "causation", "asked", "salt", "emptied", "open"}
_CHECKS: Final = "the checks are not those of the columns"
_PARTS: Final = ("previous", "open", "keys")
_NAMES: Final = (*layout.HEADER, *_PARTS)


class Wrong(NamedTuple):
    """The first thing that does not hold: at which position (0: before the first record), in which table and column."""

    position: int
    table: str
    column: str | None
    why: str

    def __str__(self) -> str:
        column = f".{self.column}" if self.column else ""
        return f"position {self.position}, {self.table}{column}: {self.why}"


class Expected(NamedTuple):
    """What the records before leave to be expected of the next."""

    position: int
    version: int
    previous: bytes
    recorded_at: int


def mistyped(row: Stored, place: int) -> Wrong:
    """Which cell of a record, or of what hangs on it, is of another kind than its column: only damage makes one so."""
    why = "there is something in it that its column cannot hold"
    for column, value in zip(
        (*layout.HEADER, "leaf", "checks", "salt", "emptied", "open", "sealed"), row, strict=False
    ):
        kinds = (int,) if column in _NUMBERS else (bytes, type(None)) if column in _NULLABLE else (bytes,)
        if not isinstance(value, kinds):
            return Wrong(place, "records", column, why)
    if not isinstance(row.counted, int):
        return Wrong(place, "receipts", "count", why)
    return Wrong(place, "keys", None, why)


def changed_record(
    row: Stored, parts: Sequence[SealedPart] | None, keys: Mapping[bytes, Key], expected: Expected, tag: bytes
) -> Wrong:
    """What is wrong with a record that is not as expected, and which of its columns says so first."""
    made = layout.keys_field(layout.made_keys(row.position, parts or (), keys))
    values = layout.said(row, expected.previous, made, parts or ())
    intact = layout.checks(values, row.salt)
    if _is_emptied(row):
        intact = intact[:-2] + row.checks[-2:]
    if row.checks != intact and row.leaf == layout.leaf(tag, values, intact):
        return Wrong(row.position, "records", "checks", _CHECKS)
    changed = _changed(row, values, intact)
    return (
        _header(row, changed, expected.position)
        or _out_of_order(row, expected)
        or _part(row, parts, changed)
        or _keys(row, parts or (), keys, values, tag, changed)
        or _last_check(row, values, tag)
        or _leaf(row, changed)
    )


def _changed(row: Stored, values: Sequence[object], intact: bytes) -> list[str]:
    """The names of the fields whose checks do not fit, in order; the salt of an emptied part is gone."""
    names = [*_NAMES, *("sealed" for _ in values[len(_NAMES) :])]
    changed = [name for at, name in enumerate(names) if intact[2 * at : 2 * at + 2] != row.checks[2 * at : 2 * at + 2]]
    if intact[-2:] != row.checks[-2:]:
        changed.append("salt")
    if len(intact) != len(row.checks):
        changed.append("sealed")
    return [*dict.fromkeys(changed)]


def _is_emptied(row: Stored) -> bool:
    return row.open is None and row.emptied is not None


def _header(row: Stored, changed: Sequence[str], place: int) -> Wrong | None:
    first = next((name for name in changed if name in layout.HEADER), None)
    if first is None or (first == "position" and row.position != place):
        return None
    others = [name for name in changed if name in layout.HEADER[1:] and name != first]
    also = f" (nor in {', '.join(others)})" if others else ""
    return Wrong(row.position, "records", first, f"it does not hold what was recorded at this position{also}")


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


def _part(row: Stored, parts: Sequence[SealedPart] | None, changed: Sequence[str]) -> Wrong | None:
    if parts is None:
        return Wrong(row.position, "records", "sealed", "the sealed parts cannot be taken apart")
    if "open" in changed:
        return Wrong(
            row.position, "records", _of_open_part(row, changed), "the open part is not the one that was recorded"
        )
    if "sealed" in changed:
        return Wrong(row.position, "records", "sealed", "a sealed part is not the one that was recorded")
    return None


def _of_open_part(row: Stored, changed: Sequence[str]) -> str:
    if row.open is not None and row.emptied is not None:
        return "open"
    if "salt" in changed:
        return "salt"
    return "emptied" if _is_emptied(row) else "open"


def _keys(
    row: Stored,
    parts: Sequence[SealedPart],
    keys: Mapping[bytes, Key],
    values: list[object],
    tag: bytes,
    changed: Sequence[str],
) -> Wrong | None:
    """Which column of a key made with this record was changed: whichever, put right, would lead to the leaf."""
    if "keys" not in changed:
        return None
    why = "the keys that were made with this record are not those that are kept"
    if any(part.key not in keys for part in parts):
        return Wrong(row.position, "keys", "id", why)
    at = _NAMES.index("keys")
    for some in _first_of(parts, keys, row.position):
        put_right = layout.keys_field(layout.made_keys(row.position, parts, some))
        if row.leaf == layout.leaf(tag, [*values[:at], put_right, *values[at + 1 :]], row.checks):
            return Wrong(row.position, "keys", "position", why)
    return Wrong(row.position, "keys", "commitment", why)


def _last_check(row: Stored, values: list[object], tag: bytes) -> Wrong | None:
    """Whether it is the check of a salt that is gone, its part emptied: there are not too many to try."""
    tried = (row.checks[:-2] + salt.to_bytes(2, "big") for salt in range(1 << 16))
    if _is_emptied(row) and any(row.leaf == layout.leaf(tag, values, checks) for checks in tried):
        return Wrong(row.position, "records", "checks", _CHECKS)
    return None


def _leaf(row: Stored, changed: Sequence[str]) -> Wrong:
    why = "its leaf is not that of its columns and parts"
    if "previous" in changed:
        why = "its leaf goes on from another record than the one before it in its stream: that one was made anew"
    return Wrong(row.position, "records", "leaf", why)


def _first_of(parts: Iterable[SealedPart], keys: Mapping[bytes, Key], position: int) -> Iterable[dict[bytes, Key]]:
    """The keys as they would be if one of them, or all, had been made with the record at this position."""
    moved = {part.key: keys[part.key]._replace(position=position) for part in parts}
    yield {**keys, **moved}
    for id_, key in moved.items():
        yield {**keys, id_: key}


def first_keys_changed(first: Sequence[Key], root: Key | None, digest: bytes) -> Wrong:
    """Which column of the keys that the store began with was changed."""
    column = "commitment"
    if root is None:
        column = "id"
    elif root not in first and layout.keys_digest([*first, root]).encode() == digest:
        column = "position"
    return Wrong(0, "keys", column, "the keys that the store began with are not those that are kept")
