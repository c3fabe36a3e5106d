"""Keys: one key file outside the database, and under it one data key for each person and each narrative.

Destroying a data key makes everything it sealed unreadable, in every copy, and changes no leaf.
"""

import hmac
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from attrs import define, field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from ihs_record.row import length_prefixed
from ihs_store.errors import (
    KeyErased,
    KeyFileDamaged,
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    SealBroken,
    WrongKeyFile,
)
from ihs_store.port import WrappedKey

KEY_SIZE = 32
NONCE_SIZE = 12
ROOT = "root"

_COMMITMENT = b"ihs/key-commitment/1"
_SEALED = b"ihs-sealed/1"
_DERIVED = b"ihs/derived-key/1/"


def create_key_file(path: Path) -> None:
    """Write a new random key to a file that its owner alone may read; KeyFileExists rather than overwrite."""
    _write_key_file(path, secrets.token_bytes(KEY_SIZE))


def copy_key_file(source: Path, target: Path) -> None:
    """Copy a key file that is whole and kept from others to where none is; a KeyFileError by its kind."""
    _write_key_file(target, read_key_file(source))


def _write_key_file(path: Path, key: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise KeyFileExists(f"{path} already exists: a key file is never overwritten") from error
    except OSError as error:
        raise KeyFileMissing(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())


def read_key_file(path: Path) -> bytes:
    """Read the 32 bytes of a key file that is whole and kept from others; else a KeyFileError by its kind."""
    try:
        with path.open("rb") as file:
            mode, key = os.fstat(file.fileno()).st_mode, file.read(KEY_SIZE + 1)
    except IsADirectoryError as error:
        raise KeyFileDamaged(f"{path} is a folder: name the key file in it") from error
    except OSError as error:
        raise KeyFileMissing(f"there is no readable key file at {path}: {error.strerror}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileExposed(f"others may read or change {path}: allow its owner alone (chmod 600)")
    if len(key) != KEY_SIZE:
        raise KeyFileDamaged(f"{path} is not a key file: it does not hold {KEY_SIZE} bytes")
    return key


def first_keys(kek: bytes) -> tuple[WrappedKey, ...]:
    """Make the keys a new store begins with: its root key."""
    return (KeyRing(kek, lambda _: None).new_key(ROOT)[1],)


def _commitment(key: bytes) -> bytes:
    return hmac.digest(key, _COMMITMENT, "sha256")


def _bound_to(place: bytes, key_id: str) -> bytes:
    return length_prefixed((_SEALED, place, key_id.encode()))


@frozen
class KeyRing:
    """Opens a store's data keys with the key file's key; `kept` reads one as the store keeps it.

    It remembers no data key, so that one destroyed by another process is gone here too.
    """

    _kek: bytes = field(repr=False)
    _kept: Callable[[str], WrappedKey | None] = field(repr=False)

    def sealing(self) -> "Sealing":
        """Begin to seal the parts of one append."""
        return Sealing(self)

    def over(self, kept: Mapping[str, WrappedKey]) -> "KeyRing":
        """The same ring for keys that were read together, as they were then: quick, and soon out of date."""
        return KeyRing(self._kek, kept.get)

    def unseal(self, key_id: str, place: bytes, sealed: bytes) -> bytes:
        """Open what was sealed at this place; KeyErased or SealBroken where that cannot be."""
        key = self.key(key_id)
        if key is None:
            raise KeyErased("no key opens this part: it was never made")
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], _bound_to(place, key_id))
        except (InvalidTag, ValueError) as error:
            raise SealBroken("the sealed part was altered or moved: verify the store") from error

    def key(self, key_id: str) -> bytes | None:
        """Unwrap a data key, None where there never was one; KeyErased, WrongKeyFile."""
        kept = self._kept(key_id)
        if kept is None:
            return None
        if kept.wrapped is None:
            raise KeyErased("the key to this part was destroyed: what it sealed is gone for everyone")
        return self._unwrapped(kept.wrapped, kept.commitment)

    def _unwrapped(self, wrapped: bytes, commitment: bytes) -> bytes:
        try:
            key = aes_key_unwrap(self._kek, wrapped)
        except (InvalidUnwrap, ValueError) as error:
            raise WrongKeyFile("the key file does not open this store's keys: use the one it came with") from error
        if not hmac.compare_digest(_commitment(key), commitment):
            raise SealBroken("a data key is not the one on record: verify the store")
        return key

    @cached_property
    def root(self) -> bytes:
        """The key that MACs and pseudonyms hang on: it stays when the key file changes. WrongKeyFile, KeyErased."""
        key = self.key(ROOT)
        if key is None:
            raise KeyErased("the store has no root key: restore it from a backup")
        return key

    def new_key(self, key_id: str) -> tuple[bytes, WrappedKey]:
        """Make a data key, as it is and as the store is to keep it."""
        key = secrets.token_bytes(KEY_SIZE)
        return key, WrappedKey(key_id, aes_key_wrap(self._kek, key), _commitment(key))

    def derive(self, label: str) -> bytes:
        """Derive 32 bytes of key for another use, always the same for one label and one store."""
        return HKDF(SHA256(), KEY_SIZE, salt=None, info=_DERIVED + label.encode()).derive(self.root)

    def mac(self, content: bytes) -> bytes:
        """Authenticate what a command asks, so that a receipt shows nothing of it: 32 bytes."""
        return hmac.digest(self._receipts, content, "sha256")

    @cached_property
    def _receipts(self) -> bytes:
        return self.derive("receipt")


@define
class Sealing:
    """Seals the parts of one append; append `new_keys` with them, and begin another for another append."""

    _ring: KeyRing
    _keys: dict[str, bytes] = field(factory=dict, repr=False)
    _new: list[WrappedKey] = field(factory=list)

    @property
    def new_keys(self) -> tuple[WrappedKey, ...]:
        """The keys made on the way, to be kept in the append's own transaction."""
        return tuple(self._new)

    def seal(self, key_id: str, place: bytes, plaintext: bytes) -> bytes:
        """Encrypt for one place (bytes that name stream, version, field); KeyErased if the key is destroyed.

        Gives 12 bytes of nonce, then AES-256-GCM's ciphertext and tag.
        """
        nonce = secrets.token_bytes(NONCE_SIZE)
        return nonce + AESGCM(self._key(key_id)).encrypt(nonce, plaintext, _bound_to(place, key_id))

    def _key(self, key_id: str) -> bytes:
        if key_id not in self._keys:
            self._keys[key_id] = self._ring.key(key_id) or self._made(key_id)
        return self._keys[key_id]

    def _made(self, key_id: str) -> bytes:
        key, wrapped = self._ring.new_key(key_id)
        self._new.append(wrapped)
        return key
