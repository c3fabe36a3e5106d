"""The JetStream sink: each agency is told what is decided, in order, once."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from attrs import define, field

from ihs_cases.cases import Cases
from ihs_domain.terms import AgencyId
from ihs_follow.sink import Batch
from ihs_follow.telling import Teller, in_force
from ihs_nats.chain import Publisher
from ihs_nats.connection import Connection, load
from ihs_nats.provision import provision
from ihs_nats.source import AgencySource
from ihs_nats.wire import ResumeKey
from ihs_store.errors import StoreDamaged


@define
class NatsSink:
    """A sink that decides what each agency is told, has that on record, then sends it.

    *sent* counts the messages of each agency. *patience*: seconds without progress after which a server that does not
    answer is given up until the next batch.
    """

    cases: Cases
    connection: Connection
    patience: float = 60.0
    sent: dict[str, int] = field(factory=dict, init=False)
    name: str = field(default="nats", init=False)
    _teller: Teller = field(init=False)

    @_teller.default
    def _begin(self) -> Teller:
        return Teller(self.cases)

    @classmethod
    def of(cls, cases: Cases, settings: Mapping[str, str]) -> Self:
        """The sink as a plugin is made: *settings* name the `folder` with the connection details."""
        return cls(cases, load(Path(settings["folder"])))

    def position(self) -> int:
        """The position up to which everything is decided and sent, since this sink began."""
        return self._teller.position()

    def accept(self, batch: Batch) -> None:
        """Decide what *batch* means for each agency, then send all that is decided and not sent yet."""
        teller = Teller(self.cases)
        teller.parked.update(self._teller.parked)
        teller.accept(batch)
        asyncio.run(self.send())
        self._teller = teller

    def pass_day(self) -> None:
        """Take back what lost its basis by the calendar alone, and send that."""
        Teller(self.cases).pass_day()
        asyncio.run(self.send())

    def without_stream(self) -> tuple[AgencyId, ...]:
        """The agencies that are to be told something, or hold something, and are not served by this server."""
        not_served = [name for name in self.cases.agency_ids() if name not in self.connection.agencies]
        return tuple(filter(self._concerned, not_served))

    def _concerned(self, agency_id: AgencyId) -> bool:
        """Whether there is anything to tell an agency, or to take back; of one that is parked, that is not known."""
        try:
            agency = self.cases.agency(agency_id)
        except StoreDamaged:
            return False
        return bool(agency.held) or in_force(agency, self._teller.today()) is not None

    async def send(self, until: ResumeKey | None = None) -> None:
        """Send what is decided and not sent yet, up to *until*; *sent* counts the messages of each agency."""
        await provision(self.connection, patience=self.patience)
        async with Publisher.connect(self.connection, patience=self.patience) as publisher:
            for name in self.connection.agencies:
                source = AgencySource(self.cases, AgencyId(name))
                done = await publisher.publish(name, source.after, source.resume_secret(), until=until)
                self.sent[name] = self.sent.get(name, 0) + done.sent
