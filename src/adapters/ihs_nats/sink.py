"""The JetStream sink: each agency is told what is decided, in order, once."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from attrs import define, field

from ihs_cases.cases import Cases
from ihs_domain.terms import AgencyId
from ihs_follow.sink import Batch
from ihs_follow.telling import Teller
from ihs_nats.chain import Publisher
from ihs_nats.connection import Connection, load
from ihs_nats.provision import provision
from ihs_nats.source import AgencySource
from ihs_nats.wire import ResumeKey


@define
class NatsSink:
    """A sink that decides what each agency is told, has that on record, then sends it.

    *patience*: seconds without progress after which a server that does not answer is given up until the next batch.
    """

    cases: Cases
    connection: Connection
    patience: float = 60.0
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
        teller.accept(batch)
        asyncio.run(self.send())
        self._teller = teller

    async def send(self, until: ResumeKey | None = None) -> dict[str, int]:
        """Send what is decided and not sent yet, up to *until*; how many messages each agency was sent."""
        await provision(self.connection, patience=self.patience)
        sent = {}
        async with Publisher.connect(self.connection, patience=self.patience) as publisher:
            for name in self.connection.agencies:
                source = AgencySource(self.cases, AgencyId(name))
                done = await publisher.publish(name, source.after, source.resume_secret(), until=until)
                sent[name] = done.sent
        return sent
