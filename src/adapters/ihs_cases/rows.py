"""Between stored rows and entries: decoding on the way in, sealing on the way out."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from ihs_domain.history import Entry
from ihs_domain.roles import Actor
from ihs_domain.terms import Amendment, Code, Expunged
from ihs_record.codec import Encoded, Part, decode, erased, opened
from ihs_record.row import Draft, Emptied, Row, SealedPart, length_prefixed, narrative_key
from ihs_record.row import instant as instant_of
from ihs_store.errors import KeyErased, StoreDamaged
from ihs_store.keys import KeyRing, Sealing

PERSON = "person/"
SCHEMA = 1


def entry_of(row: Row) -> Entry[Any]:
    """The entry a row holds, its sealed parts unopened. Raises StoreDamaged naming the position."""
    try:
        return Entry(
            _event_of(row),
            date.fromisoformat(row.day),
            row.version,
            _actor(row.actor, row.role),
            None if row.occurred is None else datetime.fromisoformat(row.occurred),
            instant_of(row.recorded_at),
            row.position,
            row.edition,
            row.command,
        )
    except (ValueError, OverflowError) as error:
        raise StoreDamaged(f"the record at position {row.position} cannot be read: {error}") from error


def once_recorded(entry: Entry[Any], kept: Any, position: int, recorded_at: datetime, command: str) -> Entry[Any]:
    """What :func:`entry_of` will read of an *entry* that was just recorded, its event as it is *kept*."""
    occurred = None if entry.occurred is None else datetime.fromisoformat(entry.occurred.isoformat())
    return entry._replace(
        event=kept,
        actor=_actor(entry.actor.id, entry.actor.role),
        occurred=occurred,
        recorded_at=recorded_at,
        position=position,
        command=command,
    )


def _event_of(row: Row) -> Any:
    """What a row says; of one that was emptied, that it was, and its kind."""
    if isinstance(row.open, Emptied):
        return Expunged(_hyphenated(row.name))
    if row.open is None:
        raise ValueError("it has no open part")
    return decode(row.name, row.open.content, [_owner(row, part.key) for part in row.sealed])


def _hyphenated(name: str) -> Code:
    """A stored name as a code: `ContactMade.v1` is contact-made."""
    return Code(re.sub(r"(?<!^)(?=[A-Z])", "-", name.partition(".")[0]).lower())


@lru_cache(maxsize=1024)
def _actor(id_: str, role: str) -> Actor:
    """Few people record much: each is made once."""
    return Actor.as_recorded(id_, role)


def person_key(stream: str, person: str) -> str:
    """The key of whom a *stream* calls *person*: a case's own, or the register's on the person's own stream."""
    kind, _, id_ = stream.partition("/")
    return f"{PERSON}{person}" if kind == "person" else f"{PERSON}{id_}/{person}"


def _owner(row: Row, key_id: str) -> tuple[str | None, str]:
    """Whose key a sealed part is under, and the path of its fields. Raises ValueError for another stream's key."""
    last = key_id.rpartition("/")[2]
    if not key_id.startswith(PERSON):
        return None, last
    if key_id != person_key(row.stream, last):
        raise ValueError("a sealed part is under a key of another stream")
    return last, "instead." if row.target else ""


def opened_entry(row: Row, ring: KeyRing, under: str = "") -> Entry[Any]:
    """The entry a row holds, every part opened that can still be; the others are marked as erased.

    Only what is sealed *under* keys that begin so is opened.
    """
    entry = entry_of(row)
    event = entry.event
    if isinstance(event, Expunged):
        return entry
    for part in (part for part in row.sealed if part.key.startswith(under)):
        person, path = _owner(row, part.key)
        plain = unsealed(row, part, ring)
        event = erased(event, person, path) if plain is None else opened(event, [Part(person, path, plain)])
    return entry._replace(event=event)


def unsealed(row: Row, part: SealedPart, ring: KeyRing) -> bytes | None:
    """The plain bytes of one sealed part of a row, None where its key is gone."""
    _, path = _owner(row, part.key)
    try:
        return ring.unseal(part.key, _place(row.stream, row.version, row.name, path), part.content)
    except KeyErased:
        return None


def draft(
    stream: str,
    entry: Entry[Any],
    encoded: Encoded,
    sealing: Sealing,
    correlation: str | None,
    after: bytes | None = None,
) -> Draft:
    """What is to be appended for *entry*, its sealed parts bound to their place; *after* which leaf, if known."""
    return Draft(
        stream=stream,
        version=entry.version,
        name=encoded.name,
        day=entry.day.isoformat(),
        actor=entry.actor.id,
        role=entry.actor.role.value,
        occurred=None if entry.occurred is None else entry.occurred.isoformat(),
        correlation=correlation,
        edition=entry.edition,
        target=entry.event.entry if isinstance(entry.event, Amendment) else 0,
        schema=SCHEMA,
        open=encoded.open,
        sealed=_sealed_parts(stream, entry, encoded, sealing),
        after=after,
    )


def _sealed_parts(stream: str, entry: Entry[Any], encoded: Encoded, sealing: Sealing) -> tuple[tuple[str, bytes], ...]:
    return tuple(_sealed(stream, entry, encoded.name, part, sealing) for part in encoded.parts)


def _sealed(stream: str, entry: Entry[Any], name: str, part: Part, sealing: Sealing) -> tuple[str, bytes]:
    whose = part.person
    key = narrative_key(stream, entry.version, part.path) if whose is None else person_key(stream, whose)
    place = _place(stream, entry.version, name, part.path)
    try:
        return key, sealing.seal(key, place, part.plain, anew=whose is None)
    except KeyErased:
        raise KeyErased(
            "what identified this person was destroyed by order, and nothing more is kept of it: choose another id for "
            "this person, or leave name and day of birth out"
        ) from None


def _place(stream: str, version: int, name: str, path: str) -> bytes:
    return length_prefixed((stream.encode(), version.to_bytes(8, "big"), name.encode(), path.encode()))


def asked(stream: str, actor: Actor, occurred: date | datetime, encoded: Encoded) -> bytes:
    """All that a caller asked to be recorded, as bytes: what makes a repeated command the same command."""
    who, role = actor.id.encode(errors="surrogatepass"), actor.role.encode()
    sealed = (piece for part in encoded.parts for piece in (part.path.encode(), part.plain))
    return length_prefixed(
        (stream.encode(), encoded.name.encode(), occurred.isoformat().encode(), who, role, encoded.open, *sealed)
    )
