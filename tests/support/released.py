"""Makes what a release is held to for ever: `.venv/bin/python tests/support/released.py VERSION`, once for each.

It leaves in tests/record/golden/VERSION a store with every event, its key file and a checkpoint of it, and the digest
of every golden line. Nothing there is ever changed again.
"""

import json
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, Desk

from ihs_cases.belonging import ON_ACCESS_STREAMS, ON_AGENCY_STREAMS, ON_PERSON_STREAMS
from ihs_cases.cases import Cases
from ihs_cases.erasing import OfEntry
from ihs_cases.rows import draft
from ihs_domain import system
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.history import Entry
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId, Version
from ihs_record.codec import encode
from ihs_record.reading import read_event
from ihs_store.port import Command

GOLDEN: Final = Path(__file__).parents[1] / "record" / "golden"
STORE, KEY_FILE, CHECKPOINT, DIGESTS = "cases.sqlite", "made-up.key", "checkpoint.txt", "lines.sha256"
MOTHER: Final = PersonJoined("mother", Relation.MOTHER, name="Quirina Made-Up")
VISIT: Final = ContactMade(ContactMode.HOME_VISIT, frozenset({"mother"}), words="Plainly invented: tea was had.")
OTHER: Final = Actor(ActorId("s-9"), Role.SUPERVISOR)
KINDS: Final = {"agency": ON_AGENCY_STREAMS, "person": ON_PERSON_STREAMS, "access": ON_ACCESS_STREAMS}


def lines() -> list[dict[str, Any]]:
    """The golden lines of today."""
    return [json.loads(line) for line in raw_lines()]


def raw_lines() -> list[bytes]:
    return (GOLDEN / "events.jsonl").read_bytes().splitlines()


def digests() -> list[str]:
    """One line for each golden line: its digest, and the stored name it is of."""
    return [f"{sha256(raw).hexdigest()}  {json.loads(raw)['stored']}" for raw in raw_lines()]


def said(line: dict[str, Any]) -> Any:
    return read_event(line["stored"].partition(".")[0], line["with"])


def stream_of(event: Any) -> str:
    """A stream of its kind that holds golden lines alone."""
    kind = next((kind for kind, classes in KINDS.items() if isinstance(event, classes)), "case")
    return "system" if type(event).__module__ == system.__name__ else f"{kind}/golden"


def _family(desk: Desk) -> None:
    """A case of which one entry was destroyed by order, and the words of another."""
    for event in (ASKED, MOTHER, VISIT, VISIT):
        desk.put(event)
    for by, target in enumerate((OfEntry("k1", Version(3)), OfEntry("k1", Version(4), words_alone=True)), 1):
        desk.now += timedelta(minutes=1)
        asked = {"order": "order-7", "occurred": desk.now.date(), "recorded_at": desk.now}
        desk.cases.erasing.propose(target, **asked, ordered_by="judge-7", actor=SUPERVISOR, command_id=f"propose-{by}")
        desk.cases.erasing.erase(target, **asked, actor=OTHER, command_id=f"erase-{by}")


def _golden(desk: Desk) -> None:
    """Every golden line, each on a stream of its kind, as it is recorded, whatever any rule would say of it."""
    for number, line in enumerate(lines(), 1):
        event = said(line)
        stream, sealing = stream_of(event), desk.cases.ring.sealing()
        version = len(desk.cases.store.stream(stream)) + 1
        desk.now += timedelta(minutes=1)
        entry: Entry[Any] = Entry(event, desk.now.date(), version, WORKER, desk.now)
        drafts = [draft(stream, entry, encode(event), sealing, None)]
        command = Command(f"golden-{number}", desk.cases.ring.mac(line["open"].encode()))
        desk.cases.store.append(drafts, command=command, recorded_at=desk.now, keys=sealing.new_keys)


def make(folder: Path) -> None:
    """Lay down what the software of today records, and its digests."""
    folder.mkdir()
    store, key_file = str(folder / STORE), folder / KEY_FILE
    with Cases.create(store, key_file=key_file, rules=UTAH, rehearsal=True, name="released") as cases:
        desk = Desk(cases)
        _family(desk)
        _golden(desk)
        (folder / CHECKPOINT).write_text(cases.checkpoint())
        cases.store.scour()
    (folder / DIGESTS).write_text("".join(f"{line}\n" for line in digests()))


def released() -> list[Path]:
    """What each release left."""
    return [folder for folder in sorted(GOLDEN.iterdir()) if folder.is_dir()]


if __name__ == "__main__":
    make(GOLDEN / sys.argv[1])
