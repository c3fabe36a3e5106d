"""Where the key that wraps all data keys is kept: in a file as it is, or in a file as a key service wrapped it."""

import json
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from re import fullmatch
from typing import Any, Final, Protocol
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

from ihs_store.errors import KeyFileDamaged, KeyServiceAway, WrongKeyFile

TIMEOUT: Final = 5.0
LONGEST_ANSWER: Final = 1 << 16
TOKEN_FILE: Final = "IHS_KEY_SERVICE_TOKEN_FILE"  # noqa: S105 - the name of a variable
OK, BAD_REQUEST = 200, 400
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class KeyEncryption(Protocol):
    """Wraps and unwraps the one key that a store's data keys are wrapped under; `id` says which does."""

    @property
    def id(self) -> str:
        """What is written beside the wrapped key, so that it is found again."""

    def wrap(self, key: bytes) -> bytes:
        """Wrap a key; KeyServiceAway."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """Unwrap a key; WrongKeyFile where it was wrapped by another, KeyServiceAway."""


@frozen
class Transit:
    """A key service that speaks like Vault's transit engine: POST PATH/encrypt/NAME and PATH/decrypt/NAME.

    `url` ends in the key's name: https://vault.agency.example/v1/transit/ihs. The key never leaves the service.
    """

    url: str
    token: Callable[[], str] = field(repr=False)
    timeout: float = TIMEOUT

    @property
    def id(self) -> str:
        """The address of the key."""
        return f"transit {self.url}"

    def wrap(self, key: bytes) -> bytes:
        """Have the service encrypt a key."""
        return self._asked("encrypt", {"plaintext": b64encode(key).decode()}, "ciphertext").encode()

    def unwrap(self, wrapped: bytes) -> bytes:
        """Have the service decrypt a key."""
        found = self._asked("decrypt", {"ciphertext": wrapped.decode(errors="replace")}, "plaintext")
        try:
            return b64decode(found, validate=True)
        except NotBase64 as error:
            raise KeyServiceAway("the key service answers what cannot be read: nothing was recorded") from error

    def _asked(self, act: str, said: Mapping[str, str], wanted: str) -> str:
        place = _place(self.url)
        path, _, name = place.path.rpartition("/")
        status, answer = self._answer(place, f"{path}/{act}/{name}", json.dumps(said).encode())
        if status == BAD_REQUEST and act == "decrypt":
            raise WrongKeyFile("the key service does not open this key file: use the one it came with")
        found = _read(answer, wanted) if status == OK else None
        if found is None:
            raise KeyServiceAway(f"the key service refuses (HTTP {status}): nothing was recorded")
        return found

    def _answer(self, place: SplitResult, path: str, body: bytes) -> tuple[int, bytes]:
        connect = HTTPSConnection if place.scheme == "https" else HTTPConnection
        connection = connect(place.hostname or "", place.port, timeout=self.timeout)
        headers = {"X-Vault-Token": self.token(), "Content-Type": "application/json"}
        try:
            connection.request("POST", path, body, headers)
            response: HTTPResponse = connection.getresponse()
            return response.status, response.read(LONGEST_ANSWER)
        except (OSError, HTTPException) as error:
            why = type(error).__name__
            raise KeyServiceAway(f"the key service does not answer ({why}): nothing was recorded, try again") from error
        finally:
            connection.close()


def _read(answer: bytes, wanted: str) -> str | None:
    try:
        found: Any = json.loads(answer)["data"][wanted]
    except (ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _place(url: str) -> SplitResult:
    try:
        place = urlsplit(url)
        _ = place.port
    except ValueError:
        place = urlsplit("")
    if place.scheme not in {"http", "https"} or not place.hostname or not fullmatch("/.+/[A-Za-z0-9._-]+", place.path):
        raise KeyFileDamaged("the address names no key of a service: write https://HOST/v1/transit/NAME")
    if place.scheme == "http" and place.hostname not in LOOPBACK:
        raise KeyFileDamaged("a key is not sent in the clear: use https, or http on this machine alone")
    return place


def service_at(url: str) -> KeyEncryption:
    """The service that keeps the key at an address; KeyFileDamaged where that names none."""
    return service_of(f"transit {url}", os.environ)


def service_of(id_: str, environ: Mapping[str, str]) -> KeyEncryption:
    """The service of this id, its token read from the file that IHS_KEY_SERVICE_TOKEN_FILE names; KeyFileDamaged."""
    kind, _, url = id_.partition(" ")
    if kind != "transit":
        raise KeyFileDamaged("the key file names a kind of key service that this program does not know")
    _place(url)
    return Transit(url, lambda: _token(environ))


def _token(environ: Mapping[str, str]) -> str:
    named = environ.get(TOKEN_FILE)
    if not named:
        raise KeyServiceAway(f"the key service asks for a token: set {TOKEN_FILE} to the file that holds it")
    try:
        return Path(named).read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise KeyServiceAway("the file with the key service's token cannot be read") from error
