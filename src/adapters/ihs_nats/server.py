"""A real nats-server on this machine, in a folder of its own, for a demonstration, a test or a small site."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from ihs_nats.connection import (
    DURABLE,
    Agency,
    Connection,
    Login,
    is_kept,
    load,
    new_connection,
    save,
    with_agencies,
    write_privately,
)
from ihs_nats.errors import ServerAlreadyRunning, ServerDidNotStart, ServerMissing

_HOST = "127.0.0.1"
_PORTS = range(20_000, 32_768)
_READY_WITHIN = 20.0
_LOG_TAIL = 2_000


def find_server() -> Path:
    """The nats-server binary of this environment, else the one on PATH; raises ServerMissing."""
    installed = Path(sysconfig.get_path("scripts")) / ("nats-server.exe" if os.name == "nt" else "nats-server")
    if installed.exists():
        return installed
    if found := shutil.which("nats-server"):
        return Path(found)
    msg = "there is no nats-server to run: install ihs-domain[demo], or put nats-server on the PATH"
    raise ServerMissing(msg)


def configuration(connection: Connection, store: Path) -> dict[str, Any]:
    """A nats-server's configuration: the publisher's account owns every stream, each agency has its own.

    An agency's account holds no stream. All it can reach is two services: the next message of its one durable
    consumer, and its acknowledgement. Mere user permissions in a shared account would not do: a reply subject
    is not checked against them, so an agency could have its messages answered into another agency's stream.
    """
    url = urlsplit(connection.url)
    agencies = connection.agencies.items()
    publisher = {
        "jetstream": "enabled",
        "users": [_user(connection.publisher)],
        "exports": [service for name, agency in agencies for service in _exports(name, agency)],
    }
    return {
        "listen": f"{url.hostname}:{url.port}",
        "jetstream": {"store_dir": str(store), "sync_interval": "always"},
        "accounts": {"publisher": publisher} | {_account(name): _agency_account(name, at) for name, at in agencies},
    }


class EmbeddedServer:
    """A nats-server bound to 127.0.0.1; streams, passwords and port survive a restart in the same folder.

    `agencies` names exactly who has access; without it, those who had access the last time. Who had access before and
    is not named keeps stream and password aside, for when it is named again. Nothing changes until the server starts.
    """

    def __init__(self, folder: Path | str, agencies: Iterable[str] | None = None) -> None:
        self.folder = Path(folder).absolute()
        self.log = self.folder / "server.log"
        self.binary = find_server()
        self._process: subprocess.Popen[bytes] | None = None
        self.connection = self._settled(None if agencies is None else list(agencies))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """Where clients connect."""
        return self.connection.url

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> Self:
        """Runs the server and returns when it answers; raises ServerDidNotStart or ServerAlreadyRunning."""
        if _listening(self.url):
            msg = f"{self.url} is already served: stop the server of {self.folder} first, or connect to it"
            raise ServerAlreadyRunning(msg)
        save(self.connection, self.folder)
        config = self.folder / "server.conf"
        write_privately(config, json.dumps(configuration(self.connection, self.folder / "jetstream"), indent=1))
        command = [str(self.binary), "--config", str(config), "--log", str(self.log)]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(  # noqa: S603  # our own binary, our own file, no shell
            command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, umask=0o077
        )
        self._wait_until_ready(self._process)
        return self

    def stop(self) -> None:
        """Lets the server finish and waits until it has ended."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server at once, as a power cut would end its process."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _settled(self, agencies: list[str] | None) -> Connection:
        """The connection of the folder, or a new one; details that cannot be read are not written over."""
        held = load(self.folder) if is_kept(self.folder) else new_connection(f"nats://{_HOST}:{_free_port()}")
        return held if agencies is None else with_agencies(held, agencies)

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while process.poll() is None and time.monotonic() < deadline:
            if _answers(self.connection):
                return
            time.sleep(0.01)
        self.kill()
        msg = f"the server in {self.folder} did not come up; its log ends:\n{self._log_tail()}"
        raise ServerDidNotStart(msg)

    def _log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-_LOG_TAIL:] if self.log.exists() else "(no log was written)"

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        process.wait()


def _user(login: Login) -> dict[str, str]:
    return {"user": login.user, "password": login.password}


def _account(agency: str) -> str:
    return f"agency-{agency}"


def _exports(name: str, agency: Agency) -> list[dict[str, Any]]:
    only = [_account(name)]
    return [
        {"service": _next(agency.stream), "response_type": "stream", "accounts": only},
        {"service": f"$JS.ACK.{agency.stream}.{DURABLE}.>", "accounts": only},
    ]


def _agency_account(name: str, agency: Agency) -> dict[str, Any]:
    pull = {"service": {"account": "publisher", "subject": _next(agency.stream)}, "to": _next(name)}
    acknowledge = {"service": {"account": "publisher", "subject": f"$JS.ACK.{agency.stream}.{DURABLE}.>"}}
    return {"users": [_user(agency.login)], "imports": [pull, acknowledge]}


def _next(stream: str) -> str:
    return f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{DURABLE}"


def _free_port() -> int:
    """A port below those the system hands to clients: nobody takes it while the server restarts."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind((_HOST, port))
            return port


def _listening(url: str) -> bool:
    at = urlsplit(url)
    try:
        socket.create_connection((at.hostname or _HOST, at.port or 0), 1).close()
    except OSError:
        return False
    return True


def _answers(connection: Connection) -> bool:
    """Whether the server takes our own login and its JetStream answers; a stranger does not count."""
    at = urlsplit(connection.url)
    hello = json.dumps({"user": connection.publisher.user, "pass": connection.publisher.password, "verbose": False})
    talk = f"CONNECT {hello}\r\nSUB ready 1\r\nPUB $JS.API.INFO ready 0\r\n\r\n"
    try:
        with socket.create_connection((at.hostname or _HOST, at.port or 0), 1) as link:
            link.sendall(talk.encode())
            with link.makefile("rb") as lines:
                return any(line.startswith(b"MSG ready") for line in lines)
    except OSError:
        return False
