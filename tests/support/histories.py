"""Random cases: events built from the vocabulary's own type hints, with few ids so that they meet."""

import types
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ihs_domain.access import Grant, left_to
from ihs_domain.case import EVENTS
from ihs_domain.history import Entry, History, effective
from ihs_domain.looking import AccessGround
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import CASE_IDS, AgencyId, PersonId, UnderNarrative, UnderPerson, Unopened, Version

FIRST_DAY: Final = date(2024, 1, 1)
LAST_DAY: Final = date(2024, 4, 30)
LONGEST: Final = 14

days: Final = st.integers(0, (LAST_DAY - FIRST_DAY).days).map(lambda n: FIRST_DAY + timedelta(days=n))
instants: Final = days.map(lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
WORKER: Final = Actor("w-1", Role.PRACTITIONER)
SUPERVISOR: Final = Actor("s-1", Role.SUPERVISOR)
actors: Final = st.sampled_from([WORKER, SUPERVISOR])

KINDS: Final = st.sampled_from(
    [frozenset(Kind), frozenset({Kind.REFERRAL}), frozenset({Kind.PLAN_GOALS}), frozenset({Kind.SAFETY})]
)
PLAIN: Final[Mapping[Any, SearchStrategy[Any]]] = {
    bool: st.booleans(),
    int: st.integers(0, 90),
    str: st.sampled_from(["some", "words"]),
    date: days,
    datetime: instants,
    type(None): st.none(),
    AgencyId: st.sampled_from(["school", "clinic"]),
    Version: st.integers(1, LONGEST + 2),
    Unopened: st.sampled_from(Unopened),
    frozenset[Kind]: KINDS,
}


@cache
def of_hint(hint: Any) -> SearchStrategy[Any]:  # noqa: PLR0911 - one line for each shape a hint can have
    """Values of one type hint; ids come from a pool of two for each kind."""
    if hint in CASE_IDS:
        return st.sampled_from([f"{CASE_IDS[hint]}-1", f"{CASE_IDS[hint]}-2"])
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) is Annotated:
        return of_hint(get_args(hint)[0])
    if get_origin(hint) in {Union, types.UnionType}:
        return st.one_of(*map(of_hint, get_args(hint)))
    if get_origin(hint) is not None:
        return _gathered(get_origin(hint), get_args(hint))
    if hasattr(hint, "__supertype__"):
        return of_hint(hint.__supertype__)
    return st.sampled_from(hint) if issubclass(hint, Enum) else of_class(hint)


def _gathered(origin: type, inner: tuple[Any, ...]) -> SearchStrategy[Any]:
    if origin is dict:
        return st.dictionaries(of_hint(inner[0]), of_hint(inner[1]), max_size=2)
    if origin is frozenset:
        return st.frozensets(of_hint(inner[0]), max_size=2)
    return st.lists(of_hint(inner[0]), max_size=2).map(tuple)


@cache
def of_class(cls: type) -> SearchStrategy[Any]:
    """Instances of an attrs class, every field drawn by its hint."""
    hints = get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{a.name: of_hint(hints[a.name]) for a in attrs.fields(cls)})


def events(*classes: type) -> SearchStrategy[Any]:
    """Events of *classes*; of the whole vocabulary where none is named."""
    return st.sampled_from(classes or EVENTS).flatmap(of_class)


def amendments(said: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Amendments of any version: earlier, later, their own or none of this case."""
    target, reason = st.integers(0, LONGEST + 2), st.just(AmendmentReason.OTHER)
    corrected = st.builds(EntryCorrected, entry=target, instead=said, on=days, reason=reason)
    return st.one_of(st.builds(EntryVoided, entry=target, reason=reason), corrected)


def recorded(lines: Iterable[tuple[Any, date, Actor]]) -> tuple[Entry[Any], ...]:
    """*lines* as a record: versions from 1, positions with gaps between."""
    return tuple(
        Entry(event, day, version, actor, position=3 * version) for version, (event, day, actor) in enumerate(lines, 1)
    )


def records(
    said: SearchStrategy[Any], first: Iterable[tuple[Any, date, Actor]] = ()
) -> SearchStrategy[tuple[Entry[Any], ...]]:
    """Records of one case that begin with *first*; the days of the acts in any order."""
    drawn = st.lists(st.tuples(said, days, actors), max_size=LONGEST)
    return drawn.map(lambda lines: recorded([*first, *lines]))


def amended(*classes: type, first: Iterable[tuple[Any, date, Actor]] = ()) -> SearchStrategy[tuple[Entry[Any], ...]]:
    """Records in which about every third entry is an amendment."""
    said = events(*classes)
    return records(st.one_of(said, said, amendments(said)), first)


def plain(*classes: type) -> SearchStrategy[tuple[Entry[Any], ...]]:
    """Records without amendments."""
    return records(events(*classes))


def left(case: History, *persons: str, as_of: date | None = None) -> History:
    """What is left of a case to a reader who is these persons of it, as every reading leaves it to them."""
    grant = Grant(AccessGround.PARTY, frozenset(), without=frozenset(map(PersonId, persons)))
    return effective(left_to(case.record, grant), as_of=as_of)


@cache
def sealed(cls: type) -> tuple[str, ...]:
    """The fields of an event class that are kept sealed, by their hints."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(a.name for a in attrs.fields(cls) if _is_sealed(hints[a.name]))


def _is_sealed(hint: Any) -> bool:
    return any(isinstance(mark, UnderNarrative | UnderPerson) for mark in getattr(hint, "__metadata__", ()))


def unopened(event: Any, instead: Unopened | None) -> Any:
    """*event* with *instead* in the place of every sealed part."""
    inner = {"instead": unopened(event.instead, instead)} if isinstance(event, EntryCorrected) else {}
    return attrs.evolve(event, **dict.fromkeys(sealed(type(event)), instead), **inner)


def each_event(record: Iterable[Entry[Any]], change: Callable[[Any], Any]) -> tuple[Entry[Any], ...]:
    """The same record with every event changed."""
    return tuple(entry._replace(event=change(entry.event)) for entry in record)
