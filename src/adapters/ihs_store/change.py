"""What is done beside an append, in its own transaction: keys destroyed or wrapped anew, open parts emptied.

Nothing else that a store keeps is ever changed. The append puts on record why.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from attrs import frozen

from ihs_store.errors import StoreDamaged
from ihs_store.key_rows import where
from ihs_store.port import Statements

PAGE: Final = 2000


@frozen
class Change:
    """The keys to destroy, the open parts to empty (by stream and version), and how the other keys are wrapped anew."""

    destroy: frozenset[str] = frozenset()
    empty: tuple[tuple[str, int], ...] = ()
    rewrap: Callable[[str, bytes], bytes] | None = None

    def make(self, c: Statements) -> None:
        """Change what the store keeps."""
        for key in sorted(self.destroy):
            found, values = where(key)
            c.execute(f"UPDATE keys SET wrapped = NULL WHERE {found}", values)  # noqa: S608 - our own conditions
        for stream, version in self.empty:
            _empty(c, stream, version)
        if self.rewrap is not None:
            _rewrap(c, self.rewrap)


def _empty(c: Statements, stream: str, version: int) -> None:
    c.execute("SELECT open FROM records WHERE stream = ? AND version = ?", (stream, version))
    found = c.fetchone()
    if found is None:
        raise StoreDamaged("a record to be emptied is missing: verify the store against a backup")
    (salted,) = found
    if salted is not None:
        c.execute(
            "UPDATE records SET open = NULL, emptied = ? WHERE stream = ? AND version = ?",
            (sha256(salted).digest(), stream, version),
        )


def _rewrap(c: Statements, anew: Callable[[str, bytes], bytes]) -> None:
    last: tuple[int, str] = (-1, "")
    while rows := _page(c, *last):
        changed = [(anew(id_, wrapped), position, id_) for position, id_, wrapped in rows]
        c.executemany("UPDATE keys SET wrapped = ? WHERE position = ? AND id = ?", changed)
        last = rows[-1][:2]


def _page(c: Statements, position: int, id_: str) -> list[tuple[int, str, bytes]]:
    c.execute(
        "SELECT position, id, wrapped FROM keys WHERE wrapped IS NOT NULL AND (position, id) > (?, ?) "
        "ORDER BY position, id LIMIT ?",
        (position, id_, PAGE),
    )
    rows: Iterable[tuple[int, str, bytes]] = c.fetchall()
    return [(position, id_, bytes(wrapped)) for position, id_, wrapped in rows]
