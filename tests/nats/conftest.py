"""What the tests share: a real server, a source of messages, and a proxy that loses answers."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import define, evolve, field
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

import nats
from ihs_nats import Connection, EmbeddedServer, Outgoing, ResumeKey, Source, provision
from ihs_nats.wire import CONTROL
from ihs_subscriber import Message, Subscriber

SECRET = bytes(range(32))
ACK_WAIT = 1.0


@define
class Site:
    """A running server with the streams of two agencies, and where their subscribers keep their files."""

    server: EmbeddedServer
    folder: Path
    starting: list[threading.Thread] = field(factory=list)

    @property
    def connection(self) -> Connection:
        return self.server.connection

    @property
    def secret(self) -> bytes:
        return SECRET

    def cut_power(self) -> None:
        """Kills the server now and has it started again while everything else goes on."""
        self.server.kill()
        self.starting.append(threading.Thread(target=self.server.start))
        self.starting[-1].start()

    def settled(self) -> None:
        while self.starting:
            self.starting.pop().join()

    @asynccontextmanager
    async def subscriber(
        self, agency: str = "foothill", on_message: Callable[[Message], None] | None = None
    ) -> AsyncIterator[Subscriber]:
        login, file = self.connection.agency(agency).login, self.folder / f"{agency}.db"
        url = self.connection.url
        async with Subscriber.connect(url, login.user, login.password, agency, file, on_message) as subscriber:
            yield subscriber

    async def in_stream(self, agency: str = "foothill") -> list[tuple[str, str]]:
        """Kind and id of every message in the stream, doubled ones too."""
        login, stream = self.connection.publisher, self.connection.agency(agency).stream
        client = await nats.connect(self.connection.url, user=login.user, password=login.password)
        jetstream = client.jetstream()
        last = (await jetstream.stream_info(stream)).state.last_seq
        asked = [jetstream.get_msg(stream, seq=sequence) for sequence in range(1, last + 1)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        await client.close()
        return [_kind_and_id(answer) for answer in answers if not isinstance(answer, NotFoundError)]

    async def received(self, agency: str = "foothill") -> list[str]:
        """The ids of what the stream holds and the agency received, leaving control messages out."""
        stored = await self.in_stream(agency)
        taken: list[tuple[str, str]] = []
        async with self.subscriber(agency) as subscriber:
            while len(taken) < len(set(stored)):
                message = await anext(aiter(subscriber))
                taken.append((message.kind, message.id))
        assert taken == stored
        return [id_ for kind, id_ in taken if kind != CONTROL]


def _kind_and_id(message: RawStreamMsg) -> tuple[str, str]:
    return message.headers["ce-type"].split(".")[2], message.headers["ce-id"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with EmbeddedServer(tmp_path / "server", ["foothill", "wasatch"]) as server:
        asyncio.run(provision(server.connection, ack_wait=ACK_WAIT))
        site = Site(server, tmp_path)
        yield site
        site.settled()
        server.kill()  # nothing is kept, and a polite end takes longer


@pytest.fixture
def telling() -> Callable[..., list[Outgoing]]:
    """So many messages for one agency, about seven cases in turn; two messages to each position."""

    def make(count: int, agency: str = "foothill") -> list[Outgoing]:
        return [
            Outgoing(
                key=ResumeKey(1 + number // 2, number % 2),
                agency=agency,
                handle=f"case-{number % 7}",
                kind="threat",
                what="tell",
                id=f"{agency}-{number}",
                entry=f"entry-{number}",
                time=datetime(2015, 1, 9, 15, 0, tzinfo=UTC),
                data=json.dumps({"number": number}).encode(),
            )
            for number in range(count)
        ]

    return make


@pytest.fixture
def source() -> Callable[..., Source]:
    """A source over a list; `at[n]` happens once, when the message at place n is about to be given."""

    def make(messages: list[Outgoing], at: dict[int, Callable[[], object]] | None = None) -> Source:
        happenings = dict(at or {})

        def after(key: ResumeKey) -> Iterator[Outgoing]:
            for place, message in enumerate(messages):
                if message.key > key:
                    happenings.pop(place, lambda: None)()
                    yield message

        return after

    return make


@define
class Proxy:
    """Stands between a publisher and the server.

    `faults` happen at the next committed batches, in this order.
    """

    connection: Connection
    faults: list[str | Callable[[], None]]
    commits: int = 0
    pumps: set["asyncio.Task[None]"] = field(factory=set)

    async def serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, there = await self._to_server()
        lost = asyncio.Event()
        up, down = self._up(near, there, lost), self._down(far, back, lost)
        task = asyncio.ensure_future(self._both(up, down, [there, back]))
        self.pumps.add(task)

    async def _to_server(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", int(self.connection.url.rsplit(":", 1)[1]))
            except OSError:  # the server is being started again: nothing tells when it listens
                await asyncio.sleep(0.01)

    async def _both(self, up: Awaitable[None], down: Awaitable[None], ends: list[asyncio.StreamWriter]) -> None:
        tasks = [asyncio.ensure_future(up), asyncio.ensure_future(down)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in ends:
                end.close()

    async def _up(self, near: asyncio.StreamReader, there: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        seen = b""
        while data := await near.read(65536):
            seen = seen[-30:] + data
            fault = None
            if b"Nats-Batch-Commit" in seen:
                seen, self.commits = b"", self.commits + 1
                fault = self.faults.pop(0) if self.faults else None
            if fault == "lose the answer":
                lost.set()
            there.write(data)
            await there.drain()
            if callable(fault):
                fault()

    async def _down(self, far: asyncio.StreamReader, back: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        while data := await far.read(65536):
            if lost.is_set() and b'"seq":' in data:
                return
            back.write(data)
            await back.drain()


@pytest.fixture
def through_proxy() -> Callable[..., object]:
    """A connection to the same server by way of a proxy with these faults."""

    @asynccontextmanager
    async def open_proxy(
        connection: Connection, faults: list[str | Callable[[], None]]
    ) -> AsyncIterator[tuple[Connection, Proxy]]:
        proxy = Proxy(connection, faults)
        listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        try:
            yield evolve(connection, url=f"nats://127.0.0.1:{port}"), proxy
        finally:
            listening.close()
            for task in proxy.pumps:
                task.cancel()
            await asyncio.gather(*proxy.pumps, return_exceptions=True)

    return open_proxy
