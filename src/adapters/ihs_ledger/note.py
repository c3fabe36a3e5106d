"""Signed notes (c2sp.org/signed-note) with Ed25519: text, a blank line, and lines of signatures."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LONGEST_NOTE: Final = 1 << 16
_ED25519: Final = b"\x01"
_KEY_SIZE: Final = 32
_ID_SIZE: Final = 4
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")
_SIGNATURE: Final = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")


class NoteRefused(ValueError):
    """What is offered as a signed note, or as the key to check one with, is not one, or is not signed by that key."""


def decoded(text: str) -> bytes:
    """Decode base64 in its one strict form; NoteRefused for anything else."""
    try:
        data = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise NoteRefused("what should be base64 is not") from None
    if b64encode(data).decode() != text:
        raise NoteRefused("what should be base64 is not in its one form")
    return data


def key_name(name: object) -> str:
    """Give the name back where a key may have it; NoteRefused if not."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise NoteRefused(
            "the name is empty, or holds a space, a plus sign or a control character, and a key that signs notes has "
            "none of them in its name (c2sp.org/signed-note): give one such as records.agency.example"
        )
    return name


def _id_of(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_SIZE]


class VerifierKey(NamedTuple):
    """A public key and its name: what is handed out to those who check."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, 01, public key)."""
        return _id_of(self.name, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read NAME+ID+KEY as `str` writes it; NoteRefused for anything else."""
        name, _, rest = text.strip().partition("+")
        stated, _, key = rest.partition("+")
        public = decoded(key)
        if public[:1] != _ED25519 or len(public) != 1 + _KEY_SIZE:
            raise NoteRefused("the key is not an Ed25519 key: a verifier key reads NAME+ID+KEY")
        read = cls(key_name(name), public[1:])
        if read.id.hex() != stated:
            raise NoteRefused("the key's id is not that of its name and bytes: copy the verifier key again, whole")
        return read

    def signed(self, note: str) -> str:
        """Give the text of a note that this key signed; NoteRefused for any other."""
        text, signatures = _parted(note)
        mine = [line[_ID_SIZE:] for name, line in signatures if name == self.name and line[:_ID_SIZE] == self.id]
        if not mine:
            raise NoteRefused(f"the note is not signed by {self.name}: ask for the key that signed it")
        try:
            for signature in mine:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            raise NoteRefused(f"the signature is not that of {self.name}: the note was altered or forged") from None
        return text


class Signer(NamedTuple):
    """A private key and its name."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"Signer({self.name})"

    @property
    def key(self) -> VerifierKey:
        """What is handed out to those who check."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Sign a text, which ends in a newline, as a note."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n— {key_name(self.name)} {b64encode(self.key.id + signature).decode()}\n"


def unverified(note: str) -> str:
    """Give the text of a note whoever signed it; NoteRefused where it has not the form of one."""
    return _parted(note)[0]


def _parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, lines = note.rpartition("\n\n")
    if len(note) > LONGEST_NOTE or not blank or not lines.endswith("\n"):
        raise NoteRefused("this is not a signed note: text, a blank line, and lines of signatures")
    if any(letter < " " and letter != "\n" for letter in note):
        raise NoteRefused("this is not a signed note: it holds control characters")
    return f"{text}\n", [_signature(line) for line in lines[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise NoteRefused("a line of the note's signatures is not one")
    return found[1], decoded(found[2])
