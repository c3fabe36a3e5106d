"""The verifier: recomputes what a store claims from the rows alone, and names the first that is wrong."""

from collections.abc import Iterable

from attrs import define, field, frozen

from ihs_ledger.tree import EMPTY_ROOT, Frontier, TreeHead
from ihs_record.leaf import leaf
from ihs_record.row import Emptied, Row


@frozen
class Wrong:
    """The first position that does not hold, and why."""

    position: int
    why: str


@frozen
class Verdict:
    """What the rows prove: the tree over those that hold, the first wrong one, which open parts are emptied.

    Each emptied part needs a later record that orders it: who knows the records' names looks for that order.
    """

    tree: TreeHead
    wrong: Wrong | None = None
    emptied: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong is None


@define
class _Audit:
    """What the rows read so far leave to hold the next one against."""

    tag: bytes
    checkpoint: TreeHead
    tree: Frontier = field(factory=Frontier)
    recorded_at: int | None = None
    streams: dict[str, tuple[int, bytes]] = field(factory=dict)
    emptied: list[int] = field(factory=list)

    def objection(self, row: Row) -> str | None:
        version, previous = self.streams.get(row.stream, (0, b""))
        if row.position != self.tree.size + 1:
            return f"position {row.position} stands here: a record is missing or added"
        if row.version != version + 1:
            return f"its stream stood at version {version} and goes on with {row.version}"
        if self.recorded_at is not None and row.recorded_at < self.recorded_at:
            return "it was recorded before the record in front of it"
        if leaf(row, previous, self.tag) != row.leaf:
            return "its leaf is not that of its columns, its parts and its stream's previous leaf"
        return None

    def take(self, row: Row) -> None:
        self.tree = self.tree.grown([row.leaf])
        self.recorded_at = row.recorded_at
        self.streams[row.stream] = (row.version, row.leaf)
        if isinstance(row.open, Emptied):
            self.emptied.append(row.position)

    def departure(self) -> str | None:
        if self.tree.size == self.checkpoint.size and self.tree.root != self.checkpoint.root:
            return "the history up to here is not the one that the checkpoint states"
        return None

    def shortfall(self) -> Wrong | None:
        if self.tree.size >= self.checkpoint.size:
            return None
        why = f"the checkpoint states {self.checkpoint.size} records: the rest is missing"
        return Wrong(self.tree.size + 1, why)

    def verdict(self, wrong: Wrong | None) -> Verdict:
        return Verdict(self.tree.head, wrong, tuple(self.emptied))


def verify(rows: Iterable[Row], tag: bytes, checkpoint: TreeHead | None = None) -> Verdict:
    """Recompute leaves, stream links, positions and the root over all rows, from position 1 in order.

    `tag` is LIVE or REHEARSAL. A checkpoint kept outside the store also shows a history rebuilt or cut
    short: of such changes the rows alone show nothing.
    """
    audit = _Audit(tag, checkpoint or TreeHead(0, EMPTY_ROOT))
    for row in rows:
        if why := audit.objection(row):
            return audit.verdict(Wrong(audit.tree.size + 1, why))
        audit.take(row)
        if why := audit.departure():
            return audit.verdict(Wrong(row.position, why))
    return audit.verdict(audit.shortfall())
