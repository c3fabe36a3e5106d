"""Going through the cases of a store, each read once: one that cannot be read is named, and stops no other."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from attrs import frozen

from ihs_cases.cases import Cases
from ihs_cases.errors import CasesError, EditionMissing
from ihs_cases.law import law_of
from ihs_cases.moments import AsAt
from ihs_cases.recording import jurisdiction_of
from ihs_domain.assigning import assigning_on
from ihs_domain.closing import closed_on
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.history import History
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.judge import Finding
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import DutyFails, duties
from ihs_domain.rescoring import findings
from ihs_domain.terms import ActorId, Jurisdiction
from ihs_store.errors import StoreDamaged, StoreError

T = TypeVar("T")


@frozen
class Reading:
    """One case as it was read, the rules it goes by, and the day it is asked about."""

    case: str
    history: History
    rules: RuleBook
    jurisdiction: Jurisdiction | None
    on: date
    instruments: InstrumentBook

    @property
    def region(self) -> str | None:
        """The region the case was opened in, None while it is not open."""
        opened = self.history.upto(self.on).last(CaseOpened)
        return opened and opened.event.region

    @property
    def worker(self) -> ActorId | None:
        """Who holds the case at the end of the day."""
        return assigning_on(self.history, self.on).case_manager

    @property
    def workers(self) -> frozenset[ActorId]:
        """Everybody assigned to the case at the end of the day."""
        return assigning_on(self.history, self.on).workers

    @property
    def closed(self) -> date | None:
        """The day the case was closed, if it is closed at the end of the day."""
        return closed_on(self.history.upto(self.on))

    def duties(self, edition: Edition | None = None) -> tuple[Duty, ...]:
        """What fell due by the day: see Cases.duties."""
        beside = self.rules.practices(self.jurisdiction) if edition is None else ()
        return duties(self.history, law_of(self.rules, self.history, edition), self.on, beside)

    def findings(self, edition: Edition | None = None) -> tuple[Finding, ...]:
        """What the entries by the day were found wanting in: see Cases.findings."""
        history = self.history.upto(self.on)
        return findings(history, law_of(self.rules, self.history, edition), self.instruments)


@frozen
class Broken:
    """A case of which nothing can be said, and why."""

    case: str
    why: str


def across(
    cases: Cases,
    ask: Callable[[Reading], T],
    *,
    among: Iterable[str] | None = None,
    on: date | None = None,
    as_at: AsAt = None,
) -> Iterator[T | Broken]:
    """What *ask* makes of each case, of all or of those named; *on* is today by the case's calendar if left out.

    Only what is wrong with one case is passed over: an unknown case, or a store that cannot be asked, is raised.
    """
    read = partial(_read, cases, on=on, as_at=as_at, instruments=cases.recorder.as_loaded())
    for case in cases.case_ids() if among is None else among:
        yield _asked(case, ask, read)


def _asked(case: str, ask: Callable[[Reading], T], read: Callable[[str], Reading]) -> T | Broken:
    try:
        return ask(read(case))
    except (StoreDamaged, EditionMissing, DutyFails) as error:
        return Broken(case, str(error))
    except (StoreError, CasesError):
        raise
    except Exception as error:  # noqa: BLE001 - a rule of a plugin may fail in any way, and its words may tell a name
        return Broken(case, f"a rule that was asked of it fails with {type(error).__name__}")


def _read(cases: Cases, case: str, *, on: date | None, as_at: AsAt, instruments: InstrumentBook) -> Reading:
    history = cases.history(case, as_at=as_at)
    jurisdiction = jurisdiction_of(history)
    zone = ZoneInfo(cases.rules.zone(jurisdiction) or "UTC")
    day = on or datetime.now(UTC).astimezone(zone).date()
    return Reading(case, history, cases.rules, jurisdiction, day, instruments)
