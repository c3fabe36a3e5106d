"""Editions: dated tables that say which gate, finding and duty rests on which clause."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.acting import by_a_supervisor, by_a_supervisor_in_person
from ihs_domain.agencies import OnCallCovered
from ihs_domain.approving import (
    ApprovalGranted,
    ApprovalReturned,
    ExceptionGranted,
    another_persons_entry,
    entry_stands,
)
from ihs_domain.assessing import RiskOverridden, a_risk_assessment_is_overridden
from ihs_domain.assigning import DesigneeNamed
from ihs_domain.case import EVENTS, Case
from ihs_domain.closing import CaseReopened, case_is_closed, case_is_open
from ihs_domain.contacting import ReducedContactApproved
from ihs_domain.days import days_after, days_before
from ihs_domain.duties import DutyRule
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry
from ihs_domain.opening import CaseOpened, case_is_not_open_yet
from ihs_domain.persons import IdentificationWithdrawn, PersonIdentified
from ihs_domain.planning import PlanAgreed, PlanFinalised, SupervisorAgreed, plan_is_drafted
from ihs_domain.requesting import ServicesAccepted, ServicesDenied
from ihs_domain.rules import Rule
from ihs_domain.serving import ReferralSent, a_basis_covers_the_referral
from ihs_domain.terms import Decision, Jurisdiction
from ihs_domain.working_days import WorkingDays

GateRow = tuple[Gate, *tuple[Rule, ...]]
GateTable = Mapping[type, tuple[GateRow, ...]]
DutyRow = tuple[DutyRule, *tuple[Rule, ...]]

ALWAYS: Final[GateTable] = {
    ApprovalGranted: ((by_a_supervisor,), (entry_stands,), (another_persons_entry,)),
    ApprovalReturned: ((by_a_supervisor,),),
    ExceptionGranted: ((by_a_supervisor,),),
    ReducedContactApproved: ((by_a_supervisor,),),
    DesigneeNamed: ((by_a_supervisor_in_person,),),
    CaseOpened: ((case_is_not_open_yet,),),
    CaseReopened: ((case_is_closed,),),
    PlanAgreed: ((plan_is_drafted,),),
    SupervisorAgreed: ((plan_is_drafted,), (by_a_supervisor,)),
    PlanFinalised: ((plan_is_drafted,),),
    ReferralSent: ((a_basis_covers_the_referral,),),
    RiskOverridden: ((a_risk_assessment_is_overridden,),),
}
"""What the state of a case itself forbids, whatever the edition; one that has a clause for it cites that instead."""

WHENEVER: Final = (
    *(ServicesAccepted, ServicesDenied, CaseOpened, CaseReopened),
    *(ApprovalGranted, ApprovalReturned, DesigneeNamed),
    *(PersonIdentified, IdentificationWithdrawn),
)
"""The decisions that do not need an open case: those that begin one, a supervisor's review of what was done, and who
is who.
"""


@frozen
class Edition:
    """One ruleset as in force from one day.

    *gates* refuse decisions and find in happenings; *finds* only find; *duties* say what falls due, *after_closing*
    what falls due because the case was closed; *records* which events put on record what a clause asks or allows.
    A *practice* is no rule but is kept beside one: it has duties and findings, and never refuses.
    *in_force_until* is the last day it is known to be in force (None: no end is known).
    *zone* is the time zone of the jurisdiction's calendar, *working_days* its weekends and holidays, where on file.
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

    @property
    def id(self) -> str:
        """Ruleset and first day: `utah-r512-100@2010-10-08`."""
        return f"{self.ruleset}@{self.in_force_from}"

    def covers(self, day: date) -> bool:
        """Whether it is in force on *day*."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)

    def before(self, cls: type) -> tuple[GateRow, ...]:
        """The gates that stand before events of a class: of the case's own state, and of this edition."""
        own = self.gates.get(cls, ())
        cited = {gate for gate, *_ in own}
        state = tuple(row for row in ALWAYS.get(cls, ()) if row[0] not in cited)
        needs_a_case = issubclass(cls, Decision) and not issubclass(cls, WHENEVER)
        return (*([(case_is_open,)] if needs_a_case else []), *state, *own)

    def objections(self, case: Case, entry: Entry[Any]) -> Iterator[Objection]:
        """All that stands before *entry*, of the case's own state and of this edition."""
        yield from self.asked(self.before(type(entry.event)), case, entry)

    def findings(self, case: Case, entry: Entry[Any]) -> Iterator[Objection]:
        """What is found in *entry* besides, and never refuses it."""
        yield from self.asked(self.finds.get(type(entry.event), ()), case, entry)

    def judges(self, cls: type) -> bool:
        """Whether anything can be found in entries of this class."""
        return issubclass(cls, Decision) or cls in self.gates or cls in self.finds

    def asked(self, rows: Iterable[GateRow], case: Case, entry: Entry[Any]) -> Iterable[Objection]:
        """The objections of the gates in *rows*, each with the clauses it rests on."""
        for gate, *rules in rows:
            objection = gate(case, entry)
            if objection is not None:
                yield evolve(objection, rules=tuple(rules), edition=self.id if rules else "")


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


class BadEdition(ValueError):
    """A rule book does not hold together: says which edition, in which of its tables and at what, and why.

    Where the edition comes from a plugin, the file that defines it stands before that.
    """


def _in_order(editions: Iterable[Edition]) -> tuple[Edition, ...]:
    known = tuple(editions)
    for edition in known:
        _has_days(edition)
    return tuple(sorted(known, key=lambda e: (e.ruleset, e.in_force_from)))


def _has_days(edition: Edition) -> None:
    """An instant is no day, though Python takes it for one until the two are compared."""
    days = {"in_force_from": edition.in_force_from, "in_force_until": edition.in_force_until or date.max}
    for name, day in days.items():
        if type(day) is not date:
            raise BadEdition(f"{edition.ruleset}: {name}: it is no day: give a date")


@frozen
class RuleBook:
    """All editions at hand, by jurisdiction and ruleset. A jurisdiction has one edition of its rules a day at most."""

    editions: tuple[Edition, ...] = field(converter=_in_order)

    def __attrs_post_init__(self) -> None:
        for edition in self.editions:
            _holds_together(edition)
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
        here = (e for e in self.editions if e.jurisdiction == jurisdiction and e.practice is practice)
        return tuple(sorted(here, key=lambda e: e.in_force_from))

    def law(self, jurisdiction: Jurisdiction | None) -> Law:
        """The law of a jurisdiction. A day without an edition on file is judged by an empty one that says so."""
        editions = self.of(jurisdiction)
        zone = editions[0].zone if editions else "UTC"
        nothing = Edition("no edition on file", jurisdiction or Jurisdiction("none"), zone, date.min)

        def until_the_next(day: date) -> Edition:
            following = next((e.in_force_from for e in editions if e.in_force_from > day), None)
            return evolve(nothing, in_force_until=following and days_before(following, 1))

        return lambda day: next((e for e in editions if e.covers(day)), None) or until_the_next(day)

    def edition(self, id_: str) -> Edition:
        """The edition of that id. Raises KeyError with those there are."""
        found = next((e for e in self.editions if e.id == id_), None)
        if found is None:
            msg = f"no edition {id_}; there are: {', '.join(e.id for e in self.editions)}"
            raise KeyError(msg)
        return found

    def zone(self, jurisdiction: Jurisdiction | None) -> str | None:
        """The time zone of a jurisdiction's calendar, None where no edition is at hand."""
        return next((e.zone for e in self.of(jurisdiction)), None)

    def working_days(self, jurisdiction: Jurisdiction | None, on: date) -> WorkingDays | None:
        """By which calendar working days are counted on a day, None where none is on file."""
        return next((e.working_days for e in self.of(jurisdiction) if e.covers(on)), None)


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


TABLES: Final = {"gates": EVENTS, "finds": EVENTS, "records": (*EVENTS, OnCallCovered)}
"""The events that each table of an edition may name. Being on call is on the agency's own stream: no gate sees it."""


def _holds_together(edition: Edition) -> None:
    if edition.in_force_until is not None and edition.in_force_until < edition.in_force_from:
        raise BadEdition(
            f"{edition.id}: in_force_until: {edition.in_force_until} is before its first day: end it later"
        )
    if edition.practice and edition.gates:
        raise BadEdition(f"{edition.id}: gates: a practice never refuses: put them in finds")
    for place, row in _rows(edition):
        if not _is_a_row(row):
            raise BadEdition(f"{edition.id}: {place}: a row is a gate or a duty and its rules: ((gate, RULE),)")
    for table, known in TABLES.items():
        for cls in getattr(edition, table):
            if cls not in known:
                raise BadEdition(
                    f"{edition.id}: {table}[{_name(cls)}]: it is no event of a case: name one of the vocabulary"
                )
    _cites_its_register(edition)


def _is_a_row(row: Any) -> bool:
    return isinstance(row, tuple) and row != () and callable(row[0]) and all(isinstance(rule, Rule) for rule in row[1:])


def _cites_its_register(edition: Edition) -> None:
    cites = [rule.cite for rule in edition.rules]
    twice = next((cite for cite in cites if cites.count(cite) > 1), None)
    if twice is not None:
        raise BadEdition(f"{edition.id}: rules: {twice} stands there twice: cite each clause once")
    for place, rules in _resting(edition):
        for rule in rules:
            if rule not in edition.rules:
                raise BadEdition(
                    f"{edition.id}: {place}: it cites {rule.cite}, which its register does not hold: add it to rules"
                )


def _name(cls: object) -> str:
    return str(getattr(cls, "__name__", cls))


def _rows(edition: Edition) -> Iterator[tuple[str, Any]]:
    """Every row of a gate or a duty, with the table it stands in and, of a gate, the event it stands at."""
    tables: Mapping[str, GateTable] = {"gates": edition.gates, "finds": edition.finds}
    for name, table in tables.items():
        for cls, rows in table.items():
            yield from ((f"{name}[{_name(cls)}]", row) for row in rows)
    for name, owed in {"duties": edition.duties, "after_closing": edition.after_closing}.items():
        yield from ((name, row) for row in owed)


def _resting(edition: Edition) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    """Every place in the tables of *edition*, with the rules it rests on."""
    yield from ((place, tuple(row[1:])) for place, row in _rows(edition))
    yield from ((f"records[{_name(cls)}]", rules) for cls, rules in edition.records.items())


def cited(edition: Edition) -> Iterator[Rule]:
    """Every rule that a table of *edition* rests on."""
    for _place, rules in _resting(edition):
        yield from rules
