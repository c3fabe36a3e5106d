"""Creating and opening a store by its address, whichever database keeps it."""

from collections.abc import Sequence

from ihs_store.addresses import is_server, path_of, server_of
from ihs_store.file import open_file
from ihs_store.keeping import Store
from ihs_store.laying import Clock, wall_clock
from ihs_store.port import Kind, WrappedKey
from ihs_store.schema import lay_out

__all__ = ["create", "open_store", "path_of"]

LOCK_TIMEOUT = 5.0


def create(
    url: str,
    *,
    rehearsal: bool = False,
    keys: Sequence[WrappedKey] = (),
    clock: Clock = wall_clock,
    lock_timeout: float = LOCK_TIMEOUT,
) -> Store:
    """Create a store with its first `keys` and open it; StoreExists where something stands there already."""
    kind: Kind = "rehearsal" if rehearsal else "live"
    if is_server(url):
        from ihs_store.server import lay_out_schema  # noqa: PLC0415 - psycopg is an extra, and takes its time

        lay_out_schema(server_of(url), kind, wall_clock(), keys)
    else:
        lay_out(path_of(url), kind, wall_clock(), keys)
    return open_store(url, clock=clock, lock_timeout=lock_timeout)


def open_store(url: str, *, clock: Clock = wall_clock, lock_timeout: float = LOCK_TIMEOUT) -> Store:
    """Open a store that exists; for anything else StoreNotOpened, by its kind, and nothing written to it.

    A file that can only be read is opened for reading. `clock` gives microseconds since 1970; a writer waits
    `lock_timeout` seconds for others before StoreBusy.
    """
    if not is_server(url):
        return open_file(path_of(url), clock, lock_timeout)
    from ihs_store.server import open_schema  # noqa: PLC0415 - the same

    return open_schema(server_of(url), clock, lock_timeout)
