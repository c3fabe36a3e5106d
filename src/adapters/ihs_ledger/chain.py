"""Whether records that are shown follow each other in their streams, with none left out between them."""

from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import NamedTuple


class Link(NamedTuple):
    """A record's place in its stream: its leaf, and the one that it says stands before it."""

    stream: str
    version: int
    position: int
    previous: bytes
    leaf: bytes


def broken(links: Iterable[Link]) -> str | None:
    """Where records of one stream do not follow each other, by version and by leaf, from the first one on.

    A record by itself may stand anywhere: that is how one is exported alone.
    """
    shown = sorted(links)
    for stream, of in groupby(shown, key=_stream):
        beginning = () if len(shown) == 1 else (Link(stream, 0, 0, b"", b""),)
        for before, link in pairwise((*beginning, *of)):
            if (why := _parted(before, link)) is not None:
                return why
    return None


def _stream(link: Link) -> str:
    return link.stream


def _parted(before: Link, link: Link) -> str | None:
    first, last = before.version + 1, link.version - 1
    if first > last + 1:
        return "the bundle shows a record twice"
    if first <= last:
        missing = f"version {first} is" if first == last else f"versions {first} to {last} are"
        return f"{missing} missing before the record at position {link.position}: have the bundle exported anew"
    if link.previous != before.leaf:
        return f"the record at position {link.position} does not follow the one before it"
    return None
