"""The library's Application over our recorder: what makes its extensions usable on a store."""

from typing import Any, Never

from attrs import frozen
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol, MutableOrImmutableAggregate
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    Mapper,
    Recording,
    StoredEvent,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType

from ihs_record.row import Draft
from ihs_store.asked import StoredDraft


@frozen
class Entry:
    """A draft, or a record read back, with the two names under which the library knows every event."""

    originator_id: str
    originator_version: int
    name: str
    open: bytes
    draft: Draft | None = None


def entry(draft: Draft) -> Entry:
    """Present a draft to the library."""
    return Entry(draft.stream, draft.version, draft.name, draft.open or b"", draft)


class Bytes(Transcoder):
    """Passes bytes through: what a record means is not this library's to know."""

    def encode(self, obj: object) -> bytes:
        """Give the bytes back."""
        if not isinstance(obj, bytes):
            raise TypeError("a store takes bytes: encode the event first")
        return obj

    def decode(self, data: bytes) -> bytes:
        """Give the bytes back."""
        return data


class RecordMapper(Mapper[str]):
    """Maps by stored name alone: unlike the library's own it imports nothing that a row names."""

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Carry a draft, with its headers, to the recorder; TypeError for anything but an entry."""
        if not isinstance(domain_event, Entry):
            raise TypeError("a store records drafts alone: make one of the event first")
        e = domain_event
        if e.draft is None:
            return StoredEvent(e.originator_id, e.originator_version, e.name, e.open)
        return StoredDraft(e.originator_id, e.originator_version, e.name, e.open, e.draft)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Give a record's name and open part, for the library's own readers."""
        return Entry(
            str(stored_event.originator_id),
            stored_event.originator_version,
            stored_event.topic,
            stored_event.state,
        )


class RecordFactory(InfrastructureFactory[Any]):
    """Gives the one recorder that a store is made with, and none of the library's other kinds."""

    def __init__(self, env: Environment, recorder: ApplicationRecorder) -> None:
        super().__init__(env)
        self._recorder = recorder

    def application_recorder(self) -> ApplicationRecorder:
        """Give the one recorder of this store."""
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> Never:
        """Refuse: a store keeps no snapshots."""
        raise NotImplementedError(f"a store has no recorder of {purpose}")

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> Never:
        """Refuse: views keep their position in databases of their own."""
        raise NotImplementedError(f"a store tracks no position {tracking_recorder_class or ''}")

    def process_recorder(self) -> Never:
        """Refuse, for the same reason."""
        raise NotImplementedError("a store tracks no position")


class Records(Application[str]):
    """The application that keeps the records of one store through its recorder, on either database."""

    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._made_with = recorder
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Take nothing from the process: a variable there could swap the database or add a cipher."""
        return Environment(name, {"ORIGINATOR_ID_TYPE": "text", "CREATE_TABLE": "n", **(env or {})})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """Build on our own classes, whatever the environment names."""
        return RecordFactory(env, self._made_with)

    def construct_transcoder(self) -> Transcoder:
        """Bytes in, bytes out."""
        return Bytes()

    def construct_mapper(self) -> RecordMapper:
        """Map without cipher and compressor: parts come sealed."""
        return RecordMapper(transcoder=self.construct_transcoder())

    def save(
        self,
        *objs: MutableOrImmutableAggregate[str] | DomainEventProtocol[str] | Draft | None,
        **kwargs: Any,
    ) -> list[Recording[str]]:
        """Record drafts in one transaction; `asked=Asked(...)` carries command, time and keys into it."""
        return super().save(*(entry(obj) if isinstance(obj, Draft) else obj for obj in objs), **kwargs)
