"""The access streams of one store: what each says of whom it belongs to, and putting on them what was looked at."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from attrs import field, frozen

from ihs_cases.belonging import access_stream
from ihs_cases.errors import Conflict
from ihs_cases.recording import MOST_TRIES
from ihs_cases.rows import draft, entry_of
from ihs_cases.when import aware
from ihs_domain.gates import Refused
from ihs_domain.history import Entry
from ihs_domain.looking import STEPS, Before, Held, held_by, objections
from ihs_domain.roles import Actor, an_actor
from ihs_domain.terms import ActorId
from ihs_record.codec import encode
from ihs_record.names import STORED_AS
from ihs_record.row import length_prefixed
from ihs_store.errors import KeyFileReplaced, VersionConflict
from ihs_store.keys import KeyRing
from ihs_store.port import LEAST_MAC, Command, RecordStore
from ihs_store.port import Receipt as StoreReceipt

T = TypeVar("T")

DECIDING: Final = frozenset(STORED_AS[cls] for cls in STEPS)
"""The stored names of what bears on whether somebody may look; what they looked at does not."""
PREFIX: Final = "access/"


class Tail(NamedTuple):
    """How far an access stream was read, the leaf of the last record of it, and what it came to."""

    version: int = 0
    leaf: bytes = b""
    held: Held = Held()


@frozen
class AccessStreams:
    """The access streams of one store. What was read of a stream is kept, so that only what is new is read again.

    It is held against the store each time: a store set back is read anew, or a post that is no longer on record would
    still let somebody look.
    """

    store: RecordStore
    ring: KeyRing
    home: ZoneInfo
    _tails: dict[str, Tail] = field(factory=dict, init=False)

    def tail(self, whose: Actor) -> Tail:
        """What somebody's stream says of them now."""
        stream = access_stream(whose)
        known = self._tails.get(stream)
        now = (known and self._gone_on(stream, known)) or self._anew(stream)
        if now.version:
            self._tails[stream] = now
        return now

    def _gone_on(self, stream: str, known: Tail) -> Tail | None:
        """What stands now, None where the record is not the one that was read."""
        last, *since = self.store.stream(stream, after_version=known.version - 1) or (None,)
        if last is None or last.leaf != known.leaf:
            return None
        decided = (entry_of(row) for row in since if row.name in DECIDING)
        return Tail(since[-1].version, since[-1].leaf, held_by(decided, known.held)) if since else known

    def _anew(self, stream: str) -> Tail:
        """What stands now; of the views, which may be many, the last alone is read."""
        last, *_ = self.store.stream(stream, after_version=self.store.standing(stream) - 1) or (None,)
        if last is None:
            return Tail()
        decided = (entry_of(r) for r in self.store.stream(stream, upto=last.position, names=DECIDING))
        return Tail(last.version, last.leaf, held_by(decided))

    def put(
        self,
        actor: Actor,
        decide: Callable[[Held], tuple[Sequence[Any], T]],
        at: datetime | None,
        *,
        whatever_is_held: bool = False,
    ) -> T:
        """Have on record what *decide* says is to stand on *actor*'s own stream, and then give its answer.

        It is decided again where the stream went on meanwhile. Whatever keeps it from being recorded is raised, and
        the answer is not given. *at* is for rehearsal stores alone. Where it is decided *whatever_is_held*, what the
        stream says is not read.
        """
        if at is not None:
            aware(at)
        for _ in range(MOST_TRIES):
            tail = Tail(self.store.standing(access_stream(actor))) if whatever_is_held else self.tail(actor)
            events, answer = decide(tail.held)
            if not events:
                return answer
            try:
                self._append(actor, actor, events, tail.version, at, f"access/{uuid4().hex}")
            except VersionConflict:
                continue
            return answer
        raise Conflict(self.store.standing(access_stream(actor)), None)

    def decided(self, whose: Actor, event: Any, actor: Actor, at: datetime | None, command_id: str | None) -> int:
        """Put a decision on *whose* stream, once for each *command_id*; the version it has. Raises Refused."""
        an_actor(actor)
        if at is not None:
            aware(at)
        if command_id is not None:
            Command(command_id, bytes(LEAST_MAC))  # refuses what is no id, before the store is asked for it
        for _ in range(MOST_TRIES):
            tail = self.tail(whose)
            if command_id is None or self.store.receipt(command_id) is None:
                against = tuple(objections(event, Before(whose.id, tail.held, actor)))
                if against:
                    raise Refused(against)
            try:
                named = command_id or f"access/{uuid4().hex}"
                return self._append(whose, actor, [event], tail.version, at, named).versions[-1][1]
            except VersionConflict:
                continue
        raise Conflict(self.store.standing(access_stream(whose)), None)

    def read(self, names: Collection[str], upto: int | None = None) -> Iterator[tuple[ActorId, Entry[Any]]]:
        """Whose stream, and the entry, of everything of these stored names, in order, read in pages."""
        last = self.store.head().position if upto is None else upto
        position = 0
        while rows := self.store.read(position, upto=last, names=names):
            yield from ((ActorId(r.stream.removeprefix(PREFIX)), entry_of(r)) for r in rows)
            position = rows[-1].position

    def _append(
        self, whose: Actor, actor: Actor, events: Sequence[Any], after: int, at: datetime | None, command_id: str
    ) -> StoreReceipt:
        now = at or datetime.now(UTC)
        turn = self.ring.turn
        day, stream, sealing = now.astimezone(self.home).date(), access_stream(whose), self.ring.sealing()
        encoded = [encode(event) for event in events]
        entries = [Entry(event, day, after + n, actor, now) for n, event in enumerate(events, 1)]
        drafts = [draft(stream, entry, one, sealing, None) for entry, one in zip(entries, encoded, strict=True)]
        said = (piece for one in encoded for piece in (one.name.encode(), one.open))
        mac = self.ring.mac(length_prefixed((stream.encode(), actor.id.encode(), actor.role.encode(), *said)))
        try:
            return self.store.append(drafts, command=Command(command_id, mac), recorded_at=at, keys=sealing.new_keys)
        except KeyFileReplaced:
            if not self.ring.replaced(turn):
                raise
            return self._append(whose, actor, events, after, at, command_id)
