"""Receives what an agency was told, once and in order, and acknowledges it once it is in the agency's file."""

import asyncio
import inspect
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Any, Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from ihs_subscriber.errors import ConnectionEnded, LoginRefused, NothingToPull, Unreachable, Unreadable
from ihs_subscriber.message import Message, Raw, name_of, read
from ihs_subscriber.told import Held, Parked, Told

OnMessage = Callable[[Message], Awaitable[None] | None]

_log = logging.getLogger("ihs_subscriber")
_LONGEST_PULL = 5.0
_BATCH = 100
_PAUSE = 0.25
_TRIES_WITHOUT_STREAM = 8
_BEHIND = "waits behind an earlier message of the case"


class _End(Enum):
    """How a pull ended."""

    NOTHING = auto()
    LOST = auto()
    NO_STREAM = auto()
    CLOSED = auto()


class Subscriber:
    """One agency's receiver. Open it with `connect`; `async for message in subscriber` receives for ever.

    `on_message` is called before the message is committed, in the file's own transaction (`file.db`): what it
    writes there is written once, like the message. When it raises, that case is parked and the others go on.
    """

    def __init__(self, agency: str, file: Told, on_message: OnMessage | None) -> None:
        self.file = file
        self._agency = agency
        self._on_message = on_message
        self._client = Client()
        self._inbox = ""
        self._pulls = 0
        self._arrived: asyncio.Queue[Msg | _End] = asyncio.Queue()
        self._up = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        url: str,
        user: str,
        password: str,
        agency: str,
        file: Path | str = "told.db",
        on_message: OnMessage | None = None,
        *,
        patience: float = 10.0,
    ) -> AsyncIterator[Self]:
        """Opens the file and the connection; once it is up, the connection comes back by itself for ever.

        Raises Unreachable after `patience` seconds without a server, LoginRefused at once.
        """
        told = Told(file)
        try:
            self = cls(agency, told, on_message)
            try:
                await self._open(url, user, password, patience)
                yield self
            finally:
                await self._client.close()
        finally:
            told.close()

    async def drain(self, idle: float = 1.0) -> int:
        """Receives until nothing came for `idle` seconds; how many messages were applied."""
        applied = 0
        async for _ in self.messages(idle):
            applied += 1
        return applied

    async def run(self) -> None:
        """Receives until it is cancelled."""
        async for _ in self:
            pass

    def __aiter__(self) -> AsyncIterator[Message]:
        """Each message once it is applied, committed and acknowledged."""
        return self.messages(None)

    async def retry(self, handle: str) -> int:
        """Applies a case's parked messages in order, up to one that still fails; how many it applied."""
        applied = 0
        while await self._retry_first(handle):
            applied += 1
        return applied

    def held(self, handle: str | None = None) -> list[Held]:
        """What the agency holds now, about one case or about all."""
        return self.file.held(handle)

    def parked(self) -> list[Parked]:
        """The cases that wait for a retry."""
        return self.file.parked()

    def ids(self) -> list[str]:
        """The ids of all messages that came, in order."""
        return self.file.ids()

    async def messages(self, idle: float | None) -> AsyncGenerator[Message, None]:
        """The same, ending when nothing came for `idle` seconds."""
        async for arrived in self._arrivals(idle):
            sequence = arrived.metadata.sequence.stream
            message = await self._take(Raw(arrived.subject, sequence, arrived.headers or {}, arrived.data))
            await self._acknowledge(arrived)
            if message is not None:
                yield message

    async def _take(self, raw: Raw) -> Message | None:
        """Commits one message; gives it back when it was applied, not when it came before or is parked."""
        source, id_, handle = name_of(raw)
        async with self._one_at_a_time:
            with self.file.transaction():
                number = self.file.note(source, id_, handle)
                if number is None:
                    return None
                if self.file.is_parked(handle):
                    self.file.park(number, handle, _BEHIND, raw)
                    return None
                return await self._apply_or_park(number, handle, raw)

    async def _retry_first(self, handle: str) -> bool:
        async with self._one_at_a_time:
            with self.file.transaction():
                waiting = self.file.first_parked(handle)
                if waiting is None or await self._apply_or_park(waiting[0], handle, waiting[1]) is None:
                    return False
                self.file.unpark(waiting[0])
                return True

    async def _apply_or_park(self, number: int, handle: str, raw: Raw) -> Message | None:
        try:
            with self.file.attempt():
                message = read(raw)
                self.file.apply(message)
                await self._call(message)
        except Exception as error:  # noqa: BLE001  # whatever the agency's code raises parks one case
            trouble = str(error) if isinstance(error, Unreadable) else type(error).__name__
            self.file.park(number, handle, trouble, raw)
            _log.warning("a case is parked (%s): mend the cause, then retry it", trouble)
            return None
        return message

    async def _call(self, message: Message) -> None:
        if self._on_message is not None:
            answer = self._on_message(message)
            if inspect.isawaitable(answer):
                await answer

    async def _acknowledge(self, arrived: Msg) -> None:
        """A lost acknowledgement does no harm: the message comes again and is known."""
        try:
            await arrived.ack()
        except NatsError as error:
            _log.info("an acknowledgement was not sent (%s): the message will come again", type(error).__name__)

    async def _arrivals(self, idle: float | None) -> AsyncGenerator[Msg, None]:
        """Messages as they come, pull after pull; ends when a pull of `idle` seconds brought nothing."""
        expires = _LONGEST_PULL if idle is None else min(idle, _LONGEST_PULL)
        streamless, quiet = 0, 0.0
        while True:
            number, got = await self._pull(expires), 0
            while got < _BATCH and isinstance(item := await self._next(number, expires), Msg):
                got += 1
                yield item
            if got < _BATCH:
                streamless = await self._after(item, streamless, give_up=idle is not None)
                quiet = quiet + expires if item is _End.NOTHING and not got else 0.0
            if idle is not None and quiet >= idle:
                return

    async def _after(self, end: "Msg | _End", streamless: int, *, give_up: bool) -> int:
        """How often in a row there was no stream; raises when it is no use to go on."""
        if end is _End.CLOSED:
            msg = (
                "the server ended the connection for good: see whether the agency still has access, then connect again"
            )
            raise ConnectionEnded(msg)
        if end is not _End.NO_STREAM:
            return 0
        if give_up and streamless >= _TRIES_WITHOUT_STREAM:
            msg = f"the server has no stream for {self._agency!r} and this login: check both, or have it provisioned"
            raise NothingToPull(msg)
        await asyncio.sleep(_PAUSE)
        return streamless + 1

    async def _pull(self, expires: float) -> int:
        """Asks for the next messages; the pull's number is the last token of where its answers go."""
        await self._up.wait()
        self._pulls += 1
        ask = json.dumps({"batch": _BATCH, "expires": int(expires * 1e9)}).encode()
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._agency}.told"
        try:
            await self._client.publish(subject, ask, reply=f"{self._inbox}.{self._pulls}")
        except NatsError as error:
            _log.info("a pull was not sent (%s)", type(error).__name__)
            await asyncio.sleep(_PAUSE)
        return self._pulls

    async def _next(self, pull: int, expires: float) -> "Msg | _End":
        try:
            async with asyncio.timeout(expires + 1):
                while True:
                    item = await self._arrived.get()
                    if isinstance(item, _End) or item.reply:
                        return item
                    if item.subject.endswith(f".{pull}"):
                        return _end(item)
        except TimeoutError:
            return _End.LOST

    async def _open(self, url: str, user: str, password: str, patience: float) -> None:
        refused = asyncio.Event()

        async def quietly(error: Exception) -> None:
            _log.debug("connection: %s", type(error).__name__)
            if "authorization" in str(error).lower():
                refused.set()

        connecting = asyncio.ensure_future(
            self._client.connect(
                url,
                user=user,
                password=password,
                error_cb=quietly,
                disconnected_cb=self._went_down,
                reconnected_cb=self._came_up,
                closed_cb=self._closed,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.1,  # type: ignore[arg-type]  # any number of seconds does
                connect_timeout=2,
                ping_interval=10,
            )
        )
        await _connected(connecting, refused, patience, url)
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*", cb=self._arrived.put)
        self._up.set()

    async def _went_down(self) -> None:
        self._up.clear()
        _log.info("the connection is down; it will come back by itself")

    async def _came_up(self) -> None:
        self._up.set()
        await self._arrived.put(_End.LOST)

    async def _closed(self) -> None:
        self._up.set()
        await self._arrived.put(_End.CLOSED)


def _end(status: Msg) -> _End:
    code = (status.headers or {}).get("Status")
    if code == "503":
        return _End.NO_STREAM
    return _End.NOTHING if code in ("404", "408") else _End.LOST


async def _connected(connecting: "asyncio.Future[None]", refused: asyncio.Event, patience: float, url: str) -> None:
    watching = asyncio.ensure_future(refused.wait())
    try:
        either: set[asyncio.Future[Any]] = {connecting, watching}
        await asyncio.wait(either, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if connecting.done():
            return connecting.result()
    finally:
        for task in (connecting, watching):
            task.cancel()
        await asyncio.gather(connecting, watching, return_exceptions=True)
    if refused.is_set():
        msg = f"the server at {url} refused the login: check user and password with whoever runs it"
        raise LoginRefused(msg)
    msg = f"no server answered at {url} within {patience:g} s: check the address, or wait until it runs"
    raise Unreachable(msg)
