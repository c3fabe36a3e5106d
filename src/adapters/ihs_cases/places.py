"""Where a store and its key file may be: said before anything is opened or written."""

import os
from pathlib import Path
from typing import Final

from ihs_store.addresses import is_server, path_of
from ihs_store.errors import KeyFileMissing, StoreNotOpened, UnknownURL

IN_MEMORY: Final = ":memory:"


def an_address(url: object) -> None:
    """Raise UnknownURL where *url* is no text, or one that no file can be named by."""
    if not isinstance(url, str) or not _is_encodable(url):
        raise UnknownURL("what names the store is no address: give text, such as sqlite:///cases.db or str(path)")


def a_place_for_a_store(url: str) -> None:
    """Raise UnknownURL for what is in memory alone, StoreNotOpened where there is no folder for the store's file."""
    an_address(url)
    if is_server(url):
        return
    path = path_of(url)
    if path.name == IN_MEMORY:
        raise UnknownURL(f"a store is a file or on a server, and never in memory alone: name a file, not {IN_MEMORY}")
    if not path.parent.is_dir():
        raise StoreNotOpened(f"there is no folder {path.parent} for the store: make it first, or name another")


def a_path(key_file: object) -> Path:
    """The path of a key file. Raises KeyFileMissing where it is none."""
    if not isinstance(key_file, str | Path) or not _is_encodable(str(key_file)):
        raise KeyFileMissing("what names the key file is no path: give one as text, or as a Path")
    return Path(key_file)


def _is_encodable(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True
