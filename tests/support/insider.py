"""A store with a little of everything in it, and what somebody who can write its file may do to it."""

import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from chaining import chained

from ihs_ledger.tree import Frontier
from ihs_record.leaf import LIVE
from ihs_record.row import Draft, Emptied, Part, event_id, kept_id, narrative_key, read_back, written
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Command
from ihs_store.schema import COLUMNS
from ihs_store.store import create
from ihs_store.writing import row_of

MAC = b"m" * 32


class Store:
    """A store's file, its key file, and somebody who can write both."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key_file = path.with_name("key")

    @property
    def kek(self) -> bytes:
        return read_key_file(self.key_file)

    def copied(self, folder: Path) -> "Store":
        for kept in (self.path, self.key_file):
            shutil.copy2(kept, folder / kept.name)
        return Store(folder / self.path.name)

    def do(self, *statements: str | tuple) -> None:
        """What an insider does: no trigger and no check stands in the way."""
        with self.insider() as database:
            for statement in statements:
                database.execute(*((statement,) if isinstance(statement, str) else statement))

    def insider(self):
        database = sqlite3.connect(self.path, isolation_level=None)
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("PRAGMA synchronous = OFF")
        for (trigger,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        return closing(database)

    def all(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(sql).fetchall()

    def rebuild(self, *, mac: bytes | None = MAC, chain: bool = True) -> None:
        """Make everything anew over the rows as they are now: positions, versions, leaves, receipts and tree.

        A careless insider leaves out what was asked, or what chains a stream's leaves.
        """
        with self.insider() as database:
            database.row_factory = sqlite3.Row
            rows = [row_of(r) for r in database.execute(f"SELECT {', '.join(COLUMNS)} FROM records ORDER BY position")]
            keys = {}
            for position, id_, *key in database.execute("SELECT * FROM keys WHERE position > 0").fetchall():
                stream, version = next(((r.stream, r.version) for r in rows if r.position == position), ("", 0))
                keys[narrative_key(stream, version, id_[1:]) if id_.startswith("/") else id_] = key
            database.execute("DELETE FROM records")
            database.execute("DELETE FROM keys WHERE position > 0")
            ends, leaves, numbers = {}, [], {}
            for position, row in enumerate(rows, 1):
                version, previous = ends.get(row.stream, (0, b""))
                made = {id_: keys.pop(key) for id_, key in zip(kept(row), row.keys, strict=True) if key in keys}
                here = [(position, id_, *key) for id_, key in made.items()]
                database.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", here)
                number = numbers[row.command] = numbers.get(row.command, 0) + 1 if row.command else 0
                asked = mac if number == 1 else None
                sealed = read_back(written(row.sealed, row.stream, row.version), row.stream, version + 1)
                anew = row._replace(position=position, version=version + 1, number=number, asked=asked, sealed=sealed)
                anew = chained(anew, previous if chain else b"", LIVE, [(id_, said) for id_, (_, said) in made.items()])
                ends[row.stream] = (version + 1, anew.leaf)
                leaves.append(anew.leaf)
                rows[position - 1] = anew
            marks = ", ".join("?" * len(COLUMNS))
            database.executemany(f"INSERT INTO records({', '.join(COLUMNS)}) VALUES ({marks})", map(_columns, rows))
            self._rebuild_receipts(database, rows)
            tree = Frontier().grown(leaves)
            database.execute("UPDATE ledger SET size = ?, frontier = ?", (tree.size, tree.to_bytes()))

    def _rebuild_receipts(self, database, rows) -> None:
        database.execute("DELETE FROM receipts")
        for command, of_command in groupby(rows, key=lambda row: row.command):
            positions = [row.position for row in of_command]
            if command:
                receipt = event_id(command, 1), positions[0], len(positions)
                database.execute("INSERT INTO receipts VALUES (?, ?, ?)", receipt)


def kept(row) -> list[str]:
    """The ids of the keys of a record's sealed parts, as the record keeps them."""
    return [kept_id(row.stream, row.version, key) for key in row.keys]


def _columns(row) -> tuple:
    salted = row.open.salt + row.open.content if isinstance(row.open, Part) else None
    emptied = row.open.digest if isinstance(row.open, Emptied) else None
    return (*row[:17], row.leaf, row.checks, emptied, salted, written(row.sealed, row.stream, row.version))


def draft(stream: str, version: int, **told) -> Draft:
    said = {"name": "ThreatIdentified.v1", "day": "2015-01-09", "actor": "w-12", "role": "practitioner"}
    return Draft(stream, version, **{"open": b'{"kind":"T1"}', **said, **told})


def fill(path: Path) -> None:
    """Records alone and several by one command, sealed and not, one emptied and a key destroyed by order."""
    key_file = path.with_name("key")
    create_key_file(key_file)
    with closing(create(str(path), keys=first_keys(read_key_file(key_file)))) as store:
        ring = KeyRing(read_key_file(key_file), store.key)

        def sealed(stream, version, *keys):
            sealing = ring.sealing()
            parts = tuple((key, sealing.seal(key, b"place", b"Made up.")) for key in keys)
            return draft(stream, version, sealed=parts, occurred="2015-01-09T15:00:00-07:00"), sealing.new_keys

        def put(command, *drafts, keys=()):
            store.append(drafts, command=Command(command, MAC), keys=keys)

        put("c1", draft("case/a", 1))
        one, keys = sealed("case/a", 2, "person/p1", "narrative/case/a/2/words")
        put("c2", one, draft("case/b", 1, correlation="x", causation="y", edition="e"), keys=keys)
        put("c3", draft("case/b", 2, open=b'{"kind":"T2"}'), draft("case/b", 3), draft("agency/g", 1, open=None))
        one, keys = sealed("case/b", 4, "person/p1", "person/p2")
        put("c4", one, keys=keys)
        put("c5", draft("case/b", 5, name="EntryExpunged.v1", open=b'{"entry":2,"order":"o","ordered_by":"j"}'))
        put("c6", draft("case/a", 3, target=1))
        store.append([draft("system", 1)])
        one, keys = sealed("case/a", 4, "person/p3")
        put("c7", one, keys=keys)
        put("c8", draft("person/p3", 1, name="PersonErased.v1", open=b'{"order":"o","person":"p3"}'))
    Store(path).do("UPDATE keys SET wrapped = NULL WHERE id = 'person/p3'")
    empty(Store(path), 4)


def empty(store: Store, position: int) -> None:
    """Empty an open part, as an order has it done."""
    [(salted,)] = store.all(f"SELECT open FROM records WHERE position = {position}")
    said = sha256(salted).digest()
    store.do(("UPDATE records SET open = NULL, emptied = ? WHERE position = ?", (said, position)))
