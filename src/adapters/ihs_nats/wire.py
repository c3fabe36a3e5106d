"""What goes over the wire: subjects, CloudEvents headers and the sealed resume key, each a pure function."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import string
import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, unquote

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ihs_nats.errors import BadToken, ResumeKeyUnopened

What = Literal["tell", "replace", "retract"]

CONTROL = "control"
EVERY_CASE = "all"
RESUME = "Ihs-Resume"

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = struct.Struct(">QQ")
_NONCE_BYTES = 12
_HANDLE_LENGTH = 26
_PLAIN = "".join(c for c in string.printable if "!" <= c <= "~" and c not in '"%')


@frozen(order=True)
class ResumeKey:
    """Where the telling stands: a position of the record, and a message's number within it."""

    position: int
    n: int


START = ResumeKey(0, 0)


@frozen
class Outgoing:
    """One message for one agency; `data` is JSON, `time` is aware, `handle` stands for the case."""

    key: ResumeKey
    agency: str
    handle: str
    kind: str
    what: What
    id: str
    entry: str
    time: datetime
    data: bytes = field(repr=False)


Source = Callable[[ResumeKey], Iterable[Outgoing]]
"""Gives the messages strictly after a resume key, in order, and the same ones however often it is asked."""


def token(text: str) -> str:
    """The text itself, when it can stand as one token of a subject; raises BadToken otherwise."""
    if not _TOKEN.fullmatch(text):
        msg = "a subject token may hold letters, digits, '_' and '-' only: use another name or the case's handle"
        raise BadToken(msg)
    return text


def subject(agency: str, handle: str, kind: str) -> str:
    """The subject of one kind of information about one case."""
    return f"ihs.v1.{token(agency)}.{token(handle)}.{token(kind)}"


def subjects(agency: str, handle: str | None = None) -> str:
    """Every subject of an agency, or of one of its cases."""
    return f"ihs.v1.{token(agency)}.>" if handle is None else f"ihs.v1.{token(agency)}.{token(handle)}.>"


def handle(agency_key: bytes, case_id: str) -> str:
    """The name by which one agency knows a case.

    No two agencies can join theirs, none can find the case id.
    """
    digest = hmac.digest(agency_key, case_id.encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().lower()[:_HANDLE_LENGTH]


def headers(outgoing: Outgoing) -> dict[str, str]:
    """CloudEvents 1.0 in binary mode: one `ce-` header per attribute, percent-encoded."""
    attributes = {
        "specversion": "1.0",
        "id": outgoing.id,
        "source": f"urn:ihs:{outgoing.agency}",
        "type": f"ihs.v1.{outgoing.kind}.{outgoing.what}",
        "time": instant(outgoing.time),
        "subject": outgoing.handle,
        "datacontenttype": "application/json",
        "entry": outgoing.entry,
    }
    return {f"ce-{name}": quote(value, safe=_PLAIN) for name, value in attributes.items() if value}


def attributes(carried: Mapping[str, str]) -> dict[str, str]:
    """The CloudEvents attributes that a message's headers carry, decoded."""
    return {name[3:]: unquote(value, errors="strict") for name, value in carried.items() if name.startswith("ce-")}


def instant(when: datetime) -> str:
    """RFC 3339 in UTC; a time without a zone is refused, since nobody could say when it was."""
    if when.tzinfo is None:
        msg = "a message's time needs a time zone: give an aware datetime"
        raise ValueError(msg)
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def complete(key: ResumeKey, agency: str, up_to: datetime) -> Outgoing:
    """The control message "you have been told everything up to then".

    Its resume key bounds the next rescan.
    """
    return control(key, agency, up_to, {"complete_up_to": instant(up_to)})


def control(key: ResumeKey, agency: str, time: datetime, says: Mapping[str, str]) -> Outgoing:
    """A message about the stream itself and no case."""
    data = json.dumps(says, separators=(",", ":")).encode()
    return Outgoing(key, agency, EVERY_CASE, CONTROL, "tell", secrets.token_hex(16), "", time, data)


def seal(key: ResumeKey, secret: bytes, stream: str) -> str:
    """The resume key under the publisher's 32-byte secret, bound to its stream.

    The agency learns no position.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(secret).encrypt(nonce, _PLACE.pack(key.position, key.n), stream.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(text: str | None, secret: bytes, stream: str) -> ResumeKey:
    """The resume key that `seal` hid; raises ResumeKeyUnopened for any other text, secret or stream."""
    try:
        sealed = base64.b64decode(text or "", altchars=b"-_", validate=True)
        opened = AESGCM(secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], stream.encode())
    except (ValueError, InvalidTag) as reason:
        msg = (
            f"the resume key on the last message of stream {stream} does not open: publish with the key "
            f"it was sealed under; nothing was sent"
        )
        raise ResumeKeyUnopened(msg) from reason
    return ResumeKey(*_PLACE.unpack(opened))
