"""Plays a diary of JSONL lines through the core alone: no store, a list for the record."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, field

from ihs_cases.instruments import installed
from ihs_domain.editions import Law
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.judge import Finding, decide
from ihs_domain.roles import Actor, Role
from ihs_domain.scoring import compute
from ihs_domain.terms import ActorId, Computing
from ihs_record.reading import read_said

DENVER = ZoneInfo("America/Denver")


def lines(name: str) -> list[dict[str, Any]]:
    """The lines of a diary that ships with the command line."""
    text = resources.files("ihs_cli").joinpath(f"{name}.jsonl").read_text()
    return [json.loads(line) for line in text.split("\n") if line]


@define
class Diary:
    """What came of a diary: the record, the refusals by line id, the findings on recording."""

    law: Law
    record: list[Entry[Any]] = field(factory=list)
    refused: dict[str, Refused] = field(factory=dict)
    findings: list[Finding] = field(factory=list)

    def play(self, said: Iterable[dict[str, Any]]) -> "Diary":
        for line in said:
            try:
                self.take(proposal(line, len(self.record) + 1))
            except Refused as refused:
                self.refused[line["id"]] = refused
        return self

    def take(self, said: Entry[Any]) -> None:
        if isinstance(said.event, Computing):
            said = said._replace(event=compute(said.event, said.day, self.history(), installed()))
        edition = self.law(said.day)
        entry = said._replace(edition=edition.id if edition.rules else "")
        self.findings += decide(entry, self.history(), self.law)
        self.record.append(entry)

    def history(self, as_at: date | None = None, as_of: date | None = None) -> History:
        return effective(self.record, self.position(as_at), as_of)

    def position(self, as_at: date | None) -> int | None:
        """The last position put on record by the end of the local day *as_at*."""
        if as_at is None:
            return None
        end = datetime.combine(as_at, time.max, DENVER)
        return max((e.position for e in self.record if e.recorded_at is not None and e.recorded_at <= end), default=0)


def proposal(line: dict[str, Any], version: int) -> Entry[Any]:
    """A diary line as an entry that would be recorded at *version*."""
    occurred = datetime.fromisoformat(line["occurred"])
    return Entry(
        read_said(line["record"], line["with"]),
        occurred.astimezone(DENVER).date(),
        version,
        Actor(ActorId(line["actor"]), Role(line["role"])),
        occurred,
        datetime.fromisoformat(line["recorded_at"]),
        version,
        command=line["id"],
    )
