"""Checkpoints kept in a stream of their own on a NATS server, from which nothing can be deleted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from attrs import frozen
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from ihs_nats.connection import Connection, connect
from ihs_nats.errors import Unreachable
from ihs_nats.wire import token

T = TypeVar("T")
STREAM: Final = "ihs-checkpoints"
SUBJECTS: Final = "ihs-checkpoints.>"
PAGE: Final = 500
LONGEST_FETCH: Final = 5.0
FORGOTTEN_AFTER: Final = 60.0


@frozen
class NatsKept:
    """Keeps the checkpoints of one store, named by its id, on the server of *connection*.

    Where no store is named, those of all stores there can be read.
    """

    connection: Connection
    store: str | None
    patience: float = 10.0

    @property
    def subject(self) -> str:
        """Where they are published."""
        return SUBJECTS if self.store is None else f"{STREAM}.{token(self.store)}"

    @property
    def name(self) -> str:
        """The subject, and the server."""
        return f"{self.subject} on {self.connection.url}"

    def last(self) -> str | None:
        """The checkpoint that was kept last: see Kept."""
        return self._asked(self._last)

    def all(self) -> list[str]:
        """Every checkpoint that is kept, in the order in which they came."""
        return self._asked(self._all)

    def keep(self, checkpoint: str) -> None:
        """Keep a checkpoint, acknowledged by the server: see Kept."""
        self._asked(lambda jetstream: self._keep(jetstream, checkpoint))

    async def _last(self, jetstream: JetStreamContext) -> str | None:
        try:
            message = await jetstream.get_last_msg(STREAM, self.subject)
        except NotFoundError:
            return None
        return (message.data or b"").decode()

    async def _all(self, jetstream: JetStreamContext) -> list[str]:
        unacknowledged = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=FORGOTTEN_AFTER)
        try:
            reading = await jetstream.pull_subscribe(self.subject, stream=STREAM, config=unacknowledged)
        except NotFoundError:
            return []
        found: list[str] = []
        left = (await reading.consumer_info()).num_pending or 0
        while left:
            came = await reading.fetch(min(left, PAGE), timeout=min(self.patience, LONGEST_FETCH))
            found += [message.data.decode(errors="replace") for message in came]
            left = came[-1].metadata.num_pending
        await reading.unsubscribe()
        return found

    async def _keep(self, jetstream: JetStreamContext, checkpoint: str) -> None:
        await jetstream.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=[SUBJECTS],
                storage=StorageType.FILE,
                discard=DiscardPolicy.NEW,
                deny_delete=True,
                deny_purge=True,
            )
        )
        await jetstream.publish(self.subject, checkpoint.encode(), timeout=self.patience, stream=STREAM)

    def _asked(self, ask: Callable[[JetStreamContext], Awaitable[T]]) -> T:
        return asyncio.run(self._connected(ask))

    async def _connected(self, ask: Callable[[JetStreamContext], Awaitable[T]]) -> T:
        client = await connect(self.connection.url, self.connection.publisher, patience=self.patience)
        try:
            return await ask(client.jetstream(timeout=self.patience))
        except (NatsError, TimeoutError) as reason:
            msg = f"{self.name} did not answer for the checkpoint ({type(reason).__name__}): try again"
            raise Unreachable(msg) from reason
        finally:
            await client.close()
