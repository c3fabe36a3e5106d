"""What if another law had judged: what it would have refused, found or made late that the first did not, and back."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from ihs_domain.assigning import held_by
from ihs_domain.duties import Duty, State
from ihs_domain.editions import Edition, Law
from ihs_domain.history import History
from ihs_domain.judge import Verdict, verdicts
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.terms import CaseId


class Kind(StrEnum):
    """What a law can have against a case, or ask of it."""

    REFUSED = "refused"
    FOUND = "found"
    LATE = "late"
    UNMET = "unmet"
    OPEN = "open"


KINDS: Final[Mapping[State, Kind]] = {
    State.LATE: Kind.LATE,
    State.MET_LATE: Kind.LATE,
    State.UNMET: Kind.UNMET,
    State.OPEN: Kind.OPEN,
}
"""The states of a duty that matter to a change of the law: one that was met, waived or cut short asks for nothing."""


@frozen
class Matter:
    """One thing that a law has against a case, or asks of it: an entry refused or found wanting, or a duty not met.

    *about* are the things of the case it is about. Of an entry, *version*, *event* and *day* are the entry's; of a
    duty, *day* is since when it is owed. *worker* held the case then: on the entry's day, or when the duty was due.
    """

    kind: Kind
    case: CaseId
    says: str
    about: tuple[str, ...]
    cites: tuple[str, ...]
    edition: str
    day: date
    region: str | None
    worker: str | None
    version: int = 0
    event: str = ""
    due: date | None = None
    late_days: int = 0

    @property
    def itself(self) -> tuple[Any, ...]:
        """What makes it the same matter under another law: what is said of the same things, whatever clause says so."""
        return self.kind, self.case, self.version, self.says, self.about, self.due


class Change(StrEnum):
    """What another law does to a matter."""

    NEW = "new"
    GONE = "gone"
    SAME = "same"


@frozen
class Changed:
    """A matter, and whether it is there only by the other law, only by the first, or by both."""

    change: Change
    matter: Matter


def what_if(
    cases: Iterable[tuple[CaseId, History]], law: Law, other: Law, on: date, practices: Sequence[Edition] = ()
) -> Iterator[Changed]:
    """What *other* changes in each of *cases* as of the end of *on*, had it judged instead of *law*; case by case.

    Beside both stand the same *practices*, each while it was in force: it is the law that is supposed to be another.
    """
    for case, history in cases:
        known = history.upto(on)
        was, now = (matters(case, known, one, on, practices) for one in (law, other))
        yield from differences(was, now)


def matters(case: CaseId, known: History, law: Law, on: date, practices: Sequence[Edition] = ()) -> Iterator[Matter]:
    """All that *law*, and *practices* beside it, have against a case and ask of it, in order of acts and of tables."""
    opened = known.last(CaseOpened)
    region = opened and opened.event.region
    for verdict in verdicts(known, law):
        yield _of_entry(case, known, region, verdict)
    for duty in duties(known, law, on, practices):
        if duty.state in KINDS:
            yield _of_duty(case, known, region, duty, on)


def _of_entry(case: CaseId, known: History, region: str | None, verdict: Verdict) -> Matter:
    entry, objection = verdict.entry, verdict.objection
    return Matter(
        Kind.REFUSED if verdict.refused else Kind.FOUND,
        case,
        objection.says,
        objection.about,
        objection.cites,
        objection.edition,
        entry.day,
        region,
        held_by(known, entry.day),
        entry.version,
        type(entry.event).__name__,
    )


def _of_duty(case: CaseId, known: History, region: str | None, duty: Duty, on: date) -> Matter:
    return Matter(
        KINDS[duty.state],
        case,
        duty.what,
        duty.subject,
        duty.cites,
        duty.edition,
        duty.since,
        region,
        held_by(known, min(duty.due or on, on)),
        due=duty.due,
        late_days=duty.late_days,
    )


def differences(before: Iterable[Matter], after: Iterable[Matter]) -> Iterator[Changed]:
    """Each matter once: those that go, then those that stay or come, in their order.

    The same may be there more than once, such as what is owed for each of two removals: it stays as often as both laws
    have it.
    """
    was, now = tuple(before), tuple(after)
    yield from (Changed(Change.GONE, matter) for matter, stays in _matched(was, now) if not stays)
    for matter, was_there in _matched(now, was):
        yield Changed(Change.SAME if was_there else Change.NEW, matter)


def _matched(matters: Iterable[Matter], others: Iterable[Matter]) -> Iterator[tuple[Matter, bool]]:
    """Each of *matters*, and whether one of *others*, which no matter before it took, is the same."""
    left = Counter(other.itself for other in others)
    for matter in matters:
        yield matter, left[matter.itself] > 0
        left[matter.itself] -= 1


# Counting


class By(StrEnum):
    """What the counts are split by."""

    RULE = "rule"
    REGION = "region"
    WORKER = "worker"


NO_CLAUSE: Final = "no clause"
NONE: Final = "none"

SPLIT: Final[Mapping[By, Callable[[Matter], tuple[str, ...]]]] = {
    By.RULE: lambda matter: matter.cites or (NO_CLAUSE,),
    By.REGION: lambda matter: (matter.region or NONE,),
    By.WORKER: lambda matter: (matter.worker or NONE,),
}
"""Under which heads a matter is counted: one that rests on two clauses under both."""


@frozen
class Count:
    """How many matters of one kind are new, gone and the same under one head, and in how many cases any changed."""

    kind: Kind
    head: str
    new: int
    gone: int
    same: int
    cases: int


class Tally:
    """Counts changes as they come, and keeps none of them."""

    __slots__ = ("_by", "_cases", "_changes")

    def __init__(self, by: By) -> None:
        self._by = by
        self._changes: dict[tuple[Kind, str], Counter[Change]] = {}
        self._cases: dict[tuple[Kind, str], set[CaseId]] = {}

    def add(self, changed: Changed) -> None:
        """Count one more."""
        matter = changed.matter
        for head in SPLIT[self._by](matter):
            self._changes.setdefault((matter.kind, head), Counter())[changed.change] += 1
            if changed.change is not Change.SAME:
                self._cases.setdefault((matter.kind, head), set()).add(matter.case)

    def counts(self) -> list[Count]:
        """The counts so far: kind by kind, heads in order of their names."""
        order = [*Kind]
        places = sorted(self._changes, key=lambda place: (order.index(place[0]), place[1]))
        return [self._count(place) for place in places]

    def _count(self, place: tuple[Kind, str]) -> Count:
        new, gone, same = (self._changes[place][change] for change in Change)
        return Count(*place, new, gone, same, len(self._cases.get(place, ())))
