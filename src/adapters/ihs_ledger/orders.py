"""By which record something was destroyed: an emptied part and a destroyed key each need an order in their stream."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

WHOLE_CASE: Final = b"CaseDisposed"
ENTRY: Final = b"EntryExpunged"
WORDS: Final = b"NarrativeRedacted"
IDENTITY: Final = b"IdentityErased"
PERSON: Final = b"PersonErased"
ORDERING: Final = (WHOLE_CASE, ENTRY, WORDS, IDENTITY, PERSON)
"""The events that order something destroyed, by their names without a version."""
OF_ONE_ENTRY: Final = b"narrative/"
"""How the keys begin that seal one entry alone."""


class Order(NamedTuple):
    """A record that orders something destroyed: its version, its name without a version, and what it says."""

    version: int
    name: bytes
    says: dict[str, Any]


def read(rows: Iterable[tuple[int, bytes, bytes]]) -> list[Order]:
    """The orders among a stream's records, each as version, stored name and open part."""
    return [Order(version, name.partition(b".")[0], _said(content)) for version, name, content in rows]


def _said(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def orders_emptied(orders: Iterable[Order], version: int) -> bool:
    """Whether a later record of the stream orders the content of this version destroyed."""
    later = (order for order in orders if order.version > version)
    return any(o.name == WHOLE_CASE or (o.name == ENTRY and o.says.get("entry") == version) for o in later)


def stream_of(key: bytes) -> bytes | None:
    """The stream on which the order to destroy a key stands; None for a key that no order reaches."""
    kind, _, rest = key.partition(b"/")
    if kind == b"person":
        case, found, _ = rest.partition(b"/")
        return b"case/" + case if found else key
    if kind == b"narrative":
        stream, _, _ = rest.rpartition(b"/")  # without the field
        return stream.rpartition(b"/")[0]  # without the version
    return None


def orders_destroyed(orders: Sequence[Order], key: bytes, sealed_at: Iterable[int]) -> bool:
    """Whether the records of its stream order a key destroyed under which the records of these versions are sealed.

    Each of them needs a later order: what is sealed under a person's key may be many entries, and to expunge one of
    them takes the key from none of the others. Where none is, as in a store that others fill, an order that names whom
    it is of suffices.
    """
    versions = [*sealed_at] or [0]
    return all(any(order.version > at and _destroys(order, key, at) for order in orders) for at in versions)


def _destroys(order: Order, key: bytes, version: int) -> bool:
    """Whether an order takes a key from the entry of this version: the person's, the words', or that of all of it."""
    if order.name == IDENTITY:
        return key.startswith(b"person/") and order.says.get("known_as") == key.rpartition(b"/")[2].decode()
    if order.name == PERSON:
        return key == f"person/{order.says.get('person')}".encode()
    if order.name == WORDS and not key.startswith(OF_ONE_ENTRY):
        return False
    return order.name == WHOLE_CASE or (order.name in {ENTRY, WORDS} and order.says.get("entry") == version)
