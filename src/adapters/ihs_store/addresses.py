"""Where a store is: a file, or a schema of a PostgreSQL database; and how that is said without its password."""

from pathlib import Path
from re import fullmatch
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from attrs import field, frozen

from ihs_store.errors import UnknownURL

SCHEMA: Final = "ihs"
ANSWER_WITHIN: Final = 30.0
LONGEST_ANSWER: Final = 3600.0

_SERVERS: Final = ("postgresql", "postgres")
_OURS: Final = ("schema", "answer_within")
_DEFAULTS: Final = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""libpq's own parameters, unless the address gives them: a server that is gone is noticed in seconds, not hours."""


@frozen
class Server:
    """A schema of a PostgreSQL database: how long an answer may take, in seconds, and how its address is shown."""

    conninfo: str = field(repr=False)
    schema: str
    answer_within: float
    shown: str


def is_server(url: str) -> bool:
    """Say whether an address is that of a store on PostgreSQL."""
    scheme, found, _ = url.partition("://")
    return bool(found) and scheme in _SERVERS


def path_of(url: str) -> Path:
    """Read the address of a file: sqlite:///relative.db, sqlite:////absolute.db, or a bare path."""
    scheme, found, rest = url.partition("://")
    path = rest[1:] if found and scheme == "sqlite" and rest.startswith("/") else "" if found else url
    if not path or "\x00" in path:
        forms = "sqlite:///relative.db, sqlite:////absolute.db, a path, or postgresql://USER@HOST/DATABASE"
        raise UnknownURL(f"the address names no store: write {forms}")
    return Path(path)


def server_of(url: str) -> Server:
    """Read the address of a store on PostgreSQL: libpq's own form, and `schema` and `answer_within` beside it."""
    parts = _split(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    schema, within = given.get("schema", SCHEMA), _seconds(given.get("answer_within"))
    if not fullmatch("[a-z_][a-z0-9_]{0,62}", schema) or schema.startswith("pg_"):
        raise UnknownURL("the address names no schema: use small letters, digits and _, at most 63 of them")
    query = urlencode({**_DEFAULTS, **{key: value for key, value in given.items() if key not in _OURS}})
    return Server(parts._replace(query=query).geturl(), schema, within, shown(url))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or "\x00" in url or len(parts.path) < len("/x") or parts.fragment:
        form = "postgresql://USER@HOST/DATABASE?schema=SCHEMA"
        raise UnknownURL(f"the address names no database: write {form}, with % codes for signs of its own")
    return parts


def _seconds(given: str | None) -> float:
    if given is None:
        return ANSWER_WITHIN
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_ANSWER:
        raise UnknownURL(f"answer_within is a number of seconds, above 0 and at most {LONGEST_ANSWER:.0f}")
    return seconds


def shown(url: str) -> str:
    """Give an address as it may be printed and logged: a file's as it is, a server's without its password."""
    if not is_server(url):
        return url
    parts = _split(url)
    user, at, host = parts.netloc.rpartition("@")
    given = [(key, "***" if "password" in key else value) for key, value in parse_qsl(parts.query)]
    netloc = f"{user.partition(':')[0]}{at}{host}"
    return parts._replace(netloc=netloc, query=urlencode(given, safe="*")).geturl()
