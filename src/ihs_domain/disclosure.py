"""Telling: what an agency may know of a case on a day is one more view; what it is sent is that view's change log."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from ihs_domain.agencies import AgreementMade, Disclosure, What
from ihs_domain.case import Case, fold
from ihs_domain.history import Entry, History
from ihs_domain.planning import PlanAgreed, PlanDrafted
from ihs_domain.releasing import Kind, Release
from ihs_domain.serving import ReferralFollowedUp, ReferralGiven, ReferralSent
from ihs_domain.terms import AgencyId, PartId, PersonId, Version

Field = str | int | bool | None


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
    def key(self) -> tuple[int, str]:
        """What names this piece for ever: the entry's version, and the part."""
        return self.entry.version, self.part


class Told(NamedTuple):
    """A piece that may be told, and the release it rests on."""

    piece: Piece
    basis: Release


Pieces = Callable[[Entry[Any], Case, History], Iterator[Piece]]


def _referral_sent(entry: Entry[ReferralSent], case: Case, history: History) -> Iterator[Piece]:
    said = entry.event
    persons = ",".join(sorted(said.about))
    yield Piece(
        entry, "", Kind.REFERRAL, said.about, said.to, {"referral": said.referral, "need": said.need, "about": persons}
    )


def _referral_given(entry: Entry[ReferralGiven], case: Case, history: History) -> Iterator[Piece]:
    said = entry.event
    of = case.assessing.needs.get(said.need)
    about = frozenset({of}) if of else frozenset()
    yield Piece(entry, "", Kind.REFERRAL, about, said.to, {"referral": said.referral, "need": said.need})


def _referral_followed(entry: Entry[ReferralFollowedUp], case: Case, history: History) -> Iterator[Piece]:
    referral = case.serving.referrals.get(entry.event.referral)
    if referral is not None and referral.sent:
        fields = {"referral": entry.event.referral, "outcome": entry.event.outcome.value}
        yield Piece(entry, "", Kind.REFERRAL, referral.about, referral.to, fields)


def _plan_goals(entry: Entry[PlanAgreed], case: Case, history: History) -> Iterator[Piece]:
    drafts = [e.event for e in history.of(PlanDrafted) if e.event.plan == entry.event.plan]
    for goal in drafts[-1].goals if drafts else ():
        of = case.assessing.needs.get(goal.need)
        about = frozenset({of}) if of else frozenset()
        fields = {
            "plan": entry.event.plan,
            "need": goal.need,
            "intervention": goal.intervention,
            "desired_result": goal.desired_result,
        }
        yield Piece(entry, goal.need, Kind.PLAN_GOALS, about, None, fields)


PIECES: Final[dict[type, Pieces]] = {
    ReferralSent: _referral_sent,
    ReferralGiven: _referral_given,
    ReferralFollowedUp: _referral_followed,
    PlanAgreed: _plan_goals,
}
"""What can be told at all. An event that is not here is never told to anyone outside."""


def pieces(history: History, agreement: AgreementMade) -> Iterator[Piece]:
    """Every piece of a case that *agreement* asks for and that is not addressed to somebody else."""
    case = fold(history)
    for entry in history.of_any(*PIECES):
        for piece in PIECES[type(entry.event)](entry, case, history):
            if piece.kind in agreement.asks and piece.to in {None, agreement.agency}:
                yield piece


def told(history: History, agreement: AgreementMade, day: date) -> dict[tuple[int, str], Told]:
    """What the agency may know of this case on *day*, each piece with its basis. Default: nothing.

    A release opens the past it covers; a referral given to the family is never told, as nothing was sent.
    """
    if agreement.until is not None and day > agreement.until:
        return {}
    releasing = fold(history, upto=day).releasing
    may: dict[tuple[int, str], Told] = {}
    for piece in pieces(history, agreement):
        basis = releasing.basis(agreement.agency, piece.kind, piece.about, day)
        if (
            basis is not None
            and basis.purpose == agreement.purpose
            and not isinstance(piece.entry.event, ReferralGiven)
        ):
            may[piece.key] = Told(piece, basis)
    return may


class Held(NamedTuple):
    """What an agency holds of one piece: its kind, and the fields it was last told."""

    kind: Kind
    fields: Mapping[str, Field]


class Message(NamedTuple):
    """One change of what an agency holds: tell, replace or retract, and the fields it now is to hold."""

    disclosure: Disclosure
    fields: Mapping[str, Field]


def changes(
    held: Mapping[tuple[int, str], Held], may: Mapping[tuple[int, str], Told], *, closed: bool
) -> Iterator[Message]:
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
    return [piece for piece in pieces(history, agreement) if piece.key not in may and piece.entry.day <= day]
