"""Keys: one key outside the database, and under it one data key for each person and each narrative.

Destroying a data key makes everything it sealed unreadable, in every copy, and changes no leaf.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256

from attrs import define, field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from ihs_record.row import length_prefixed
from ihs_store.errors import KeyErased, SealBroken, WrongKeyFile
from ihs_store.key_files import KEY_SIZE, copy_key_file, create_key_file, read_key_file
from ihs_store.port import ROOT, WrappedKey

__all__ = [
    "KEY_SIZE",
    "ROOT",
    "Kek",
    "KeyRing",
    "Sealing",
    "copy_key_file",
    "create_key_file",
    "fingerprint",
    "first_keys",
    "fits",
    "read_key_file",
]

NONCE_SIZE = 12
LOOKS, BETWEEN_LOOKS = 50, 0.01
MAC_SIZE = 16
MOST_TURNS = 100
"""How many times the key file may be replaced while one key is read."""
_NOT_ITS_FILE = "the key file does not open this store's keys: use the one it came with"

_COMMITMENT = b"ihs/key-commitment/1"
_SEALED = b"ihs-sealed/1"
_DERIVED = b"ihs/derived-key/1/"
_FINGERPRINT = b"ihs/key-fingerprint/1"


def first_keys(kek: bytes) -> tuple[WrappedKey, ...]:
    """Make the keys a new store begins with: its root key."""
    return (KeyRing(kek, lambda _: None).wrapped(ROOT, secrets.token_bytes(KEY_SIZE)),)


def fits(kept: WrappedKey | None) -> Callable[[bytes], bool]:
    """Whether a key is the one under which a store's root key is wrapped as it is kept."""

    def opens_the_root(kek: bytes) -> bool:
        try:
            _ = KeyRing(kek, lambda _: kept).root
        except WrongKeyFile:
            return False
        return True

    return opens_the_root


def fingerprint(kek: bytes) -> str:
    """What may be told of a key file's key, in hex: it gives nothing of the key away."""
    return hmac.digest(kek, _FINGERPRINT, "sha256").hex()


def _commitment(key: bytes) -> bytes:
    return hmac.new(key, _COMMITMENT, sha256).digest()  # hmac.digest would let other threads in, and wait for them


def _bound_to(place: bytes, key_id: str) -> bytes:
    return length_prefixed((_SEALED, place, key_id.encode()))


@define
class Kek:
    """The key file's key as this process holds it; `again` reads the file anew, where it was replaced meanwhile."""

    key: bytes = field(repr=False)
    again: Callable[[], bytes] | None = field(default=None, repr=False)

    turn: int = 0
    """How many times another key was held from then on."""
    _wrapped: tuple[bytes, bytes, bytes] = field(default=(b"", b"", b""), init=False, repr=False)

    def wrapping(self, root: bytes) -> tuple[bytes, bytes]:
        """The key that is held, and *root* wrapped under it, which is always the same."""
        key, (under, what, wrapped) = self.key, self._wrapped
        if (under, what) != (key, root):
            wrapped = aes_key_wrap(key, root)
            self._wrapped = key, root, wrapped
        return key, wrapped

    def read_again(self) -> bool:
        """Whether the file holds another key by now, which from here on is held."""
        return self.again is not None and self.hold(self.again())

    def hold(self, key: bytes) -> bool:
        """Hold this key from here on; whether it is another."""
        before, self.key = self.key, key
        self.turn += key != before
        return key != before


def _held(kek: "bytes | Kek") -> Kek:
    return kek if isinstance(kek, Kek) else Kek(kek)


@frozen
class KeyRing:
    """Opens a store's data keys with the key file's key; `kept` reads one as the store keeps it.

    It remembers no data key, so that one destroyed by another process is gone here too.
    """

    _kek: Kek = field(repr=False, converter=_held)
    _kept: Callable[[str], WrappedKey | None] = field(repr=False)
    _anew: Callable[[str], WrappedKey | None] | None = field(default=None, repr=False)

    def sealing(self) -> "Sealing":
        """Begin to seal the parts of one append."""
        return Sealing(self)

    def over(self, kept: Mapping[str, WrappedKey]) -> "KeyRing":
        """The same ring for keys that were read together: quick. One that was wrapped anew since is read again."""
        return KeyRing(self._kek, kept.get, self._kept)

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
        kept_by = self._kept
        for _ in range(MOST_TURNS):
            turn, kept = self._kek.turn, kept_by(key_id)
            if kept is None:
                return None
            if kept.wrapped is None:
                raise KeyErased("the key to this part was destroyed: what it sealed is gone for everyone")
            try:
                return self._unwrapped(kept.wrapped, kept.commitment)
            except InvalidUnwrap as error:  # it may be wrapped under another key since it was read, or soon be
                if self._anew is not None and kept_by is not self._anew:
                    kept_by = self._anew
                elif not self.replaced(turn):
                    raise WrongKeyFile(_NOT_ITS_FILE) from error
        raise WrongKeyFile(_NOT_ITS_FILE)

    def _unwrapped(self, wrapped: bytes, commitment: bytes) -> bytes:
        try:
            key = aes_key_unwrap(self._kek.key, wrapped)
        except ValueError as error:
            raise InvalidUnwrap from error
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

    def wrapped(self, key_id: str, key: bytes) -> WrappedKey:
        """A new data key as the store is to keep it."""
        # The root key under the same key: the store keeps it so while that key is the store's.
        kek, beside = self._kek.wrapping(self.root) if self._has_root else (self._kek.key, None)
        return WrappedKey(key_id, aes_key_wrap(kek, key), _commitment(key), beside)

    @cached_property
    def _has_root(self) -> bool:
        return self._kept(ROOT) is not None

    def read_again(self) -> bool:
        """Whether the key file holds another key by now; from here on that one is used."""
        return self._kek.read_again()

    @property
    def turn(self) -> int:
        """How many times the key that is held was replaced."""
        return self._kek.turn

    def replaced(self, since: int) -> bool:
        """Whether another key is held than at that turn; the file is looked at until it is there, for half a second."""
        for _ in range(LOOKS if self._kek.again else 1):
            if self._kek.turn != since or self._kek.read_again():
                return True
            time.sleep(BETWEEN_LOOKS if self._kek.again else 0)
        return False

    def hold(self, kek: bytes) -> None:
        """Use this key from here on: everything was just wrapped under it."""
        self._kek.hold(kek)

    def wrapped_under(self, new: bytes) -> Callable[[str, bytes], bytes]:
        """How a wrapped key is wrapped under another key. Its commitment stays, and is held against it when opened."""

        def anew(key_id: str, wrapped: bytes) -> bytes:
            try:
                return aes_key_wrap(new, aes_key_unwrap(self._kek.key, wrapped))
            except (InvalidUnwrap, ValueError) as error:
                raise WrongKeyFile(f"the key file does not open the key {key_id}: verify the store") from error

        return anew

    def derive(self, label: str) -> bytes:
        """Derive 32 bytes of key for another use, always the same for one label and one store."""
        return HKDF(SHA256(), KEY_SIZE, salt=None, info=_DERIVED + label.encode()).derive(self.root)

    def mac(self, content: bytes) -> bytes:
        """Authenticate what a command asks, so that a record shows nothing of it: 16 bytes."""
        mac = self._receipts.copy()
        mac.update(content)
        return mac.digest()[:MAC_SIZE]

    @cached_property
    def _receipts(self) -> hmac.HMAC:
        return hmac.new(self.derive("receipt"), digestmod=sha256)


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

    def seal(self, key_id: str, place: bytes, plaintext: bytes, *, anew: bool = False) -> bytes:
        """Encrypt for one place (bytes that name stream, version, field); KeyErased if the key is destroyed.

        Of a key that comes to stand with this part alone, `anew` spares the look whether the store keeps it: where it
        does, the append is refused (KeyIdTaken). Gives 12 bytes of nonce, then AES-256-GCM's ciphertext and tag.
        """
        fresh = secrets.token_bytes(NONCE_SIZE + KEY_SIZE)  # at once, as each call lets other threads in
        nonce, key = fresh[:NONCE_SIZE], self._keys.get(key_id)
        if key is None:
            key = self._keys[key_id] = self._kept_or_made(key_id, fresh[NONCE_SIZE:], anew=anew)
        return nonce + AESGCM(key).encrypt(nonce, plaintext, _bound_to(place, key_id))

    def _kept_or_made(self, key_id: str, fresh: bytes, *, anew: bool) -> bytes:
        kept = None if anew else self._ring.key(key_id)
        if kept is None:
            self._new.append(self._ring.wrapped(key_id, fresh))
        return kept or fresh
