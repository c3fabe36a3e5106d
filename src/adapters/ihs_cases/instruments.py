"""The instruments at hand: those that plugins bring, and the agency's own files; and their digests."""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs

from ihs_cases.instrument_files import read_files
from ihs_cases.plugins import INSTRUMENTS, points
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.instruments import Instrument

OWN_FILES: Final = "IHS_INSTRUMENTS"
"""Names files that define instruments, and folders of such files, as PATH names folders."""

_log = logging.getLogger(__name__)


def installed() -> InstrumentBook:
    """All instruments of the plugins that load, and of the files IHS_INSTRUMENTS names.

    A warning names each plugin that does not load. Raises BadInstrumentFile for a file that is wrong, and
    BadInstrument where files and plugins clash.
    """
    return InstrumentBook([*_of_plugins(), *own()])


@cache
def _of_plugins() -> tuple[Instrument, ...]:
    found: list[Instrument] = []
    for point in points(INSTRUMENTS):
        if point.broken:
            _log.warning("the instruments of %s are left out, for they do not load: see ihs plugins", point.name)
        else:
            found.extend(point.found)
    return tuple(found)


def own() -> Iterator[Instrument]:
    """The instruments of the agency's own files. Raises BadInstrumentFile."""
    for named in filter(None, os.environ.get(OWN_FILES, "").split(os.pathsep)):
        yield from read_files(Path(named))


def digest(instrument: Instrument) -> str:
    """SHA-256, in hex, of all that a definition says."""
    plain = attrs.asdict(instrument, value_serializer=_stable)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _stable(_: type, __: Any, value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value
