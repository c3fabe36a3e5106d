"""Who may connect where: the server's address and the logins, kept in a file that only its owner reads."""

import asyncio
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import asdict, evolve, field, frozen
from nats.aio.client import Client

from ihs_nats.errors import LoginRefused, NoConnection, UnknownAgency, Unreachable
from ihs_nats.wire import token

DURABLE = "told"
_FILE = "connection.json"


@frozen
class Login:
    """A user and a password, never shown."""

    user: str
    password: str = field(repr=False)


@frozen
class Agency:
    """One agency's own stream, and the login of its own account."""

    stream: str
    login: Login


@frozen
class Connection:
    """Where the server is, and how the publisher and each agency log in.

    `aside` keeps the stream and login of each agency that has no access at present: it finds them again.
    """

    url: str
    publisher: Login
    agencies: Mapping[str, Agency]
    aside: Mapping[str, Agency] = field(factory=dict)

    def agency(self, name: str) -> Agency:
        """One agency's stream and login; raises UnknownAgency."""
        try:
            return self.agencies[name]
        except KeyError:
            msg = f"no stream is set up for agency {name!r}: name the agency when the server is set up"
            raise UnknownAgency(msg) from None


def new_connection(url: str, agencies: Iterable[str] = ()) -> Connection:
    """A connection with fresh passwords, and for each agency a stream name that was never used before."""
    return with_agencies(Connection(url, _login("publisher"), {}), agencies)


def with_agencies(connection: Connection, agencies: Iterable[str]) -> Connection:
    """Exactly these agencies.

    Who is new gets stream and password, for ever; those of who is gone are kept aside until it comes back.
    """
    ever = {**connection.aside, **connection.agencies}
    named = {name: ever.get(name) or _agency(name) for name in agencies}
    return evolve(connection, agencies=named, aside={name: at for name, at in ever.items() if name not in named})


def load(folder: Path | str) -> Connection:
    """The connection kept in a server's folder; raises NoConnection."""
    try:
        held = json.loads((Path(folder) / _FILE).read_text())
        agencies, aside = _agencies(held["agencies"]), _agencies(held.get("aside", {}))
        return Connection(held["url"], Login(**held["publisher"]), agencies, aside)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as reason:
        instead = f"put back a copy of its {_FILE}" if is_kept(folder) else "start a server there first"
        msg = f"{folder} holds no connection details that can be read: {instead}"
        raise NoConnection(msg) from reason


def is_kept(folder: Path | str) -> bool:
    """Whether the folder holds connection details, be they readable or not."""
    return (Path(folder) / _FILE).exists()


def save(connection: Connection, folder: Path | str) -> None:
    """Keeps the connection in the folder, readable by its owner only.

    An older one is replaced in one step.
    """
    write_privately(Path(folder) / _FILE, json.dumps(asdict(connection), indent=1))


def write_privately(path: Path, text: str) -> None:
    """Writes a file that is never, not even while it is written, readable by anybody else."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)


async def connect(
    url: str,
    login: Login,
    *,
    patience: float,
    when_down: Callable[[], Awaitable[None]] | None = None,
    when_up: Callable[[], Awaitable[None]] | None = None,
) -> Client:
    """A client that reconnects for ever once it is up.

    Raises Unreachable after `patience` seconds, LoginRefused at once.
    """
    client, refused = Client(), asyncio.Event()

    async def quietly(error: Exception) -> None:
        if "authorization" in str(error).lower():
            refused.set()

    connecting = asyncio.ensure_future(
        client.connect(
            url,
            user=login.user,
            password=login.password,
            error_cb=quietly,
            disconnected_cb=when_down,
            reconnected_cb=when_up,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.05,  # type: ignore[arg-type]  # any number of seconds does
            connect_timeout=2,
            ping_interval=10,
        )
    )
    try:
        await _first(connecting, refused, patience, url)
    except BaseException:
        await client.close()
        raise
    return client


async def _first(connecting: "asyncio.Future[None]", refused: asyncio.Event, patience: float, url: str) -> None:
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
        msg = f"the server at {url} refused the login: load the connection details again from the server's folder"
        raise LoginRefused(msg)
    msg = f"no server answered at {url} within {patience:g} s: start it, or check the address"
    raise Unreachable(msg)


def _agencies(held: Mapping[str, Any]) -> dict[str, Agency]:
    return {name: Agency(at["stream"], Login(**at["login"])) for name, at in held.items()}


def _agency(name: str) -> Agency:
    return Agency(f"ihs-{token(name)}-{secrets.token_hex(4)}", _login(name))


def _login(user: str) -> Login:
    return Login(user, secrets.token_urlsafe(24))
