"""A gate is asked about a decision of which nothing is said: what it does with a value, and what follows from that."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from attrs import evolve, frozen
from examples import some
from histories import of_class
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_domain.case import Case, fold
from ihs_domain.editions import UNASKED, Edition, always
from ihs_domain.gates import Gate, Objection, Refused
from ihs_domain.history import Entry, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.judge import decide
from ihs_domain.opening import CaseOpened
from ihs_domain.possible import Asking, Doable, Possible
from ihs_domain.roles import SYSTEM
from ihs_domain.safety import ThreatIdentified
from ihs_domain.sayable import Nameable
from ihs_domain.terms import AgencyId, Code, Decision, Narrative, New, PersonId, PlanId, ThreatId, Version

Wish = Callable[[Any], Any]
DAY = date(2024, 3, 1)
OBJECTION = Objection("it may not be", "do otherwise")


class Size(StrEnum):
    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


@frozen
class Part:
    threat: ThreatId
    kind: Code | None = None


@frozen
class Made(Decision):
    """A decision of no place on earth, with a field of every shape there is."""

    plan: New[PlanId]
    threat: ThreatId
    entry: Version
    size: Size
    done: bool
    kind: Code
    to: AgencyId
    cents: int
    until: date
    sizes: frozenset[Size]
    threats: frozenset[ThreatId]
    kinds: frozenset[Code]
    said: dict[ThreatId, Size]
    noted: dict[Code, bool]
    codes: dict[ThreatId, Code]
    pieces: dict[ThreatId, Part]
    part: Part
    several: frozenset[Part]
    parts: tuple[Part, ...]
    other: PlanId | None = None
    later: date | None = None
    words: Narrative = None


@frozen
class Met(Decision):
    """A decision that names persons, and may bring one in who was there before."""

    guest: New[PersonId]
    host: PersonId


@frozen
class Timed(Decision):
    """A decision with a field of a shape that nothing stands for."""

    at: datetime


RECORD = (
    Entry(CaseOpened("voluntary", "north"), DAY, 1),
    Entry(ThreatIdentified("threat-1", "neglect", "present", frozenset()), DAY, 2),
    Entry(ThreatIdentified("threat-2", "violence", "likely", frozenset()), DAY, 3),
    Entry(PersonJoined("P1", Relation.CHILD), DAY, 4),
)


def asking(cls: type, *gates: Gate) -> Asking:
    edition = Edition("made-up", "xx-mu", "UTC", date.min, gates={cls: tuple((gate,) for gate in gates)})
    history = effective(RECORD)
    return Asking(history, edition, fold(history), DAY, SYSTEM, Nameable(history.record, DAY))


def asked(*gates: Gate, of: type = Made) -> Doable:
    return asking(of, *gates).doable(of)


def wanting(holds: Wish) -> Gate:
    """A gate that stands before a decision unless something *holds* of it."""

    def gate(case: Case, entry: Entry[Any]) -> Objection | None:
        return None if holds(entry.event) else OBJECTION

    return gate


def of_parts(event: Made) -> str:
    match event:
        case Made(size=Size.LARGE, done=True):
            return "large"
        case Made(threat="threat-9"):
            return "another"
    return ""


YES: list[Wish] = [
    lambda e: e.reported is None,
    lambda e: e.size is Size.LARGE and not e.done,
    lambda e: e.size in {Size.MIDDLE, Size.LARGE},
    lambda e: of_parts(e) == "large",
    lambda e: e.threat == "threat-2" and e.entry == 3,
    lambda e: e.plan not in {"threat-1", "threat-2"},  # one new id is like any other: none is named here
    lambda e: e.other == e.plan,
    lambda e: e.other is None and e.later is not None,
    lambda e: e.kind == "urgent" and e.to != "school",
    lambda e: e.kind == "violet",
    lambda e: e.kind in ("red", "green") and e.kind != "red",
    lambda e: e.kind and isinstance(e.kind, str),
    lambda e: e.cents > 500 and e.cents != 501 and not e.cents >= 503,
    lambda e: e.cents < 0 or e.cents == 12,
    lambda e: 7 <= e.cents <= 7,
    lambda e: not e.cents,
    lambda e: DAY < e.until <= DAY + timedelta(days=1),
    lambda e: e.until == date(2031, 5, 5),
    lambda e: (e.later or date.max) == date.max and e.until < date.max,
    lambda e: e.later is not None and e.later >= date(2040, 1, 1),
    lambda e: min(e.until, DAY) < date(1999, 1, 1) and isinstance(e.until, date),
    lambda e: {Size.SMALL, Size.LARGE} == e.sizes,
    lambda e: e.sizes == {Size.SMALL},
    lambda e: len(e.sizes) == 2,
    lambda e: not e.sizes and e.threats,
    lambda e: Size.SMALL not in e.sizes and e.sizes >= {Size.LARGE},
    lambda e: e.sizes <= {Size.MIDDLE} and e.sizes,
    lambda e: e.sizes > {Size.MIDDLE} and e.sizes < {Size.MIDDLE, Size.LARGE, "threat-1"},
    lambda e: e.threats.isdisjoint({"threat-1", "threat-9"}) and e.threats,
    lambda e: {"threat-1", "threat-2"} - e.threats == {"threat-2"},
    lambda e: {"threat-1", "threat-9"} & e.threats,
    lambda e: e.threats.issuperset({"threat-1"}) and e.threats.union({"threat-9"}) == {"threat-1", "threat-9"},
    lambda e: sorted(e.threats) == ["threat-1", "threat-2"],
    lambda e: {e.threats: True}.get(frozenset({"threat-2"})),
    lambda e: "deaf" in e.kinds and "blind" not in e.kinds and isinstance(e.kinds, frozenset),
    lambda e: e.kinds and "deaf" not in e.kinds,
    lambda e: e.kinds == frozenset(),
    lambda e: e.kinds >= {"deaf", "blind"},
    lambda e: e.said == {"threat-2": Size.LARGE},
    lambda e: {"threat-1", "threat-2"} - e.said.keys() == {"threat-1"},
    lambda e: {t for t, size in e.said.items() if size is Size.MIDDLE} == {"threat-1"} and len(e.said) == 2,
    lambda e: e.said.get("threat-1") is Size.LARGE and "threat-2" not in e.said and e.said["threat-1"] == "large",
    lambda e: Size.SMALL in e.said.values() and e.said,
    lambda e: e.noted.get("deaf") is False,
    lambda e: e.part.threat == "threat-2" and e.part.kind == "urgent",
    lambda e: e.part.kind is None,
    # of these no more than samples can be tried, and one of them will do
    lambda e: f"{e.plan}".startswith("plan-"),
    lambda e: f"{e.kind}!".endswith("!"),
    lambda e: e.kind in {"violence", "purple"},
    lambda e: e.kind.startswith("viol") and len(e.kind) > 3,
    lambda e: (e.until - DAY).days == 0,
    lambda e: e.cents % 2,
    lambda e: e.until.year == DAY.year and e.until != DAY,
    lambda e: len(e.kinds) == 1,
    lambda e: not e.parts,
    lambda e: e.parts and e.parts[0].threat == "threat-1",
    lambda e: {frozenset({"neglect"}): True}.get(e.kinds),
    lambda e: e.words is not None,
    lambda e: {Made: e.size}[type(e)] is Size.LARGE,
    lambda e: {Made: lambda: e.threat}[type(e)]() == "threat-2",
    lambda e: frozenset.__len__(e.sizes) == 2,
    lambda e: {Made: e.part}[type(e)].threat == "threat-2",
    lambda e: (e.part.kind or "").startswith("viol"),
    lambda e: "threat-2" in e.codes and e.codes["threat-2"].startswith("viol"),
    lambda e: e.codes.get("threat-1") == "purple",
    lambda e: "threat-2" in e.pieces and e.pieces["threat-2"].kind == "purple",
    lambda e: e.several and next(iter(e.several)).threat == "threat-1",
    lambda e: dict.get(e.pieces, "threat-1") == Part("threat-2", "violence"),
    lambda e: e.words == "some",
    lambda e: e.until == e.later,
    lambda e: e.kind == e.to,
]

NO: list[Wish] = [
    lambda e: False,
    lambda e: e.reported,
    lambda e: e.threat == "threat-9",
    lambda e: getattr(e, "threat", "threat-9") == "threat-9",
    lambda e: not hasattr(e, "threat"),
    lambda e: of_parts(e) == "another",
    lambda e: e.entry > 4,
    lambda e: e.plan == e.threat,
    lambda e: e.size is Size.SMALL and e.size is Size.LARGE,
    lambda e: e.kind == "urgent" and e.kind == "slow",
    lambda e: e.kind is None or not isinstance(e.kind, str) or e.kind == 1,
    lambda e: e.cents > 500 and e.cents < 501,
    lambda e: e.cents > 500 and e.cents < 502 and e.cents != 501,
    lambda e: e.until > DAY and e.until <= DAY,
    lambda e: e.until is None or e.until == "2024-03-01" or not e.until,
    lambda e: e.until > date.max,
    lambda e: "threat-9" in e.threats,
    lambda e: e.threats - {"threat-1", "threat-2"},
    lambda e: len(e.sizes) == 4,
    lambda e: e.sizes.isdisjoint(Size) and e.sizes,
    lambda e: not e.kinds and "deaf" in e.kinds,
    lambda e: e.kinds <= set() and e.kinds,
    lambda e: "threat-9" in e.said or len(e.said) > 2,
    lambda e: "threat-1" in e.said and e.said.get("threat-1") is None,
    lambda e: e.part.threat == "threat-9",
]

DEPENDS: list[Wish] = [
    lambda e: e.kind in {"purple", "brown"},
    lambda e: f"{e.kind}" == "purple",
    lambda e: e.kind.startswith("purp"),
    lambda e: (e.until - DAY).days == 77,
    lambda e: e.cents % 1000 == 77,
    lambda e: sum(e.threat != kind for kind in e.kinds) > 9,
    lambda e: len(e.parts) == 3,
    lambda e: dict(e.noted) == {"deaf": True},
    lambda e: type(e) is Made and e.threat == "threat-1",
    lambda e: type(e) is not Made,
    lambda e: (e.part.kind or "").startswith("purp"),
    lambda e: "threat-2" in e.codes and e.codes["threat-2"].startswith("purp"),
    lambda e: dict.get(e.pieces, "threat-1") == Part("threat-2", "purple"),
    lambda e: len(e.several) == 3,
]


@pytest.mark.parametrize("holds", YES, ids=range(len(YES)))
def test_what_a_gate_wants_and_can_have_is_found(holds):
    answer = asked(wanting(holds))

    assert (answer.possible, bool(holds(answer.witness))) == (Possible.YES, True)


@pytest.mark.parametrize("holds", NO, ids=range(len(NO)))
def test_what_nothing_can_be_is_refused_whatever_is_said(holds):
    assert asked(wanting(holds)) == Doable("Made", Possible.NO, (OBJECTION,))


@pytest.mark.parametrize("holds", DEPENDS, ids=range(len(DEPENDS)))
def test_where_only_samples_can_be_tried_nothing_is_claimed(holds):
    assert asked(wanting(holds)) == Doable("Made", Possible.DEPENDS, (OBJECTION,))


@given(st.data(), st.lists(st.sampled_from([*YES, *NO, *DEPENDS]), min_size=1, max_size=3))
@settings(max_examples=some(60))
def test_wishes_together_are_answered_as_soundly(data, wishes):
    gates = [wanting(wish if data.draw(st.booleans()) else lambda e, wish=wish: not wish(e)) for wish in wishes]
    law = asking(Made, *gates).edition

    answer = asked(*gates)

    if answer.possible is Possible.NO:
        tried = data.draw(st.lists(of_class(Made), min_size=5, max_size=5))
        assert [e for e in tried if accepted(evolve(e, reported=None), law)] == []
    assert answer.witness is None or accepted(answer.witness, law)
    assert (answer.witness is None) is (answer.possible is not Possible.YES)


def accepted(event: Any, edition: Edition) -> bool:
    try:
        decide(Entry(event, DAY), effective(RECORD), always(edition))
    except Refused:
        return False
    return True


def test_of_a_shape_that_nothing_stands_for_no_refusal_is_claimed():
    assert asked(wanting(lambda e: e.at), of=Timed).possible is Possible.DEPENDS


@pytest.mark.parametrize(
    "fails, error", [(lambda e: 1 / 0, "ZeroDivisionError"), (lambda e: e.threatt, "AttributeError")]
)
def test_of_a_gate_that_fails_by_itself_nothing_is_claimed_and_it_is_said_why(fails, error):
    answer = asked(wanting(fails))

    assert (answer.possible, [o.says for o in answer.objections]) == (Possible.DEPENDS, [f"{UNASKED} {error}"])


def test_a_search_without_end_is_broken_off_and_claims_nothing():
    every_size_but_not = wanting(lambda e: len(e.sizes) + len(e.said) + len(e.threats) + len(e.parts) > 99)

    assert asked(every_size_but_not).possible is Possible.DEPENDS
    assert asked(every_size_but_not, wanting(lambda e: False)).possible is Possible.NO


def test_a_decision_that_names_what_it_brings_in_itself_is_possible():
    answer = asked(wanting(lambda e: e.other is not None))

    assert (answer.possible, answer.witness.other) == (Possible.YES, answer.witness.plan)


def test_ids_that_do_not_fit_together_are_no_example():
    together = asked(wanting(lambda e: e.host != "P1"), of=Met)
    apart = asked(wanting(lambda e: e.host != "P1" and e.guest == "P1"), of=Met)

    assert (together.witness, apart.possible) == (Met("person-1", "person-1"), Possible.DEPENDS)


def test_a_gate_that_could_be_met_is_not_told_beside_those_that_cannot_be_met_together():
    small, large = Objection("it is not small", "make it so"), Objection("it is not large", "make it so")

    answer = asked(
        wanting(lambda e: e.done),
        lambda _, entry: None if entry.event.size is Size.SMALL else small,
        lambda _, entry: None if entry.event.size is Size.LARGE else large,
    )

    assert answer == Doable("Made", Possible.NO, (large, small))


def test_what_could_as_well_be_left_out_is_not_in_the_witness():
    answer = asked(wanting(lambda e: len(e.sizes) > 1 and e.said.get("threat-2") and sorted(e.said)))

    assert (len(answer.witness.sizes), [*answer.witness.said]) == (2, ["threat-2"])
