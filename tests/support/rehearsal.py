"""Plays a diary of JSONL lines into a real rehearsal store, and makes small cases for tests that need one."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from attrs import define, field
from diary import DENVER

from ihs_cases.cases import Cases
from ihs_cases.proposal import Receipt
from ihs_domain.case import fold
from ihs_domain.editions import Law, RuleBook
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History
from ihs_domain.judge import Finding
from ihs_domain.requesting import ServicesRequested, Source
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId
from ihs_record.reading import read_said
from ihs_utah_r512_100 import EDITIONS

WORKER = Actor(ActorId("w-12"), Role.PRACTITIONER)
SUPERVISOR = Actor(ActorId("s-3"), Role.SUPERVISOR)
ASKED = ServicesRequested("us-ut", Source.SCHOOL)
UTAH = RuleBook(EDITIONS)


@define
class Rehearsed:
    """What came of a diary in a store: asked the same questions as a diary played through the core alone."""

    cases: Cases
    case_id: str
    refused: dict[str, Refused] = field(factory=dict)
    findings: list[Finding] = field(factory=list)

    def play(self, said: Iterable[dict[str, Any]]) -> "Rehearsed":
        for line in said:
            try:
                self.findings += record_line(self.cases, line).findings
            except Refused as refused:
                self.refused[line["id"]] = refused
        return self

    @property
    def law(self) -> Law:
        return self.cases.rules.law(fold(self.history()).jurisdiction)

    @property
    def record(self) -> tuple[Entry[Any], ...]:
        return self.cases.history(self.case_id, opened=True).record

    def history(self, as_at: date | None = None, as_of: date | None = None) -> History:
        return self.cases.history(self.case_id, as_at=as_at, as_of=as_of)

    def position(self, as_at: date) -> int:
        return self.cases.store.position_at(datetime.combine(as_at, time.max, DENVER))


def record_line(cases: Cases, line: dict[str, Any]) -> Receipt:
    """Put one line of a diary on record."""
    return cases.record(
        read_said(line["record"], line["with"]),
        case_id=line.get("case"),
        agency_id=line.get("agency"),
        actor=Actor(ActorId(line["actor"]), Role(line["role"])),
        occurred=datetime.fromisoformat(line["occurred"]),
        command_id=line["id"],
        recorded_at=datetime.fromisoformat(line["recorded_at"]),
    )


def rehearsal(folder: Path, name: str = "rehearsal") -> Cases:
    """A new rehearsal store with Utah's editions."""
    return Cases.create(str(folder / f"{name}.db"), rules=UTAH, rehearsal=True)


def live(folder: Path, name: str = "live") -> Cases:
    """A new live store with Utah's editions."""
    return Cases.create(str(folder / f"{name}.db"), rules=UTAH)


@define
class Desk:
    """Records in one rehearsal store, each entry a minute after the one before on a day that only goes on."""

    cases: Cases
    now: datetime = datetime(2015, 1, 5, 9, tzinfo=DENVER)
    count: int = 0

    def on(self, month: int, day: int) -> "Desk":
        """It is now that day of 2015, if it is not later already."""
        self.now = max(self.now, datetime(2015, month, day, 9, tzinfo=DENVER))
        return self

    def put(self, event: Any, *, case: str | None = "k1", day: date | None = None, **more: Any) -> Receipt:
        """Put *event* on record in *case* now; *day* is that of the act, today unless given."""
        self.now += timedelta(minutes=1)
        self.count += 1
        said: dict[str, Any] = {
            "case_id": case,
            "actor": WORKER,
            "occurred": day or self.now.date(),
            "command_id": f"c{self.count}",
            "recorded_at": self.now,
            **more,
        }
        return self.cases.record(event, **said)
