"""Erasing one person from a store with many keys: destroying theirs, and wrapping all others under a new one."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appending import Desk
from rehearsal import SUPERVISOR, UTAH

from ihs_cases.cases import Cases
from ihs_cases.erasing import OfPerson
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId

AT_ONCE: Final = 500
OTHER: Final = Actor(ActorId("s-9"), Role.SUPERVISOR)


def erased_in(folder: Path, keys: int) -> float:
    """The seconds that it takes to erase a person among so many keys, with the rotation that goes with it."""
    today = datetime.now(UTC).date()
    with Cases.create(str(folder / "erase.db"), rules=UTAH) as cases:
        _fill(cases, keys)
        cases.register("p-1", actor=SUPERVISOR, occurred=today, command_id="r", name="Quirina Made-Up")
        asked = {"order": "order-1", "occurred": today}
        cases.erasing.propose(OfPerson("p-1"), **asked, ordered_by="judge-7", actor=SUPERVISOR, command_id="p")
        began = time.perf_counter()
        cases.erasing.erase(OfPerson("p-1"), **asked, actor=OTHER, command_id="e")
        return time.perf_counter() - began


def _fill(cases: Cases, keys: int) -> None:
    desk = Desk(cases.store)
    for first in range(0, keys, AT_ONCE):
        sealing = cases.ring.sealing()
        drafts = [desk.sealed(f"case/e{n}", 1, sealing) for n in range(first, min(first + AT_ONCE, keys))]
        cases.store.append(drafts, keys=sealing.new_keys)
