"""Reads one message: a CloudEvents 1.0 message in binary mode, as strictly as it was written."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from ihs_subscriber.errors import Unreadable

CONTROL = "control"
_TYPE = re.compile(r"ihs\.v1\.([A-Za-z0-9_-]+)\.(tell|replace|retract)")
_NEEDED = ("id", "source", "type", "time", "subject")


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it arrived; `sequence` is its place in the agency's stream."""

    subject: str
    sequence: int
    headers: Mapping[str, str]
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What an agency was told.

    `handle` stands for the case, `entry` for the entry that is told, replaced, retracted.
    """

    source: str
    id: str
    kind: str
    what: str
    handle: str
    entry: str
    time: datetime
    data: bytes = field(repr=False)

    @property
    def body(self) -> Any:  # JSON is anything
        """The JSON body."""
        return json.loads(self.data)


def name_of(raw: Raw) -> tuple[str, str, str]:
    """Source, id and case of any message, also of one that cannot be read: it is then known by its place."""
    tokens = [*raw.subject.split("."), "", "", "", ""]
    source = unquote(raw.headers.get("ce-source", "")) or f"urn:ihs:{tokens[2]}"
    return source, unquote(raw.headers.get("ce-id", "")) or f"sequence-{raw.sequence}", tokens[3]


def read(raw: Raw) -> Message:
    """The message; raises Unreadable with the reason, never with what the message says."""
    said = {name: unquote(raw.headers.get(f"ce-{name}", "")) for name in (*_NEEDED, "specversion", "entry")}
    if missing := [name for name in _NEEDED if not said[name]]:
        raise Unreadable(f"it has no {', '.join(missing)}")
    if said["specversion"] != "1.0":
        raise Unreadable("it is not of CloudEvents 1.0")
    if not (kind := _TYPE.fullmatch(said["type"])):
        raise Unreadable("its type is not known to this version")
    if said["subject"] != name_of(raw)[2]:
        raise Unreadable("its headers and its subject name different cases")
    if kind[1] != CONTROL and not said["entry"]:
        raise Unreadable("it names no entry")
    _check_body(raw.data)
    return Message(
        source=said["source"],
        id=said["id"],
        kind=kind[1],
        what=kind[2],
        handle=said["subject"],
        entry=said["entry"],
        time=_instant(said["time"]),
        data=raw.data,
    )


def _check_body(data: bytes) -> None:
    try:
        json.loads(data)
    except ValueError:
        raise Unreadable("its body is not JSON") from None


def _instant(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("its time is no instant") from None
    if when.tzinfo is None:
        raise Unreadable("its time has no zone")
    return when
