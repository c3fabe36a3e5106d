"""A record that was read, with its leaf and its checks made anew: what an insider can compute as well as we can."""

from collections.abc import Sequence

from ihs_record.leaf import digested_row, proof
from ihs_record.row import Row


def chained(row: Row, previous: bytes, tag: bytes, made: Sequence[tuple[str, bytes]] = ()) -> Row:
    leaf, checks = proof(row.header, digested_row(row, made), previous, tag)
    return row._replace(leaf=leaf, checks=checks)
