"""What can be decided: the gates are asked about a decision of which nothing is said, and tell what they must know.

Only what a gate asks for is told, each way once. Where a gate objects, everything that was not asked for is refused
with it: so "no" holds for every argument, and "yes" comes with one that was put to the gates whole.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from heapq import heappop, heappush
from typing import Any, Final

from attrs import evolve, fields, frozen

from ihs_domain.case import EVENTS, Case, fold
from ihs_domain.editions import Edition, GateRow, Law
from ihs_domain.erasing import DESTROYING, nothing_goes_on_it
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.ids import ids_are_known, mentions
from ihs_domain.judge import opens_once
from ihs_domain.persons import JOINING
from ihs_domain.roles import Actor, an_actor
from ihs_domain.sayable import Nameable, Sayable, brings_in
from ihs_domain.scoring import ONLY_COMPUTED
from ihs_domain.sketch import Sketch
from ihs_domain.terms import CASE_IDS, Decision
from ihs_domain.unsaid import Asked, Told, Where

NOT_SAID: Final = (*JOINING, *DESTROYING, *ONLY_COMPUTED)
"""What nobody puts on a case's record by saying it: it is decided on a person's stream and only told on the case's, or
goes on record with the erasing itself, or is worked out by an instrument.
"""

DECISIONS: Final[tuple[type[Decision], ...]] = tuple(
    cls for cls in EVENTS if issubclass(cls, Decision) and cls not in NOT_SAID
)
"""Every decision that can be taken in a case by saying it."""

MOST: Final = 2048
"""How many ways of saying a decision are gone before nothing more is claimed of it."""

HERE_AND_NOW: Final[dict[Where, Any]] = {("reported",): None}
"""What is asked about is a decision taken here: one reported from elsewhere is never refused."""


class Possible(StrEnum):
    """Whether a decision can be taken. It *depends* where a gate asks for more than can be gone through."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


@frozen
class Doable:
    """One decision: *no* is refused for every argument, with why and remedy; *yes* comes with one that is accepted.

    Of what *depends*, the objections are those met on the way. A witness is an example, with the plainest values.
    """

    decision: str
    possible: Possible
    objections: tuple[Objection, ...] = ()
    witness: Decision | None = None


@frozen
class Found:
    """What came of asking some gates: a decision none objects to, or all they object to; by *every* way, or by some."""

    objections: tuple[Objection, ...] = ()
    witness: Any = None
    every: bool = True

    @property
    def refuses(self) -> bool:
        """Whether something stands in the way whatever is said."""
        return self.every and self.witness is None and bool(self.objections)


Ahead = tuple[int, tuple[int, ...], Told, tuple[GateRow, ...]]
"""A way that is still to go: how often it departs from the first ways, which it takes, what is told, who waits."""


@frozen
class Step:
    """What the gates make of one sketch: they object, accept it said whole, or ask for more.

    It leaves some of *every* way there is out where only samples can be tried, or a gate contradicts itself.
    """

    objections: tuple[Objection, ...] = ()
    witness: Any = None
    every: bool = True
    ways: tuple[Told, ...] = ()
    waiting: tuple[GateRow, ...] = ()


def possible(history: History, law: Law, day: date, actor: Actor) -> Iterator[Doable]:
    """For every decision of a case, whether *actor* could take it on *day* in a case of this history.

    Raises NotAnActor.
    """
    an_actor(actor)
    asking = Asking(history, law(day), fold(history, upto=day), day, actor, Nameable(history.record, day))
    return map(asking.doable, DECISIONS)


@frozen
class Asking:
    """Who asks about which case, by which edition and on which day."""

    history: History
    edition: Edition
    case: Case
    day: date
    actor: Actor
    can_name: Nameable

    def doable(self, cls: type[Decision]) -> Doable:
        """Whether a decision of this class can be taken, and why not."""
        if gone := nothing_goes_on_it(self.history):
            return Doable(cls.__name__, Possible.NO, (gone,))
        blank = Sketch(Sayable(cls, self.can_name), HERE_AND_NOW)
        rows = (*self.edition.before(cls), (lambda _, entry: next(iter(opens_once(self.history, entry)), None),))
        nothing = tuple(_nothing_for(blank.sayable))
        found = Found(nothing) if nothing else self._search(blank, rows)
        if found.witness is not None:
            return Doable(cls.__name__, Possible.YES, witness=found.witness)
        why = (*nothing, *self._in_the_way(blank, rows))
        if not why and not found.every:
            return Doable(cls.__name__, Possible.DEPENDS, self._told_once(found.objections))
        return Doable(cls.__name__, Possible.NO, self._told_once(why or self._together(blank, rows)))

    def _in_the_way(self, blank: Sketch, rows: Iterable[GateRow]) -> Iterator[Objection]:
        """The objections of each gate that by itself refuses whatever is said."""
        for row in rows:
            found = self._search(blank, (row,))
            if found.refuses:
                yield from found.objections

    def _together(self, blank: Sketch, rows: tuple[GateRow, ...]) -> tuple[Objection, ...]:
        """The objections of the fewest gates that refuse whatever is said between them, though none does alone."""
        for row in rows:
            fewer = tuple(other for other in rows if other is not row)
            rows = fewer if self._search(blank, fewer).refuses else rows
        return self._search(blank, rows).objections

    def _told_once(self, objections: Iterable[Objection]) -> tuple[Objection, ...]:
        """The same objection to several things told once, of all of them; what is new is not there to be told of."""
        about: dict[Objection, dict[str, None]] = {}
        for objection in objections:
            things = (thing for thing in objection.about if thing not in self.can_name.new.values())
            about.setdefault(evolve(objection, about=()), {}).update(dict.fromkeys(things))
        return tuple(evolve(objection, about=tuple(things)) for objection, things in about.items())

    def _search(self, blank: Sketch, rows: tuple[GateRow, ...]) -> Found:
        """Go the ways of saying a decision until no gate objects; first those that depart least from the first ways."""
        ahead: list[Ahead] = [(0, (), blank.told, rows)]
        objections: list[Objection] = []
        every = True
        for _ in range(MOST):
            if not ahead:
                return Found(tuple(objections), every=every)
            departures, path, told, waiting = heappop(ahead)
            sketch = Sketch(blank.sayable, told) if path else blank
            step = self._step(sketch, waiting, rows)
            if step.witness is not None:
                return Found(witness=self._plainest(step.witness, rows))
            objections += step.objections
            every = every and step.every
            for n, way in enumerate(step.ways):
                heappush(ahead, (departures + (n > 0), (*path, n), {**told, **way}, step.waiting))
        return Found(tuple(objections), every=False)

    def _step(self, sketch: Sketch, waiting: Iterable[GateRow], rows: Iterable[GateRow]) -> Step:
        """Ask each gate that is *waiting* what it makes of a sketch; of several questions one is gone into."""
        asked: list[tuple[GateRow, Asked]] = []
        for row in waiting:
            try:
                objection = self._of_a_sketch(row, sketch)
            except Asked as question:
                asked.append((row, question))
                continue
            if objection is not None:
                return self._refused(sketch, row, objection)
        if asked:
            _, first = min(asked, key=lambda one: one[1].sampled)
            return Step(ways=first.ways, waiting=tuple(row for row, _ in asked), every=not first.sampled)
        return self._accepted(sketch, rows)

    def _of_a_sketch(self, row: GateRow, sketch: Sketch) -> Objection | None:
        try:
            return self.edition.ask(row, self.case, self._entry(sketch.event))
        except Exception:  # noqa: BLE001 - whatever a gate cannot do with a sketch, it is then asked about the whole
            sketch.spell_out(sketch.event)
            return self._objection(row, sketch.whole)

    def _refused(self, sketch: Sketch, row: GateRow, objection: Objection) -> Step:
        """A gate objects: it must object to the decision said whole too, or it looked without asking."""
        whole = sketch.whole
        confirmed = objection if whole is None else self._objection(row, whole)
        return Step(objections=(confirmed or objection,), every=confirmed is not None)

    def _accepted(self, sketch: Sketch, rows: Iterable[GateRow]) -> Step:
        """No gate objects: nor must any to the decision said whole, or something in its place was taken wrongly."""
        whole = sketch.whole
        if whole is None:
            return Step(every=False)
        against = self._against(whole, rows)
        return Step(objections=against, every=False) if against else Step(witness=whole)

    def _against(self, event: Any, rows: Iterable[GateRow]) -> tuple[Objection, ...]:
        """What gates object to *event*; and what its ids do, where it names what it brings in itself."""
        said = [objection for row in rows if (objection := self._objection(row, event)) is not None]
        if any(m.kind in brings_in(type(event)) and not m.introduces for m in mentions(event)):
            said += ids_are_known(self.history, self._entry(event))
        return tuple(said)

    def _plainest(self, event: Any, rows: Iterable[GateRow]) -> Any:
        """An accepted *event* without what could as well be left out of its sets and mappings."""
        for name in (a.name for a in fields(type(event)) if isinstance(getattr(event, a.name), (frozenset, dict))):
            for item in sorted(getattr(event, name), key=str):
                less = evolve(event, **{name: _without(item, getattr(event, name))})
                event = event if self._against(less, rows) else less
        return event

    def _objection(self, row: GateRow, event: Any) -> Objection | None:
        return next(iter(self.edition.asked((row,), self.case, self._entry(event))), None)

    def _entry(self, event: Any) -> Entry[Any]:
        return Entry(event, self.day, actor=self.actor)


def _nothing_for(sayable: Sayable) -> Iterator[Objection]:
    """What the case must have before such a decision can be said at all: the things it is about."""
    for hint in sayable.lacking(sayable.cls):
        kind = CASE_IDS.get(hint, "entry")
        yield Objection(f"no {kind} is on record in this case", f"record the {kind} first, then decide about it")


def _without(item: Any, held: Any) -> Any:
    """A set without a member, or a mapping without a key."""
    return held - {item} if isinstance(held, frozenset) else {key: held[key] for key in held if key != item}
