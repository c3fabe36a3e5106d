"""Editions: dated tables that say which gate, finding and duty rests on which clause."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.acting import by_a_supervisor, by_a_supervisor_in_person, only_by
from ihs_domain.approving import (
    ApprovalGranted,
    ApprovalReturned,
    ExceptionGranted,
    another_persons_entry,
    entry_stands,
)
from ihs_domain.assessing import RiskOverridden, a_risk_assessment_is_overridden
from ihs_domain.assigning import DesigneeNamed, somebody_else_is_named
from ihs_domain.case import Case
from ihs_domain.closing import CaseReopened, case_is_closed, case_is_open
from ihs_domain.contacting import ReducedContactApproved
from ihs_domain.days import days_after, days_before
from ihs_domain.duties import DutyRule
from ihs_domain.edition_checks import BadEdition, held_together, resting
from ihs_domain.erasing import (
    DESTROYING,
    CaseDisposed,
    DisposalProposed,
    ExpungingProposed,
    IdentityErased,
    by_who_may_erase,
    no_hold_stands,
    somebody_else_proposed_it,
)
from ihs_domain.gates import Gate, Objection, lasts_from_its_day_until
from ihs_domain.history import Entry
from ihs_domain.household import VictimSubstantiated, a_child_is_substantiated
from ihs_domain.opening import CaseOpened, case_is_not_open_yet
from ihs_domain.persons import IdentificationWithdrawn, PersonIdentified
from ihs_domain.planning import PlanAgreed, PlanFinalised, SupervisorAgreed, plan_is_drafted
from ihs_domain.requesting import ServicesAccepted, ServicesDenied
from ihs_domain.restricting import (
    BY_ORDER,
    MAY_KEEP,
    AccessRestricted,
    EntryExpunged,
    HoldLifted,
    HoldPlaced,
    NarrativeRedacted,
    RecordSealed,
    RecordUnsealed,
    RestrictionLifted,
    it_is_kept_from_them,
    it_stands,
    it_stands_not_yet,
)
from ihs_domain.rules import Rule
from ihs_domain.safety import SafetyPlanAgreed, SafetyPlanRevised
from ihs_domain.serving import ReferralSent, a_basis_covers_the_referral
from ihs_domain.terms import Decision, Jurisdiction
from ihs_domain.waiving import a_duty_rests_on_its_clause
from ihs_domain.working_days import WorkingDays

GateRow = tuple[Gate, *tuple[Rule, ...]]
GateTable = Mapping[type, tuple[GateRow, ...]]
DutyRow = tuple[DutyRule, *tuple[Rule, ...]]

lasts_until: Final = lasts_from_its_day_until("until")
lasts_until_it_expires: Final = lasts_from_its_day_until("expires_on")

by_order: Final = only_by(*BY_ORDER)
"""A gate: what stands on the word of a court or of counsel is put on record by those who act on it."""

by_who_may_keep: Final = only_by(*MAY_KEEP)
"""A gate: an entry is kept from somebody by those who work with the family, or act on an order."""

ALWAYS: Final[GateTable] = {
    ApprovalGranted: ((by_a_supervisor,), (entry_stands,), (another_persons_entry,)),
    ApprovalReturned: ((by_a_supervisor,),),
    ExceptionGranted: ((by_a_supervisor,), (lasts_until,)),
    ReducedContactApproved: ((by_a_supervisor,), (lasts_until,)),
    DesigneeNamed: ((by_a_supervisor_in_person,), (somebody_else_is_named,), (lasts_until,)),
    SafetyPlanAgreed: ((lasts_until_it_expires,),),
    SafetyPlanRevised: ((lasts_until_it_expires,),),
    CaseOpened: ((case_is_not_open_yet,),),
    CaseReopened: ((case_is_closed,),),
    VictimSubstantiated: ((a_child_is_substantiated,),),
    PlanAgreed: ((plan_is_drafted,),),
    SupervisorAgreed: ((plan_is_drafted,), (by_a_supervisor,)),
    PlanFinalised: ((plan_is_drafted,),),
    ReferralSent: ((a_basis_covers_the_referral,),),
    RiskOverridden: ((a_risk_assessment_is_overridden,),),
    **dict.fromkeys((HoldPlaced, RecordSealed), ((by_order,), (it_stands_not_yet,))),
    **dict.fromkeys((HoldLifted, RecordUnsealed), ((by_order,), (it_stands,))),
    AccessRestricted: ((by_who_may_keep,),),
    RestrictionLifted: ((by_order,), (it_is_kept_from_them,)),
    **dict.fromkeys(
        (EntryExpunged, NarrativeRedacted, CaseDisposed),
        ((by_who_may_erase,), (no_hold_stands,), (somebody_else_proposed_it,)),
    ),
    IdentityErased: ((by_who_may_erase,), (no_hold_stands,)),
}
"""What the state of a case itself forbids, whatever the edition; one that has a clause for it cites that instead.

It refuses a decision, and is only found in what happened.
"""

WHENEVER: Final = (
    *(ServicesAccepted, ServicesDenied, CaseOpened, CaseReopened),
    *(ApprovalGranted, ApprovalReturned, DesigneeNamed),
    *(PersonIdentified, IdentificationWithdrawn),
    *(ExpungingProposed, DisposalProposed, *DESTROYING),
)
"""The decisions that do not need an open case: those that begin one, a supervisor's review of what was done, who is
who, and what an order has destroyed.
"""


DAYS_REMEMBERED: Final = 10_000
"""Of how many days a law remembers the edition: of more than anybody's cases have between them."""

UNASKED: Final = "this rule could not be asked, for it fails with"
MEND: Final = "have whoever keeps that edition put it right"


@frozen
class Edition:
    """One ruleset as in force from one day.

    *gates* refuse decisions and find in happenings; *finds* only find; *duties* say what falls due, *after_closing*
    what falls due because the case was closed; *records* which events put on record what a clause asks or allows.
    A *practice* is no rule but is kept beside one: it has duties and findings, and never refuses.
    *in_force_until* is the last day it is known to be in force (None: no end is known).
    *zone* is the time zone of the jurisdiction's calendar, *working_days* its weekends and holidays, *retention_years*
    for how long a case is kept from its closing on, each where on file.
    *beside* are the other editions and practices of the jurisdiction, where it comes out of a rule book.
    """

    ruleset: str
    jurisdiction: Jurisdiction
    zone: str
    in_force_from: date
    in_force_until: date | None = None
    rules: tuple[Rule, ...] = ()
    gates: GateTable = field(factory=dict)
    finds: GateTable = field(factory=dict)
    duties: tuple[DutyRow, ...] = ()
    after_closing: tuple[DutyRow, ...] = ()
    records: Mapping[type, tuple[Rule, ...]] = field(factory=dict)
    practice: bool = False
    working_days: WorkingDays | None = None
    retention_years: int | None = None
    beside: tuple["Edition", ...] = field(default=(), eq=False, repr=False)

    @cached_property
    def id(self) -> str:
        """Ruleset and first day: `utah-r512-100@2010-10-08`."""
        return f"{self.ruleset}@{self.in_force_from}"

    def covers(self, day: date) -> bool:
        """Whether it is in force on *day*."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)

    def before(self, cls: type) -> tuple[GateRow, ...]:
        """The gates that stand before events of a class: of the case's own state, and of this edition."""
        if cls not in self._before:
            self._before[cls] = self._standing_before(cls)
        return self._before[cls]

    @cached_property
    def _before(self) -> dict[type, tuple[GateRow, ...]]:
        return {}

    def _standing_before(self, cls: type) -> tuple[GateRow, ...]:
        own = self.gates.get(cls, ())
        cited = {gate for gate, *_ in own}
        state = tuple(row for row in ALWAYS.get(cls, ()) if row[0] not in cited)
        needs_a_case = issubclass(cls, Decision) and not issubclass(cls, WHENEVER)
        waives = [(a_duty_rests_on_its_clause(self.owing),)] if cls is ExceptionGranted else []
        return (*([(case_is_open,)] if needs_a_case else []), *state, *waives, *own)

    def owing(self, first: date, last: date) -> tuple[str, ...]:
        """The clauses on which a duty rests, in this edition and in what is in force beside it on some of these days.

        A practice asks, and is waived, like a rule; what begins later can be waived ahead.
        """
        beside = (e for e in self.beside if e.in_force_until is None or first <= e.in_force_until)
        begun = (e for e in beside if e.in_force_from <= first or e.in_force_from <= last)
        rows = (row for e in (self, *begun) for row in (*e.duties, *e.after_closing))
        return tuple(dict.fromkeys(rule.cite for _, *rules in rows for rule in rules))

    def objections(self, case: Case, entry: Entry[Any]) -> Iterator[Objection]:
        """All that stands before *entry*, of the case's own state and of this edition."""
        yield from self.asked(self.before(type(entry.event)), case, entry)

    def findings(self, case: Case, entry: Entry[Any]) -> Iterator[Objection]:
        """What is found in *entry* besides, and never refuses it."""
        yield from self.asked(self.finds.get(type(entry.event), ()), case, entry)

    def judges(self, cls: type) -> bool:
        """Whether anything can be found in entries of this class."""
        return issubclass(cls, Decision) or cls in ALWAYS or cls in self.gates or cls in self.finds

    def asked(self, rows: Iterable[GateRow], case: Case, entry: Entry[Any]) -> Iterator[Objection]:
        """The objections of the gates in *rows*, each with the clauses it rests on.

        A gate that fails objects: nobody knows what it would have said, and no happening may stay off the record for
        that. So a decision is refused with that reason, and in what happened it is found.
        """
        for row in rows:
            try:
                objection = self.ask(row, case, entry)
            except Exception as error:  # noqa: BLE001 - a gate of a plugin may fail in any way
                objection = self._resting_on(row, Objection(f"{UNASKED} {type(error).__name__}", MEND))
            if objection is not None:
                yield objection

    def ask(self, row: GateRow, case: Case, entry: Entry[Any]) -> Objection | None:
        """The objection of one gate; an error, should it fail."""
        objection = row[0](case, entry)
        return None if objection is None else self._resting_on(row, objection)

    def _resting_on(self, row: GateRow, objection: Objection) -> Objection:
        _, *rules = row
        return evolve(objection, rules=tuple(rules), edition=self.id if rules else "")


Law = Callable[[date], Edition]
"""The edition that judges an act of a day."""


def in_turn(law: Law, first: date, last: date) -> Iterator[tuple[Edition, date]]:
    """The editions that judge the days from *first* to *last*, each with the first day of its turn."""
    day: date | None = first
    while day is not None and day <= last:
        edition = law(day)
        yield edition, day
        until = edition.in_force_until
        day = None if until is None or until == date.max else days_after(max(until, day), 1)


def always(edition: Edition) -> Law:
    """What-if: every day judged by *edition*, as if it had always been in force."""
    timeless = evolve(edition, in_force_until=None)
    return lambda _day: timeless


def _in_order(editions: Iterable[Edition]) -> tuple[Edition, ...]:
    """By ruleset and first day; as text, for what is no day is told as such only afterwards."""
    return tuple(sorted(editions, key=lambda e: (str(e.ruleset), str(e.in_force_from))))


class EditionNotAtHand(KeyError):
    """No edition of that id is at hand. It names those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


@frozen
class RuleBook:
    """All editions at hand, by jurisdiction and ruleset. A jurisdiction has one edition of its rules a day at most."""

    editions: tuple[Edition, ...] = field(converter=_in_order)

    def __attrs_post_init__(self) -> None:
        for edition in self.editions:
            held_together(edition)
        for earlier, later in pairwise(self.editions):
            if earlier.ruleset == later.ruleset:
                _follow_each_other(earlier, later)
        for jurisdiction in dict.fromkeys(edition.jurisdiction for edition in self.editions):
            rules = self.of(jurisdiction)
            for earlier, later in pairwise(rules):
                _are_not_in_force_at_once(earlier, later)

    def of(self, jurisdiction: Jurisdiction | None) -> tuple[Edition, ...]:
        """The editions of one jurisdiction's rules, in order of their first day."""
        return self._of(jurisdiction, practice=False)

    def practices(self, jurisdiction: Jurisdiction | None) -> tuple[Edition, ...]:
        """What is kept in a jurisdiction beside its rules, in order of their first day."""
        return self._of(jurisdiction, practice=True)

    def _of(self, jurisdiction: Jurisdiction | None, *, practice: bool) -> tuple[Edition, ...]:
        return self._in_force_here.get((jurisdiction, practice), ())

    @cached_property
    def _in_force_here(self) -> dict[tuple[Jurisdiction | None, bool], tuple[Edition, ...]]:
        here: dict[tuple[Jurisdiction | None, bool], list[Edition]] = {}
        for edition in sorted(self.editions, key=lambda e: e.in_force_from):
            here.setdefault((edition.jurisdiction, edition.practice), []).append(edition)
        return {key: tuple(editions) for key, editions in here.items()}

    def law(self, jurisdiction: Jurisdiction | None) -> Law:
        """The law of a jurisdiction. A day without an edition on file is judged by an empty one that says so."""
        if jurisdiction not in self._laws:
            self._laws[jurisdiction] = self._law(jurisdiction)
        return self._laws[jurisdiction]

    @cached_property
    def _laws(self) -> dict[Jurisdiction | None, Law]:
        return {}

    def _law(self, jurisdiction: Jurisdiction | None) -> Law:
        every = (*self.of(jurisdiction), *self.practices(jurisdiction))
        editions = [evolve(e, beside=tuple(o for o in every if o is not e)) for e in self.of(jurisdiction)]
        zone = editions[0].zone if editions else "UTC"
        nothing = Edition("no edition on file", jurisdiction or Jurisdiction("none"), zone, date.min, beside=every)

        def until_the_next(day: date) -> Edition:
            following = next((e.in_force_from for e in editions if e.in_force_from > day), None)
            return evolve(nothing, in_force_until=following and days_before(following, 1))

        @lru_cache(maxsize=DAYS_REMEMBERED)
        def law(day: date) -> Edition:
            return next((e for e in editions if e.covers(day)), None) or until_the_next(day)

        return law

    def edition(self, id_: str) -> Edition:
        """The edition of that id. Raises EditionNotAtHand with those there are."""
        found = next((e for e in self.editions if e.id == id_), None)
        if found is None:
            raise EditionNotAtHand(f"no edition {id_}; there are: {', '.join(e.id for e in self.editions)}")
        return found

    def zone(self, jurisdiction: Jurisdiction | None) -> str | None:
        """The time zone of a jurisdiction's calendar, None where no edition is at hand."""
        return next((e.zone for e in self.of(jurisdiction)), None)

    def working_days(self, jurisdiction: Jurisdiction | None, on: date) -> WorkingDays | None:
        """By which calendar working days are counted on a day, None where none is on file."""
        return next((e.working_days for e in self.of(jurisdiction) if e.covers(on)), None)

    def retention_years(self, jurisdiction: Jurisdiction | None, on: date) -> int | None:
        """For how many years a case closed on a day is kept: by the last edition from before that says so."""
        said = (e for e in reversed(self.of(jurisdiction)) if e.in_force_from <= on)
        return next((e.retention_years for e in said if e.retention_years is not None), None)


def _follow_each_other(earlier: Edition, later: Edition) -> None:
    last = days_before(later.in_force_from, 1)
    if earlier.in_force_until != last:
        gap = earlier.in_force_until is not None and earlier.in_force_until < last
        wrong = "leave a gap" if gap else "overlap"
        raise BadEdition(f"{earlier.id} and {later.id} {wrong}: in_force_until of the earlier must be {last}")


def _are_not_in_force_at_once(earlier: Edition, later: Edition) -> None:
    if earlier.covers(later.in_force_from):
        both = f"{earlier.id} and {later.id} are both the rules of {earlier.jurisdiction} on {later.in_force_from}"
        raise BadEdition(f"{both}: end the one before the other, or make one a practice")


def cited(edition: Edition) -> Iterator[Rule]:
    """Every rule that a table of *edition* rests on."""
    for _place, rules in resting(edition):
        yield from rules
