"""Erases a person of a store, and is killed at the step that is named: as the machine might be."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from ihs_cases import Cases
from ihs_cases.erasing import OfPerson
from ihs_domain.roles import Actor, Role
from ihs_store import key_files
from ihs_store.change import Change


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(act):
    def then_die(*given, **named):
        act(*given, **named)
        die()

    return then_die


address, now, step = sys.argv[1:]
cases = Cases.open(address)
match step:
    case "before the new key file":
        os.pwrite = die
    case "before the commit":
        Change.make = after(Change.make)
    case "after the commit":
        key_files._moved = die
    case "before the old file goes":
        Path.replace = after(Path.replace)
at = datetime.fromisoformat(now)
said = {"order": "erase-15-4", "actor": Actor("s-9", Role.SUPERVISOR), "occurred": at.date(), "command_id": "erase-1"}
cases.erasing.erase(OfPerson("p-1"), **said, recorded_at=at)
