"""The fenced chain: each message goes into its stream exactly once and in order, whatever breaks on the way.

A batch says which sequence it must follow, so it lands as a whole right there or not at all. Every message
carries the sealed resume key; after any trouble the chain reads the stream's last message and goes on from
its key. What was sent is remembered nowhere else. Batches are atomic rather than a window of single fenced
messages: in a window, a control message from another publisher could take the place of one message while the
next still found its sequence. A server that knows no atomic batches gets one message at a time.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import chain as joined
from itertools import islice
from secrets import token_hex
from typing import Any, Self, TypeVar

from attrs import define, evolve, field, frozen
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg, StreamInfo
from nats.js.errors import NotFoundError

from ihs_nats.connection import Connection, connect
from ihs_nats.errors import (
    NotProvisioned,
    OutOfOrder,
    StreamFull,
    StreamReplaced,
    TailUnreadable,
    TooLarge,
    Unreachable,
    WrongAgency,
)
from ihs_nats.wire import (
    RESUME,
    START,
    Outgoing,
    ResumeKey,
    Source,
    control,
    headers,
    seal,
    subject,
    subjects,
    unseal,
)

_T = TypeVar("_T")

_FULL = 10077
_ANSWER_WITHIN = 5.0
_SHORTEST_PAUSE = 0.02
_LONGEST_PAUSE = 2.0


@frozen
class Published:
    """What one call of `publish` did.

    `sent` counts the messages whose acknowledgement arrived, `recovered` how often the tail was read again
    after a trouble; `last` is the key the stream now ends with, `created` when this very stream was made.
    """

    sent: int
    recovered: int
    last: ResumeKey
    created: datetime


@frozen
class Tail:
    """Where a stream ends: the sequence the next message must follow, and the key to go on from."""

    sequence: int
    key: ResumeKey
    created: datetime
    atomic: bool


class _Trouble(Exception):
    """What was asked may or may not have happened: read the tail and see."""

    def __init__(self, why: str, *, full: bool = False) -> None:
        super().__init__(why)
        self.full = full


class _Link:
    """The connection as the chain sees it: a question that was open when it broke is not waited for."""

    def __init__(self) -> None:
        self.client: Client
        self.up = asyncio.Event()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self, connection: Connection, patience: float) -> None:
        url, publisher = connection.url, connection.publisher
        self.client = await connect(url, publisher, patience=patience, when_down=self._went_down, when_up=self._came_up)
        self.up.set()

    async def asked(self, question: Awaitable[_T]) -> _T:
        """The answer; what was not found and what is too large are told apart from every other trouble."""
        asking = asyncio.ensure_future(question)
        try:
            either: set[asyncio.Future[Any]] = {asking, self._broken}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise _Trouble("the connection broke")
            return asking.result()
        except (NotFoundError, MaxPayloadError):
            raise
        except (NatsError, TimeoutError, OSError) as reason:
            raise _Trouble(type(reason).__name__) from reason
        finally:
            asking.cancel()

    async def _went_down(self) -> None:
        self.up.clear()
        if not self._broken.done():
            self._broken.set_result(None)

    async def _came_up(self) -> None:
        self._broken = asyncio.get_running_loop().create_future()
        self.up.set()


async def publish(
    connection: Connection,
    agency: str,
    source: Source,
    key: bytes,
    *,
    until: ResumeKey | None = None,
    created: datetime | None = None,
    patience: float = 60.0,
) -> Published:
    """`Publisher.publish` over a connection of its own."""
    async with Publisher.connect(connection, patience=patience) as publisher:
        return await publisher.publish(agency, source, key, until=until, created=created)


class Publisher:
    """One connection over which any number of agencies are told; several may run at once, on any machines."""

    def __init__(self, connection: Connection, patience: float) -> None:
        self._connection = connection
        self._patience = patience
        self._link = _Link()

    @classmethod
    @asynccontextmanager
    async def connect(cls, connection: Connection, *, patience: float = 60.0) -> AsyncIterator[Self]:
        """Opens the connection. `patience`: seconds without any progress after which a call gives up."""
        self = cls(connection, patience)
        await self._link.open(connection, patience)
        try:
            yield self
        finally:
            await self._link.client.close()

    async def publish(
        self,
        agency: str,
        source: Source,
        key: bytes,
        *,
        until: ResumeKey | None = None,
        created: datetime | None = None,
        batch: int = 256,
    ) -> Published:
        """Sends all that the source gives, up to and with `until`; returns when all of it is in the stream.

        `key` is the publisher's 32-byte secret. `created`, as an earlier call returned it, makes sure that it
        is still the same stream. The source must give the same messages however often it is asked.
        """
        stream = self._stream(agency, key)
        progress = _Progress(self._patience, created)
        while True:
            try:
                tail = await stream.tail()
                progress.reached(tail)
                for messages in _batches(_checked(source, tail.key, agency, until), batch if tail.atomic else 1):
                    tail = await stream.append(tail, messages)
                    progress.reached(tail, len(messages))
                return Published(progress.sent, progress.recovered, tail.key, tail.created)
            except _Trouble as trouble:
                await progress.pause(trouble, self._link.up)

    async def purge(self, agency: str, handle: str, key: bytes) -> None:
        """Removes all that the stream still holds about one case: stop telling about that case first.

        The last message is never removed: a control message with its resume key takes its place before. So
        the tail can be read at every moment, also when this call is cut short. What goes first makes room in
        a full stream.
        """
        stream, doomed = self._stream(agency, key), subjects(agency, handle)
        progress = _Progress(self._patience, None)
        while True:
            try:
                tail = await stream.tail()
                progress.reached(tail)
                if tail.sequence:
                    await stream.remove(doomed, before=tail.sequence)
                    says = {"purged": handle}
                    kept = await stream.append(tail, [control(tail.key, agency, datetime.now(UTC), says)])
                    await stream.remove(doomed, before=kept.sequence)
                return
            except _Trouble as trouble:
                await progress.pause(trouble, self._link.up)

    async def resume_at(self, agency: str, at: ResumeKey, key: bytes) -> None:
        """Puts a key to go on from behind a tail that was removed by hand.

        Does nothing while the tail is readable.
        """
        stream = self._stream(agency, key)
        try:
            await stream.tail()
        except TailUnreadable:
            info = await stream.info()
            tail = stream.at(info, info.state.last_seq, at)
            await stream.append(tail, [control(at, agency, datetime.now(UTC), {"resumed": "after a removal"})])

    def _stream(self, agency: str, key: bytes) -> "_Stream":
        jetstream = self._link.client.jetstream(timeout=_ANSWER_WITHIN)
        return _Stream(agency, self._connection.agency(agency).stream, key, self._link, jetstream)


@frozen
class _Stream:
    """One agency's stream, as the publisher reads and appends to it."""

    agency: str
    name: str
    secret: bytes = field(repr=False)
    link: _Link
    jetstream: JetStreamContext

    async def tail(self) -> Tail:
        """Where the stream ends; raises rather than begin anew in one that ever held a message."""
        info = await self.info()
        last = info.state.last_seq
        if last == 0:
            return self.at(info, 0, START)
        message = await self._message(last)
        return self.at(info, last, unseal((message.headers or {}).get(RESUME), self.secret, self.name))

    def at(self, info: StreamInfo, sequence: int, key: ResumeKey) -> Tail:
        return Tail(sequence, key, info.created or datetime.min.replace(tzinfo=UTC), bool(info.config.allow_atomic))

    async def info(self) -> StreamInfo:
        try:
            return await self.link.asked(self.jetstream.stream_info(self.name))
        except NotFoundError:
            msg = f"stream {self.name} is not on the server: provision it before anything is published"
            raise NotProvisioned(msg) from None

    async def append(self, tail: Tail, messages: Sequence[Outgoing]) -> Tail:
        """All of these messages right behind the tail, or none of them; any doubt is a _Trouble."""
        try:
            answer = await self.link.asked(self._send(self._fenced(tail, messages)))
        except MaxPayloadError as reason:
            msg = "a message is larger than the server takes: tell less in one message, or raise max_payload there"
            raise TooLarge(msg) from reason
        _expect(answer, tail.sequence + len(messages))
        return evolve(tail, sequence=tail.sequence + len(messages), key=messages[-1].key)

    async def _send(self, fenced: Sequence[tuple[Outgoing, dict[str, str]]]) -> bytes:
        *before, (last, carried) = fenced
        for message, with_it in before:
            await self.link.client.publish(_subject(message), message.data, headers=with_it)
        answer = await self.link.client.request(_subject(last), last.data, _ANSWER_WITHIN, headers=carried)
        return answer.data

    async def remove(self, doomed: str, *, before: int) -> None:
        await self.link.asked(self.jetstream.purge_stream(self.name, seq=before, subject=doomed))

    async def _message(self, sequence: int) -> RawStreamMsg:
        try:
            return await self.link.asked(self.jetstream.get_msg(self.name, seq=sequence))
        except NotFoundError:
            if (await self.info()).state.last_seq != sequence:
                raise _Trouble("the tail moved while it was read") from None
            msg = (
                f"the last message of stream {self.name} was removed, and with it the key to go on from: "
                f"give the last key that was told with resume_at; nothing was sent"
            )
            raise TailUnreadable(msg) from None

    def _fenced(self, tail: Tail, messages: Sequence[Outgoing]) -> list[tuple[Outgoing, dict[str, str]]]:
        """The first message says what the batch must follow, the last one commits it."""
        carried = [headers(m) | {RESUME: seal(m.key, self.secret, self.name)} for m in messages]
        carried[0]["Nats-Expected-Last-Sequence"] = str(tail.sequence)
        if len(messages) > 1:
            batch = token_hex(16)
            for number, one in enumerate(carried, 1):
                one |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            carried[-1]["Nats-Batch-Commit"] = "1"
        return list(zip(messages, carried, strict=True))


@define
class _Progress:
    """How far one call came, and how long it has been getting nowhere."""

    patience: float
    created: datetime | None
    sent: int = 0
    recovered: int = 0
    _reached: int = -1
    _fruitless: int = 0
    _since: float = field(factory=time.monotonic)

    def reached(self, tail: Tail, sent: int = 0) -> None:
        """Notes the tail; raises StreamReplaced when it is another stream's, or this one's from before."""
        if self.created not in (None, tail.created):
            msg = (
                "the stream was made anew since it was last told: find out who removed it, then publish "
                "without `created` to tell everything again; nothing was sent"
            )
            raise StreamReplaced(msg)
        self.created = tail.created
        self.sent += sent
        if tail.sequence > self._reached:
            self._reached, self._fruitless, self._since = tail.sequence, 0, time.monotonic()

    async def pause(self, trouble: _Trouble, up: asyncio.Event) -> None:
        """Waits for the connection, longer after each fruitless try; raises when patience is over."""
        self.recovered += 1
        self._fruitless += 1
        left = self._since + self.patience - time.monotonic()
        if left <= 0:
            raise _gave_up(trouble, self.patience) from trouble
        await asyncio.sleep(min(left, _LONGEST_PAUSE, _SHORTEST_PAUSE * 2 ** min(self._fruitless, 10)))
        try:
            async with asyncio.timeout(left):
                await up.wait()
        except TimeoutError:
            raise _gave_up(trouble, self.patience) from trouble


def _gave_up(trouble: _Trouble, patience: float) -> Unreachable:
    if trouble.full:
        return StreamFull(
            f"the stream took no message for {patience:g} s since it is full: raise its limits or purge it"
        )
    return Unreachable(f"publishing made no progress for {patience:g} s ({trouble}): see that the server runs, go on")


def _checked(source: Source, after: ResumeKey, agency: str, until: ResumeKey | None) -> Iterator[Outgoing]:
    """The source's messages, held to what a source promises."""
    for message in source(after):
        if message.agency != agency:
            msg = "the source gave a message meant for another agency: give each agency its own source"
            raise WrongAgency(msg)
        if message.key <= after:
            msg = "the source gave a message that does not follow the one before it: give them in order of their keys"
            raise OutOfOrder(msg)
        if until is not None and message.key > until:
            return
        after = message.key
        yield message


def _batches(messages: Iterable[Outgoing], size: int) -> Iterator[list[Outgoing]]:
    rest = iter(messages)
    for first in rest:
        yield list(joined([first], islice(rest, size - 1)))


def _subject(message: Outgoing) -> str:
    return subject(message.agency, message.handle, message.kind)


def _expect(answer: bytes, sequence: int) -> None:
    told = json.loads(answer)
    if error := told.get("error"):
        raise _Trouble(f"server error {error.get('err_code')}", full=error.get("err_code") == _FULL)
    if told.get("seq") != sequence:
        raise _Trouble("the messages landed elsewhere than expected")
