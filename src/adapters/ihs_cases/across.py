"""Going through the cases that somebody may read, each read once: one that cannot be read stops no other."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial
from typing import Final, Generic, NamedTuple, TypeVar

from attrs import field, frozen

from ihs_cases.door import Allowed, Door, Shown
from ihs_cases.errors import CasesError, EditionMissing
from ihs_cases.law import law_of
from ihs_cases.unjudged import Unjudged, unjudged
from ihs_domain.access import Denial
from ihs_domain.assigning import assigning_on
from ihs_domain.closing import closed_on
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.history import History
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.judge import Finding
from ihs_domain.looking import Held, RecordViewed
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import DutyFails, duties
from ihs_domain.rescoring import findings
from ihs_domain.terms import ActorId, Jurisdiction
from ihs_store.errors import StoreDamaged, StoreError

T = TypeVar("T")

TOGETHER: Final = 100
"""As many cases are decided, and put on record as shown, in one append: what is held of them meanwhile is theirs."""
UNREADABLE: Final = "it cannot be read, nor who may read it: have whoever keeps the store run ihs audit verify"


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
        found = findings(history, law_of(self.rules, self.history, edition), self.instruments)
        return tuple(finding for finding in found if finding.day <= self.on)  # what amends an entry may come later

    def unjudged(self) -> Unjudged | None:
        """The entries by the day that no rule judged, since no edition is on file for theirs."""
        return unjudged(self.history.upto(self.on), self.rules)


@frozen
class Only:
    """Which cases are asked about: of a jurisdiction, of a region, of a worker assigned to them; else every case.

    It is data and no function: a function would see a case, and could tell of it, before that is on record.
    """

    jurisdiction: str | None = None
    region: str | None = None
    worker: str | None = None

    def means(self, reading: Reading) -> bool:
        """Whether a case is one of them."""
        return (
            self.jurisdiction in {None, reading.jurisdiction}
            and self.region in {None, reading.region}
            and (self.worker is None or self.worker in reading.workers)
        )


EVERY: Final = Only()


def _no_function(_: object, __: object, meant: object) -> None:
    if type(meant) is not Only:  # a class of one's own could look, and tell
        msg = "say which cases are meant by Only(region=...): what is no data would see them before that is on record"
        raise TypeError(msg)


@frozen
class Broken:
    """A case of which nothing can be said, and why; without its name where it cannot be told who may know of it."""

    case: str | None
    why: str


class LeftOut(Enum):
    """Why nothing is said of a case, and not even which it is."""

    NOT_MEANT = "it is not asked about"
    NOT_OPEN = "it may not be read"


@frozen
class Many(Generic[T]):
    """What is asked of many cases: each is decided and read once, and that they are shown is on record together."""

    door: Door
    ask: Callable[[Reading], T]
    shown: Shown
    meant: Only = field(default=EVERY, validator=_no_function)
    on: date | None = None

    def all(self) -> Iterator[T | Broken | LeftOut]:
        """Of every case in the store that may be read, some at a time. A denial is not put on record: none was named.

        Only what is wrong with one case is passed over: a store that cannot be asked is raised.
        """
        instruments = self.door.cases.recorder.loading.as_loaded()
        ids = self.door.cases.case_ids()
        for first in range(0, len(ids), TOGETHER):
            read: list[_Read | Broken | LeftOut] = []
            self.door.put(partial(self._decided, ids[first : first + TOGETHER], instruments, read))
            yield from (self._answer(one) for one in read)

    def named(self, case_ids: Iterable[str]) -> Iterator[T | Broken | LeftOut]:
        """Of each of these cases. Raises CaseNotOpen, and to who keeps the store UnknownCase."""
        instruments = self.door.cases.recorder.loading.as_loaded()
        for case in case_ids:
            try:
                allowed = self.door.allowed(case, self.shown)
            except StoreDamaged as error:
                yield Broken(case, str(error))
                continue
            reading = self._reading(allowed, instruments)
            yield self._answer(_Read(allowed, reading)) if self.meant.means(reading) else LeftOut.NOT_MEANT

    def _decided(
        self,
        ids: Iterable[str],
        instruments: InstrumentBook,
        read: list["_Read | Broken | LeftOut"],
        held: Held,
    ) -> tuple[list[RecordViewed], None]:
        """What is to be on record of these; what was read of them goes to *read*."""
        read[:] = [self._looked_at(case, instruments, held) for case in ids]
        return [self.door.viewed(one.allowed, self.shown) for one in read if isinstance(one, _Read)], None

    def _looked_at(self, case: str, instruments: InstrumentBook, held: Held) -> "_Read | Broken | LeftOut":
        try:
            allowed = self.door.decided(case, held, self.shown)
        except StoreDamaged as error:
            return Broken(case, str(error)) if self.door.is_keeper else Broken(None, UNREADABLE)
        if isinstance(allowed, Denial):
            return LeftOut.NOT_OPEN
        reading = self._reading(allowed, instruments)
        return _Read(allowed, reading) if self.meant.means(reading) else LeftOut.NOT_MEANT

    def _reading(self, allowed: Allowed, instruments: InstrumentBook) -> Reading:
        case, history = allowed.record, self.door.left_of(allowed, self.shown)
        on = self.on or datetime.now(UTC).astimezone(case.zone).date()
        return Reading(case.id, history, self.door.cases.rules, case.jurisdiction, on, instruments)

    def _answer(self, one: "_Read | Broken | LeftOut") -> T | Broken | LeftOut:
        if not isinstance(one, _Read):
            return one
        case = one.reading.case
        try:
            return self.ask(one.reading)
        except (StoreDamaged, EditionMissing, DutyFails) as error:
            return Broken(case, str(error))
        except (StoreError, CasesError):
            raise
        except Exception as error:  # noqa: BLE001 - a rule of a plugin may fail in any way, and its words may tell a name
            return Broken(case, f"what was asked of it fails with {type(error).__name__}")


class _Read(NamedTuple):
    """A case that may be shown, and what is asked of it."""

    allowed: Allowed
    reading: Reading
