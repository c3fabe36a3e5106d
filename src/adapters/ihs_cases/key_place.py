"""Where the key file of a store is, and the keys that it opens."""

import os
from functools import partial
from pathlib import Path
from typing import Final

from ihs_cases.places import a_path
from ihs_store.addresses import is_server, path_of
from ihs_store.errors import KeyFileMissing
from ihs_store.key_files import fitting_key
from ihs_store.keys import ROOT, Kek, KeyRing, fits
from ihs_store.port import RecordStore

KEY_FILE: Final = "IHS_KEY_FILE"


def is_named(key_file: str | Path | None) -> bool:
    """Whether somebody said where the key file is."""
    return key_file is not None or KEY_FILE in os.environ


def key_file_of(url: str, key_file: str | Path | None = None) -> Path:
    """Where the key file is: as given, or by the environment's IHS_KEY_FILE, or beside the store's own file.

    Raises KeyFileMissing where none is named for a store on a server, which has no place beside it.
    """
    if named := key_file or os.environ.get(KEY_FILE):
        return a_path(named)
    if is_server(url):
        raise KeyFileMissing(f"a store on a server has no key file beside it: name one, or set {KEY_FILE}")
    return path_of(url).with_name(path_of(url).name + ".key")


def ring_of(store: RecordStore, path: Path) -> KeyRing:
    """The keys of a store, under the key file at *path*, which may be replaced meanwhile; WrongKeyFile, told now.

    Not only when something was sealed under it.
    """

    def read(place: Path) -> bytes:
        return fitting_key(place, fits(store.key(ROOT)))

    ring = KeyRing(Kek(read(path), partial(read, path.absolute())), store.key)
    _ = ring.root
    return ring
