"""What an agency was told, from its own stream in the record, as messages in their one order."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from ihs_cases.cases import Cases
from ihs_domain.agencies import Disclosure, DisclosuresMade, What
from ihs_domain.disclosure import Field, Id, Key, Piece, told
from ihs_domain.history import Entry
from ihs_domain.terms import AgencyId
from ihs_follow.telling import Teller, every_piece, in_force
from ihs_nats.wire import Outgoing, ResumeKey, Source, handle


@frozen
class AgencySource:
    """The messages for one agency. The fields of each are read from the record as it stood when it was decided.

    What lost its basis between deciding and sending goes out as a retraction: nothing is sent without a basis.
    """

    cases: Cases
    agency_id: AgencyId

    def source(self) -> Source:
        """The messages strictly after a resume key, in order."""
        return self.after

    def resume_secret(self) -> bytes:
        """The key under which the publisher seals how far it has told this agency."""
        return self.cases.ring.derive(f"resume/{self.agency_id}")

    def after(self, key: ResumeKey) -> Iterator[Outgoing]:
        """The messages strictly after *key*, in order; the same ones however often it is asked."""
        for entry in self.cases.recorder.entries(f"agency/{self.agency_id}"):
            if entry.position >= key.position and isinstance(entry.event, DisclosuresMade):
                yield from (out for out in self._messages(entry) if out.key > key)

    def _messages(self, entry: Entry[DisclosuresMade]) -> Iterator[Outgoing]:
        sendable = self._sendable(entry.event)
        for n, one in enumerate(entry.event.disclosures, 1):
            yield self._message(entry, n, one, sendable.get((one.entry, one.part)))

    def _sendable(self, event: DisclosuresMade) -> Mapping[Key, Piece]:
        """The pieces as they were when it was decided, of those that may still be told now, about the same persons."""
        day = Teller(self.cases).today()
        agreement = in_force(self.cases.agency(self.agency_id), day)
        now = told(self.cases.history(event.case), agreement, day) if agreement else {}
        then = every_piece(self.cases.history(event.case, as_at=event.position), self.agency_id)
        return {key: then[key] for key, one in now.items() if key in then and one.piece.about == then[key].about}

    def _message(self, entry: Entry[DisclosuresMade], n: int, one: Disclosure, piece: Piece | None) -> Outgoing:
        case_id = entry.event.case
        gone = one.what is What.RETRACT or piece is None
        fields = {} if gone or piece is None else self._fields(case_id, piece.fields)
        return Outgoing(
            ResumeKey(entry.position, n),
            self.agency_id,
            handle(self._key, case_id),
            one.kind.value,
            "retract" if gone else one.what.value,
            self._pseudonym("message", entry.command, str(n)),
            self._pseudonym("entry", case_id, str(one.entry), one.part),
            entry.recorded_at or datetime.now(UTC),
            json.dumps(fields, sort_keys=True).encode(),
        )

    def _fields(self, case_id: str, fields: Mapping[str, Field]) -> dict[str, Any]:
        return {name: self._field(case_id, value) for name, value in fields.items()}

    def _field(self, case_id: str, value: Field) -> Any:
        if isinstance(value, Id):
            return self._pseudonym("id", case_id, value)
        return [self._field(case_id, item) for item in value] if isinstance(value, tuple) else value

    @property
    def _key(self) -> bytes:
        return self.cases.ring.derive(f"agency/{self.agency_id}")

    def _pseudonym(self, *parts: str) -> str:
        """An HMAC under this agency's own key: what it holds cannot be joined with what another holds."""
        content = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()[:32]
