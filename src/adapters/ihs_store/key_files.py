"""The file that keeps the key of all data keys: made, read, and replaced so that one of two always opens the store.

It holds that key as it is, 32 bytes, or as a key service wrapped it. While it is replaced, the new one stands beside it
with the ending `.new`: written before the data keys are wrapped under it, moved into its place afterwards.
"""

import fcntl
import os
import secrets
import stat
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ihs_store.errors import (
    KeyFileBusy,
    KeyFileDamaged,
    KeyFileError,
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    OutcomeUnknown,
    WrongKeyFile,
)
from ihs_store.folders import synced
from ihs_store.key_service import KeyEncryption, service_of

KEY_SIZE: Final = 32
NEW: Final = ".new"
WRAPPED: Final = b"ihs-wrapped-key/1\n"
LONGEST: Final = 1 << 14
TRIES: Final = 3


def create_key_file(path: Path, service: KeyEncryption | None = None) -> None:
    """Write a new random key to a file that its owner alone may read; KeyFileExists rather than overwrite.

    With a *service* the file holds the key as that wrapped it.
    """
    _write(path, _content(secrets.token_bytes(KEY_SIZE), service))


def copy_key_file(source: Path, target: Path) -> None:
    """Copy a key file that is whole and kept from others to where none is; a KeyFileError by its kind."""
    read_key_file(source)
    _write(target, _read(source))


def read_key_file(path: Path) -> bytes:
    """The 32 bytes that a key file holds, or that the key service it names makes of it; a KeyFileError by its kind."""
    content = _read(path)
    service = _service(content)
    key = content if service is None else service.unwrap(_wrapped(content))
    if len(key) != KEY_SIZE:
        raise KeyFileDamaged(f"{path} is not a key file: it does not hold {KEY_SIZE} bytes")
    return key


def service_named(path: Path) -> KeyEncryption | None:
    """The key service that wrapped what a key file holds, None where the file holds the key as it is."""
    return _service(_read(path))


def _content(key: bytes, service: KeyEncryption | None) -> bytes:
    if service is None:
        return key
    return WRAPPED + service.id.encode() + b"\n" + b64encode(service.wrap(key)) + b"\n"


def _service(content: bytes) -> KeyEncryption | None:
    if not content.startswith(WRAPPED):
        return None
    return service_of(content[len(WRAPPED) :].partition(b"\n")[0].decode(errors="replace"), os.environ)


def _wrapped(content: bytes) -> bytes:
    try:
        return b64decode(content[len(WRAPPED) :].partition(b"\n")[2].strip(), validate=True)
    except NotBase64 as error:
        raise KeyFileDamaged("the key file does not hold what a key service wrapped") from error


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise KeyFileExists(f"{path} already exists: a key file is never overwritten") from error
    except OSError as error:
        raise KeyFileMissing(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode, content = os.fstat(file.fileno()).st_mode, file.read(LONGEST)
    except IsADirectoryError as error:
        raise KeyFileDamaged(f"{path} is a folder: name the key file in it") from error
    except OSError as error:
        raise KeyFileMissing(f"there is no readable key file at {path}: {error.strerror}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileExposed(f"others may read or change {path}: allow its owner alone (chmod 600)")
    return content


# Replacing

Fits = Callable[[bytes], bool]
"""Whether a key is the one that a store's data keys are wrapped under."""


def beside(path: Path) -> Path:
    """Where the new key file is while the one at *path* is replaced."""
    return path.with_name(path.name + NEW)


def fitting_key(path: Path, fits: Fits) -> bytes:
    """The key that fits, from a key file or from the new one beside it, which then takes its place; WrongKeyFile.

    So a replacing that was cut off, at whatever step, is finished or forgotten.
    """
    named, path = path, path.resolve()
    for _ in range(TRIES):  # another process may move the new file into place between two of our looks
        key = read_key_file(named)
        if fits(key):
            return key
        with suppress(KeyFileMissing, KeyFileDamaged):
            key = read_key_file(beside(path))
            if fits(key):
                _finish(path)
                return key
    raise WrongKeyFile("the key file does not open this store's keys: use the one it came with")


def _finish(path: Path) -> None:
    """Move the new file into place, unless whoever wrote it is alive and does so."""
    with suppress(KeyFileBusy, KeyFileError, OSError), _locked(beside(path), os.O_RDWR):
        _moved(path)


@contextmanager
def replacing(path: Path, service: KeyEncryption | None, fits: Fits) -> Iterator[bytes]:
    """Give a new key, to wrap everything under within; afterwards the old key file is gone for good.

    Where nothing was recorded the new key is forgotten; where that is not known, both files stay. Raises KeyFileBusy
    where somebody else is at it.
    """
    path = path.resolve()
    key = secrets.token_bytes(KEY_SIZE)
    content = _content(key, service)
    with _locked(beside(path), os.O_RDWR | os.O_CREAT) as descriptor:
        if os.fstat(descriptor).st_size and _opens(beside(path), fits):
            _moved(path)  # left by a replacing that was cut off after all
            raise KeyFileBusy("the key file was just replaced: try again")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, content, 0)
        os.fsync(descriptor)
        synced(path.parent)
        try:
            yield key
        except OutcomeUnknown:
            raise
        except Exception:
            with suppress(OSError):
                beside(path).unlink()
            raise
        _moved(path)


def _opens(path: Path, fits: Fits) -> bool:
    try:
        return fits(read_key_file(path))
    except (KeyFileDamaged, WrongKeyFile):  # cut off while it was written
        return False


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    """Hold the lock on a file that nobody else has moved away meanwhile; KeyFileBusy."""
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise KeyFileMissing(f"{path} cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise KeyFileBusy(f"the key file is just being replaced ({path} is in use): try again") from error
        if not path.exists() or os.fstat(descriptor).st_ino != path.stat().st_ino:
            raise KeyFileBusy("the key file was just replaced: try again")
        yield descriptor
    finally:
        os.close(descriptor)


def _moved(path: Path) -> None:
    """Put the new key file in the place of the old one, and write over what the old one held."""
    with path.open("r+b") as old:
        beside(path).replace(path)
        synced(path.parent)
        size = os.fstat(old.fileno()).st_size
        os.pwrite(old.fileno(), bytes(size), 0)
        os.fsync(old.fileno())
