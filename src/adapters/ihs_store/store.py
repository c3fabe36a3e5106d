"""Creating and opening a store by its address, whichever database keeps it."""

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Final, cast

from ihs_store.addresses import is_server, path_of, server_of
from ihs_store.errors import StoreUnavailable
from ihs_store.file import open_file
from ihs_store.keeping import Store
from ihs_store.port import WrappedKey
from ihs_store.schema import Fill, lay_out, new_store
from ihs_store.stamping import Clock, wall_clock

__all__ = ["create", "open_store", "path_of"]

LOCK_TIMEOUT: Final = 5.0


def create(
    url: str,
    *,
    rehearsal: bool = False,
    keys: Sequence[WrappedKey] = (),
    name: str = "ihs",
    clock: Clock = wall_clock,
    lock_timeout: float = LOCK_TIMEOUT,
) -> Store:
    """Create a store with its first `keys` and open it; StoreExists where something stands there already.

    `name` begins the origin of its checkpoints.
    """
    begin(url, new_store("rehearsal" if rehearsal else "live", wall_clock(), keys, name))
    return open_store(url, clock=clock, lock_timeout=lock_timeout)


def begin(url: str, fill: Fill) -> None:
    """Lay out a store and fill it, in one step; StoreExists where something stands there already."""
    if is_server(url):
        _server().lay_out_schema(server_of(url), fill)
    else:
        lay_out(path_of(url), fill)


def open_store(url: str, *, clock: Clock = wall_clock, lock_timeout: float = LOCK_TIMEOUT) -> Store:
    """Open a store that exists; for anything else StoreNotOpened, by its kind, and nothing written to it.

    A file that can only be read is opened for reading. `clock` gives microseconds since 1970; a writer waits
    `lock_timeout` seconds for others before StoreBusy.
    """
    if is_server(url):
        return cast("Store", _server().open_schema(server_of(url), clock, lock_timeout))
    return open_file(path_of(url), clock, lock_timeout)


def _server() -> ModuleType:
    """Import what PostgreSQL needs when it is needed: the driver is an extra, and takes its time."""
    try:
        return import_module("ihs_store.server")
    except ModuleNotFoundError as error:
        raise StoreUnavailable("a store on PostgreSQL needs its driver: install ihs-domain[postgres]") from error
