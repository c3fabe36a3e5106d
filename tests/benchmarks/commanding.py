"""Whole commands and loads of cases: ours as an embedder asks, the library's as its documentation has it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Final

import library_cases
from appending import CALLERS, CONTACT, FIELDS, WHOM, Timed, by_callers, by_tasks, on_sqlite
from attrs import frozen
from rehearsal import ASKED, UTAH, WORKER

from ihs_cases.awaiting import AsyncCases
from ihs_cases.cases import Cases
from ihs_cases.standing import Streams
from ihs_domain.case import fold
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.terms import PersonId

FAMILY: Final = (ASKED, *(PersonJoined(PersonId(person), Relation.CHILD) for person in WHOM))


@frozen
class Ours:
    """Cases in a store of ours; each is a family with contacts, as many entries long as is asked."""

    cases: Cases
    numbers: Iterator[int]

    def begun(self, length: int) -> str:
        """A new case of so many entries."""
        case = f"k{next(self.numbers)}"
        for event in FAMILY:
            self._record(case, event)
        self.go_on(case, length - len(FAMILY))
        return case

    def go_on(self, case: str, times: int) -> None:
        """So many commands, each decided and durable before the next."""
        for _ in range(times):
            self._record(case, CONTACT)

    def awaited(self) -> Timed:
        """As many commands by 32 tasks, each in a case of its own, which are new each time and have thirty entries."""
        together, begun = AsyncCases(self.cases), [self.begun(30) for _ in range(CALLERS)]

        async def go_on(caller: int, times: int) -> None:
            for _ in range(times):
                await together.record(CONTACT, **self._said(begun[caller]))

        return by_tasks(go_on)

    def load(self, case: str, times: int) -> None:
        """Read and fold it from the store, as if never read before."""
        for _ in range(times):
            fold(Streams(self.cases.store).history(f"case/{case}"))

    def load_again(self, case: str, times: int) -> None:
        """Ask for it as an embedder does who asked before: only what is new is read."""
        for _ in range(times):
            self.cases.get(case)

    def _record(self, case: str, event: object) -> None:
        self.cases.record(event, **self._said(case))

    def _said(self, case: str) -> dict[str, Any]:
        return {"case_id": case, "actor": WORKER, "occurred": date(2015, 1, 9), "command_id": f"c{next(self.numbers)}"}


@frozen
class Theirs:
    """The same cases kept by the library."""

    application: library_cases.Cases

    def begun(self, length: int) -> library_cases.Case:
        case = library_cases.Case("us-ut")
        for _ in range(length - 1):
            case.contact_made(**FIELDS)
        self.application.save(case)
        return case

    def go_on(self, begun: library_cases.Case, times: int) -> None:
        for _ in range(times):
            case = self.application.repository.get(begun.id)
            case.contact_made(**FIELDS)
            self.application.save(case)

    def by_threads(self, callers: int) -> Timed:
        """As many commands by so many threads, each in a case of its own, of thirty entries."""
        begun = [self.begun(30) for _ in range(callers)]
        return by_callers(lambda caller, times: self.go_on(begun[caller], times), callers)

    def load(self, begun: library_cases.Case, times: int) -> None:
        for _ in range(times):
            self.application.repository.get(begun.id)


@contextmanager
def both(folder: Path) -> Iterator[tuple[Ours, Theirs]]:
    """A store of each in a folder."""
    folder.mkdir(exist_ok=True)
    with Cases.create(str(folder / "cases.db"), rules=UTAH) as cases, on_sqlite(folder / "library.db") as library:
        yield Ours(cases, count()), Theirs(library)
