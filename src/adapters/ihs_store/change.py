"""What is done beside an append, in its own transaction: keys destroyed or wrapped anew, open parts emptied.

Nothing else that a store keeps is ever changed. The append puts on record why.
"""

from collections.abc import Callable, Iterable
from typing import Final

from attrs import frozen

from ihs_ledger.layout import digest
from ihs_store.errors import StoreDamaged
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
        c.executemany("UPDATE keys SET wrapped = NULL WHERE id = ?", [(key,) for key in sorted(self.destroy)])
        for stream, version in self.empty:
            _empty(c, stream, version)
        if self.rewrap is not None:
            _rewrap(c, self.rewrap)


def _empty(c: Statements, stream: str, version: int) -> None:
    c.execute("SELECT salt, open FROM records WHERE stream = ? AND version = ?", (stream, version))
    found = c.fetchone()
    if found is None:
        raise StoreDamaged("a record to be emptied is missing: verify the store against a backup")
    salt, content = found
    if content is not None:
        c.execute(
            "UPDATE records SET open = NULL, salt = NULL, emptied = ? WHERE stream = ? AND version = ?",
            (digest(salt, content), stream, version),
        )


def _rewrap(c: Statements, anew: Callable[[str, bytes], bytes]) -> None:
    last = ""
    while rows := _page(c, last):
        c.executemany("UPDATE keys SET wrapped = ? WHERE id = ?", [(anew(id_, wrapped), id_) for id_, wrapped in rows])
        last = rows[-1][0]


def _page(c: Statements, after: str) -> list[tuple[str, bytes]]:
    c.execute("SELECT id, wrapped FROM keys WHERE wrapped IS NOT NULL AND id > ? ORDER BY id LIMIT ?", (after, PAGE))
    rows: Iterable[tuple[str, bytes]] = c.fetchall()
    return [(id_, bytes(wrapped)) for id_, wrapped in rows]
