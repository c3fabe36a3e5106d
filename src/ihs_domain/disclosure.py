"""Telling: what an agency may know of a case on a day is one more view; what it is sent is that view's change log."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from ihs_domain.agencies import AgreementMade, Disclosure, What
from ihs_domain.assessing import NeedIdentified
from ihs_domain.case import Case, fold
from ihs_domain.erasing import CaseDisposed, IdentityErased
from ihs_domain.history import Entry, History
from ihs_domain.household import PersonJoined
from ihs_domain.planning import PlanAgreed, PlanDrafted
from ihs_domain.releasing import Kind, Release, ReleaseRevoked, ReleaseSigned
from ihs_domain.restricting import EntryExpunged, RecordSealed, RecordUnsealed, lifts
from ihs_domain.serving import ReferralFollowedUp, ReferralGiven, ReferralSent
from ihs_domain.terms import AgencyId, Amendment, Code, NeedId, PartId, PersonId, Version


class Id(str):
    """An id inside a piece. Each agency is told a pseudonym of its own, so that no two can join what they hold."""

    __slots__ = ()


Field = Id | tuple[Id, ...] | str | None
Key = tuple[int, str]
"""What names a piece for ever: the entry's version, and the part of it."""


class Piece(NamedTuple):
    """One thing an agency might be told: a part of an entry, its kind, and whom it is about.

    *to* is the agency it is addressed to (None: anyone). *fields* are the open fields that would be sent.
    A piece about nobody is never told.
    """

    entry: Entry[Any]
    part: str
    kind: Kind
    about: frozenset[PersonId]
    to: AgencyId | None
    fields: Mapping[str, Field]

    @property
    def key(self) -> Key:
        """What names this piece for ever: the entry's version, and the part."""
        return self.entry.version, self.part


class Told(NamedTuple):
    """A piece that may be told, and the release it rests on."""

    piece: Piece
    basis: Release


Pieces = Callable[[Entry[Any], Case, History], Iterator[Piece]]


def _referral_sent(entry: Entry[ReferralSent], case: Case, history: History) -> Iterator[Piece]:
    said = entry.event
    persons = tuple(Id(person) for person in sorted(said.about))
    fields: dict[str, Field] = {
        "on": _day(entry),
        "referral": Id(said.referral),
        "need": Id(said.need),
        "about": persons,
    }
    yield Piece(entry, "", Kind.REFERRAL, said.about, said.to, fields)


def _referral_given(entry: Entry[ReferralGiven], case: Case, history: History) -> Iterator[Piece]:
    said = entry.event
    fields = {"on": _day(entry), "referral": Id(said.referral), "need": Id(said.need)}
    yield Piece(entry, "", Kind.REFERRAL, _whose(case, said.need), said.to, fields)


def _referral_followed(entry: Entry[ReferralFollowedUp], case: Case, history: History) -> Iterator[Piece]:
    referral = case.serving.referrals.get(entry.event.referral)
    if referral is not None and referral.sent:
        outcome = entry.event.outcome.value
        fields = {"on": _day(entry), "referral": Id(entry.event.referral), "outcome": outcome}
        yield Piece(entry, "", Kind.REFERRAL, referral.about, referral.to, fields)


def _plan_goals(entry: Entry[PlanAgreed], case: Case, history: History) -> Iterator[Piece]:
    drafts = [e.event for e in history.of(PlanDrafted) if e.event.plan == entry.event.plan]
    seen: Counter[NeedId] = Counter()
    for goal in drafts[-1].goals if drafts else ():
        seen[goal.need] += 1
        part = goal.need if seen[goal.need] == 1 else f"{goal.need}.{seen[goal.need]}"  # a need may have several goals
        fields = {
            "on": _day(entry),
            "plan": Id(entry.event.plan),
            "need": Id(goal.need),
            "intervention": goal.intervention,
            "desired_result": goal.desired_result,
        }
        yield Piece(entry, part, Kind.PLAN_GOALS, _whose(case, goal.need), None, fields)


def _day(entry: Entry[Any]) -> str:
    return entry.day.isoformat()


def _whose(case: Case, need: NeedId) -> frozenset[PersonId]:
    """The person whose need it is; nobody where it is the family's, so that it is never told."""
    of = case.assessing.needs.get(need)
    return frozenset() if of is None else frozenset({of})


PIECES: Final[dict[type, Pieces]] = {
    ReferralSent: _referral_sent,
    ReferralGiven: _referral_given,
    ReferralFollowedUp: _referral_followed,
    PlanAgreed: _plan_goals,
}
"""What can be told at all. An event that is not here is never told to anyone outside."""

_BEARS_ON_TELLING: Final = (
    *PIECES,
    PlanDrafted,
    NeedIdentified,
    PersonJoined,
    ReleaseSigned,
    ReleaseRevoked,
    RecordSealed,
    RecordUnsealed,
    EntryExpunged,
    CaseDisposed,
    IdentityErased,
    Amendment,
)


def bears_on_telling(event: object) -> bool:
    """Whether recording *event* can change what any agency may know. All others are passed over unread."""
    return isinstance(event, _BEARS_ON_TELLING)


def pieces(history: History, agreement: AgreementMade) -> Iterator[Piece]:
    """Every piece of a case that *agreement* asks for and that is not addressed to somebody else."""
    case = fold(history)
    for entry in history.of_any(*PIECES):
        for piece in PIECES[type(entry.event)](entry, case, history):
            if piece.kind in agreement.asks and piece.to in {None, agreement.agency}:
                yield piece


def told(history: History, agreement: AgreementMade, day: date) -> dict[Key, Told]:
    """What the agency may know on *day* of this case as of that day, each piece with its basis. Default: nothing.

    A release opens the past it covers; a referral given to the family is never told, as nothing was sent. A seal that
    is not open for the agreement's purpose, and the erasure of somebody it is about, take back what was told.
    """
    if agreement.until is not None and day > agreement.until:
        return {}
    known = history.upto(day)
    case = fold(known)
    may: dict[Key, Told] = {}
    erased = case.erasing.erased
    if is_sealed_to(known, agreement):
        return may
    for piece in pieces(known, agreement):
        basis = case.releasing.basis(
            agreement.agency, piece.kind, piece.about, day, outsiders=case.outsiders, purpose=agreement.purpose
        )
        if basis is not None and not isinstance(piece.entry.event, ReferralGiven) and not erased & piece.about:
            may[piece.key] = Told(piece, basis)
    return may


def is_sealed_to(history: History, agreement: AgreementMade) -> bool:
    """Whether a seal stands on the record that is not open for the purpose of *agreement*."""
    seals: dict[Code, frozenset[Code]] = {}
    for entry in history.of_any(RecordSealed, RecordUnsealed):
        if isinstance(entry.event, RecordSealed):
            seals[entry.event.order] = entry.event.open_for
        elif lifts(entry):
            seals.pop(entry.event.order, None)
    return any(agreement.purpose not in open_for for open_for in seals.values())


class Held(NamedTuple):
    """What an agency holds of one piece: its kind, and the fields it was last told."""

    kind: Kind
    fields: Mapping[str, Field]


class Message(NamedTuple):
    """One change of what an agency holds: tell, replace or retract, and the fields it now is to hold."""

    disclosure: Disclosure
    fields: Mapping[str, Field]


def changes(held: Mapping[Key, Held], may: Mapping[Key, Told], *, closed: bool) -> Iterator[Message]:
    """The messages from what an agency holds to what it may know.

    The order is fixed, so that (position, n) names each for ever. After closing nothing new is told:
    only what was told is corrected or taken back.
    """
    for version, part in sorted(held.keys() - may.keys()):
        kind = held[version, part].kind
        yield Message(Disclosure(What.RETRACT, Version(version), PartId(part), kind, None), {})
    for key in sorted(may):
        piece, basis = may[key]
        if key in held:
            if dict(held[key].fields) != dict(piece.fields):
                yield _message(What.REPLACE, piece, basis)
        elif not closed:
            yield _message(What.TELL, piece, basis)


def _message(what: What, piece: Piece, basis: Release) -> Message:
    version, part = piece.key
    return Message(Disclosure(what, Version(version), PartId(part), piece.kind, basis.id), piece.fields)


def withheld(history: History, agreement: AgreementMade, day: date) -> Iterable[Piece]:
    """The pieces that *agreement* asks for and nothing allows telling on *day*."""
    may = told(history, agreement, day)
    return [piece for piece in pieces(history.upto(day), agreement) if piece.key not in may]
