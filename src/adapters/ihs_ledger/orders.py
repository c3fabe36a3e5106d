"""By which record something was destroyed: an emptied part and a destroyed key each need an order in their stream."""

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

WHOLE_CASE: Final = b"CaseDisposed"
ENTRY: Final = b"EntryExpunged"
WORDS: Final = b"NarrativeRedacted"
IDENTITY: Final = b"IdentityErased"
PERSON: Final = b"PersonErased"
ORDERING: Final = (WHOLE_CASE, ENTRY, WORDS, IDENTITY, PERSON)
"""The events that order something destroyed, by their names without a version."""


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


def orders_destroyed(orders: Iterable[Order], key: bytes, made_with: int) -> bool:
    """Whether a later record of its stream orders a key destroyed that was made with the record of version *made_with*.

    What a person's key was made with may stand on another stream than the order: that one is told by whom it names.
    """
    return any(
        _destroys(order, key, made_with) and (order.version > made_with or order.name in {IDENTITY, PERSON})
        for order in orders
    )


def _destroys(order: Order, key: bytes, made_with: int) -> bool:
    """A person's key goes with the person, a narrative's with the words; any with the entry that it was made for."""
    if order.name == IDENTITY:
        return key.startswith(b"person/") and order.says.get("known_as") == key.rpartition(b"/")[2].decode()
    if order.name == PERSON:
        return key == f"person/{order.says.get('person')}".encode()
    if order.name == WORDS and not key.startswith(b"narrative/"):
        return False
    return order.name == WHOLE_CASE or (order.name in {ENTRY, WORDS} and order.says.get("entry") == made_with)
