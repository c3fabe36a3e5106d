"""Effective history: the one place that knows corrections, voids and both clocks.

Deciding, judging, viewing and telling all read a case through :func:`effective`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast, overload

from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.roles import SYSTEM, Actor
from ihs_domain.terms import Amendment, Expunged

VOID: Final = -1

_NONE: Final[Mapping[Callable[..., Any], Any]] = {}
_GOES_ON: Final[dict[Callable[..., Any], Callable[[Any, "Entry[Any]"], Any]]] = {}

E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")
S = TypeVar("S")


class Entry(NamedTuple, Generic[E_co]):
    """An event with its day, version and actor: one line of a case's record.

    *day* is the local day of the act; *occurred* its instant where known. *version* counts from 1 within the case and
    never moves; *position* is the place in the whole record. An entry not yet recorded has neither position nor
    *recorded_at*. *amended_by* is the correction that speaks for it now (0: none), *correctors* are those whose
    corrections of it stand, and *turns* says from which version on which correction spoke (VOID: none, nor itself).
    """

    event: E_co
    day: date
    version: int = 0
    actor: Actor = SYSTEM
    occurred: datetime | None = None
    recorded_at: datetime | None = None
    position: int = 0
    edition: str = ""
    command: str = ""
    amended_by: int = 0
    correctors: frozenset[Actor] = frozenset()
    turns: tuple[tuple[int, int], ...] = ()

    @property
    def decided_by(self) -> Actor:
        """Who did what it tells of: of a decision reported from elsewhere, whoever took it, in the role they had.

        Of themselves nobody reports another role than the one in which they recorded the entry, or corrected it.
        """
        reported = getattr(self.event, "reported", None)
        if reported is None:
            return self.actor
        vouching = (self.actor, *sorted(self.correctors, key=lambda actor: actor.role))
        own = (actor for actor in vouching if actor.id == reported.by)
        return next(own, Actor.as_recorded(reported.by, reported.role))

    def spoken_for_at(self, version: int) -> int:
        """Which correction spoke for it when *version* was put on record; 0 where it spoke for itself."""
        return next((by for since, by in reversed(self.turns) if since < version), 0)


class History(tuple[Entry[Any], ...]):  # noqa: SLOT001 - it keeps an index of itself, and what was worked out of it
    """A case's entries as they stand, in order of the act and within a day of recording.

    *record* is what it was made from: every entry known by then, amendments included, in order of recording.
    """

    record: tuple[Entry[Any], ...] = ()
    _leaves_nothing_out: bool = False

    @classmethod
    def standing(
        cls,
        entries: Iterable[Entry[Any]],
        record: Iterable[Entry[Any]],
        *,
        whole: bool = False,
        known: Mapping[Callable[..., Any], Any] = _NONE,
    ) -> "History":
        """The *entries* that stand of a *record*, or the *whole* of them; *known* is what `once` need not work out."""
        history = cls(entries)
        history._worked_out.update(known)
        history.record, history._leaves_nothing_out = tuple(record), whole
        return history

    @property
    def whole(self) -> "History":
        """What stands of the whole record that this was made from: itself, where nothing was left out of it."""
        return self if self._leaves_nothing_out else self.once(_whole)

    @cached_property
    def lines(self) -> tuple["Line", ...]:
        """Everything that was put on record, and what became of each entry, in order of recording."""
        return tuple(account(self.record))

    def of(self, cls: type[E]) -> tuple[Entry[E], ...]:
        """The entries of one event class, in order."""
        return self.of_any(cls)

    def first(self, cls: type[E]) -> Entry[E] | None:
        """The earliest entry of one event class."""
        return next(iter(self.of(cls)), None)

    def last(self, cls: type[E]) -> Entry[E] | None:
        """The latest entry of one event class."""
        return next(reversed(self.of(cls)), None)

    def upto(self, day: date) -> "History":
        """As of the end of *day*."""
        return self.only(lambda e: e.day <= day)

    def only(self, wanted: Callable[[Entry[Any]], bool]) -> "History":
        """The entries that are *wanted*."""
        return History.standing(filter(wanted, self), self.record)

    @overload
    def of_any(self, first: type[E], /) -> tuple[Entry[E], ...]: ...
    @overload
    def of_any(self, first: type[Any], /, *more: type[Any]) -> tuple[Entry[Any], ...]: ...
    def of_any(self, *classes: type[Any]) -> tuple[Entry[Any], ...]:
        """The entries of several event classes, in the order of this history."""
        if classes not in self._of_several:
            places = sorted(n for cls in dict.fromkeys(classes) for n in self._places.get(cls, ()))
            self._of_several[classes] = tuple(self[n] for n in places)
        return self._of_several[classes]

    @cached_property
    def _places(self) -> dict[type, list[int]]:
        """Where the entries of each event class stand."""
        found: dict[type, list[int]] = {}
        for n, entry in enumerate(self):
            found.setdefault(type(entry.event), []).append(n)
        return found

    @cached_property
    def _of_several(self) -> dict[tuple[type, ...], tuple[Entry[Any], ...]]:
        return {}

    @cached_property
    def _worked_out(self) -> dict[Callable[..., Any], Any]:
        return {}

    def once(self, work_out: Callable[["History"], S]) -> S:
        """What *work_out* makes of this history, worked out once: neither of them ever changes."""
        if work_out not in self._worked_out:
            self._worked_out[work_out] = work_out(self)
        return cast("S", self._worked_out[work_out])

    def and_then(self, entry: Entry[Any]) -> "History":
        """What `effective` makes of the whole record that this was made from, with one more entry recorded.

        Where that changes nothing of before, what was worked out of this goes on from there: see `going_on`.
        """
        after = (*self.record, entry)
        changes_what_was = isinstance(entry.event, (Amendment, Expunged)) or (self and entry.day < self[-1].day)
        if changes_what_was or not self._leaves_nothing_out:
            return effective(after)
        before = self._worked_out
        known = {work_out: go_on(before[work_out], entry) for work_out, go_on in _GOES_ON.items() if work_out in before}
        return History.standing((*self, entry), after, whole=True, known=known)


def going_on(go_on: Callable[[S, Entry[Any]], S]) -> Callable[[Callable[[History], S]], Callable[[History], S]]:
    """Mark what is worked out once of a history and has no need to begin anew with one more entry at its end.

    *go_on* makes of it, which it leaves as it is, what would have been worked out with that entry.
    """

    def marked(work_out: Callable[[History], S]) -> Callable[[History], S]:
        _GOES_ON[work_out] = go_on
        return work_out

    return marked


NOTHING: Final = History.standing((), (), whole=True)
"""The history of what nothing was recorded of."""


def by_day(start: S, steps: Mapping[type, Callable[[S, Entry[Any]], S]]) -> Callable[[History, date], S]:
    """How far these *steps* of a fold had come by the end of a day, for any day of a history: folded once."""

    def stages(history: History) -> tuple[list[date], list[S]]:
        acts = history.of_any(*steps)
        states = [start]
        for entry in acts:
            states.append(steps[type(entry.event)](states[-1], entry))
        return [entry.day for entry in acts], states

    def at_the_end_of(history: History, day: date) -> S:
        days, states = history.once(stages)
        return states[bisect_right(days, day)]

    return at_the_end_of


def effective(record: Iterable[Entry[Any]], as_at: int | None = None, as_of: date | None = None) -> History:
    """What one case's *record*, in version order, says now.

    Known by position *as_at*; amended, newest amendment first, so that a voided correction restores what it corrected;
    true by the end of *as_of*; in order of (day, version). An amendment that points forward or at itself says nothing,
    and neither does an entry whose content was destroyed.
    """
    known = [e for e in record if as_at is None or e.position <= as_at]
    gone, instead = _amendments(known)
    amended = _by_act(known)
    standing = (
        _as_amended(e, instead.get(e.version), amended.get(e.version, ()), gone)
        for e in known
        if not isinstance(e.event, (Amendment, Expunged)) and e.version not in gone
    )
    true_by_then = sorted((e for e in standing if as_of is None or e.day <= as_of), key=_order_of_the_acts)
    return History.standing(true_by_then, known, whole=as_of is None)


def _whole(history: History) -> History:
    return effective(history.record)


def _amendments(known: Sequence[Entry[Any]]) -> tuple[dict[int, int], dict[int, Entry[Any]]]:
    """For each void version the one that voids it, and for each corrected one the entry that now speaks for it."""
    gone: dict[int, int] = {}
    instead: dict[int, Entry[Any]] = {}
    for e in reversed(known):  # newest first: one pass settles amendments of amendments
        if not isinstance(e.event, Amendment) or e.version in gone or e.event.entry >= e.version:
            continue
        if isinstance(e.event, EntryVoided):
            gone.setdefault(e.event.entry, e.version)
        else:
            instead.setdefault(e.event.entry, instead.get(e.version, e))
    return gone, instead


def _by_act(known: Sequence[Entry[Any]]) -> dict[int, list[Entry[Any]]]:
    """The amendments of each act, those of its amendments included, by the version of the act."""
    acts: dict[int, int] = {}
    found: dict[int, list[Entry[Any]]] = {}
    for e in known:
        if isinstance(e.event, Amendment) and e.event.entry < e.version:
            acts[e.version] = act = acts.get(e.event.entry, e.event.entry)
            found.setdefault(act, []).append(e)
    return found


def _as_amended(
    entry: Entry[Any],
    correction: Entry[EntryCorrected] | None,
    amendments: Sequence[Entry[Any]],
    gone: Mapping[int, int],
) -> Entry[Any]:
    if not amendments:
        return entry
    stands = frozenset(e.actor for e in amendments if isinstance(e.event, EntryCorrected) and e.version not in gone)
    entry = entry._replace(correctors=stands, turns=tuple(_turns(entry, amendments)))
    if correction is None:
        return entry
    said = correction.event
    return entry._replace(event=said.instead, day=said.on, occurred=said.at, amended_by=correction.version)


def _turns(entry: Entry[Any], amendments: Sequence[Entry[Any]]) -> Iterator[tuple[int, int]]:
    """From the version of each amendment on, which correction spoke for *entry*."""
    for n, amendment in enumerate(amendments, 1):
        gone, instead = _amendments(amendments[:n])
        speaks = instead[entry.version].version if entry.version in instead else 0
        yield amendment.version, VOID if entry.version in gone else speaks


def _order_of_the_acts(entry: Entry[Any]) -> tuple[date, int]:
    return entry.day, entry.version


def event_at(record: Iterable[Entry[Any]], version: int) -> object | None:
    """The event that was recorded under *version*, None where there is none."""
    return next((entry.event for entry in record if entry.version == version), None)


def voided(record: Iterable[Entry[Any]]) -> Mapping[int, int]:
    """The versions that are void, each with the one that voids it."""
    return _amendments([*record])[0]


class Line(NamedTuple):
    """One recorded entry as an auditor reads it: what was put on record, and the versions that amend it (0: none)."""

    entry: Entry[Any]
    voided_by: int
    corrected_by: int

    @property
    def void(self) -> bool:
        """Whether it stands no more."""
        return self.voided_by != 0


def account(record: Iterable[Entry[Any]], as_at: int | None = None) -> list[Line]:
    """Everything that was put on record by *as_at*, amendments and the amended included, in order of recording."""
    known = [e for e in record if as_at is None or e.position <= as_at]
    gone, instead = _amendments(known)
    speaks = {version: correction.version for version, correction in instead.items()}
    return [Line(e, gone.get(e.version, 0), speaks.get(e.version, 0)) for e in known]
