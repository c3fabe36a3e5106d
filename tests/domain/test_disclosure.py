"""Telling: never without a basis, nothing kept back that may be known, and the change log adds up."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from histories import FIRST_DAY, amended, days, recorded
from hypothesis import given
from hypothesis import strategies as st
from made_up import AGREEMENT

from ihs_domain.agencies import (
    Agency,
    AgreementEnded,
    AgreementMade,
    Disclosure,
    DisclosuresMade,
    DisclosureWithheld,
    Holding,
    What,
    agreement_ended,
    agreement_made,
    disclosure_withheld,
    disclosures_made,
)
from ihs_domain.assessing import NeedIdentified
from ihs_domain.disclosure import Held, Message, Told, changes, pieces, told, withheld
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanGoal
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind, ReleaseRevoked, ReleaseSigned
from ihs_domain.requesting import ServicesRequested, Source
from ihs_domain.roles import SYSTEM
from ihs_domain.serving import Outcome, ReferralFollowedUp, ReferralGiven, ReferralSent

TELLING = (
    NeedIdentified, PlanDrafted, PlanAgreed, ReferralSent, ReferralGiven, ReferralFollowedUp,
    ReleaseSigned, ReleaseSigned, ReleaseSigned, ReleaseRevoked,
)  # fmt: skip
agreements = st.builds(
    AgreementMade,
    agency=st.sampled_from(["school", "clinic"]),
    asks=st.sampled_from([frozenset(Kind), frozenset({Kind.REFERRAL}), frozenset({Kind.PLAN_GOALS})]),
    purpose=st.sampled_from(["some", "words"]),
    until=st.none() | days,
)
GOALS = (PlanGoal("need-1", "tutoring", "reads"), PlanGoal("need-2", "rest"), PlanGoal("need-1", "glasses", "sees"))
SCENE = tuple(
    (event, FIRST_DAY, SYSTEM)
    for event in (
        NeedIdentified("need-1", "school", "person-1"),
        NeedIdentified("need-2", "health", "person-2"),
        PlanDrafted("plan-1", GOALS),
        PlanAgreed("plan-1"),
        ReferralSent("referral-1", "need-1", "school", frozenset({"person-1"})),
    )
)
RELEASES = tuple(
    ReleaseSigned(f"release-{n}", "person-1", frozenset(about), agency, purpose, frozenset(Kind), date(2024, month, 20))
    for n, agency, purpose, about, month in (
        (1, "school", "some", {"person-1", "person-2"}, 2),
        (2, "school", "some", {"person-1"}, 4),
        (2, "school", "words", {"person-1", "person-2"}, 3),
        (1, "clinic", "words", {"person-1", "person-2"}, 3),
    )
)
lines = st.one_of(
    amended(*TELLING),
    *(amended(*TELLING, first=[*SCENE, (release, date(2024, 1, 20), SYSTEM)]) for release in RELEASES),
    amended(*TELLING, first=[(release, date(2024, 1, 10), SYSTEM) for release in RELEASES] + [*SCENE]),
)


def in_force(history: History, day: date) -> Iterator[ReleaseSigned]:
    """The releases in force on *day*, read off the entries one by one: one ever revoked by then is not."""
    known = [e for e in history if e.day <= day]
    for at, entry in enumerate(known):
        said = entry.event
        if isinstance(said, ReleaseSigned) and entry.day <= day <= said.until:
            after = [e.event for e in known[at + 1 :]]
            again = any(isinstance(e, ReleaseSigned) and e.release == said.release for e in after)
            revoked = any(isinstance(e.event, ReleaseRevoked) and e.event.release == said.release for e in known)
            if not again and not revoked:
                yield said


def expected(history: History, agreement: AgreementMade, day: date) -> set[tuple[int, str]]:
    """The keys of what *agreement* asks for, is not for somebody else, was sent, and a release in force allows."""
    if agreement.until is not None and agreement.until < day:
        return set()
    return {
        piece.key
        for piece in pieces(history.upto(day), AgreementMade(agreement.agency, frozenset(Kind), "any"))
        if piece.kind in agreement.asks
        and piece.about
        and not isinstance(piece.entry.event, ReferralGiven)
        and any(allows(release, agreement, piece.kind, piece.about) for release in in_force(history, day))
    }


def allows(release: ReleaseSigned, agreement: AgreementMade, kind: Kind, about: frozenset[Any]) -> bool:
    return (
        release.recipient == agreement.agency
        and release.purpose == agreement.purpose
        and kind in release.kinds
        and about <= release.about
    )


@given(lines, agreements, days)
def test_what_is_told_is_what_a_release_in_force_that_day_allows_and_nothing_of_it_is_kept_back(record, agreement, day):
    history = effective(record)

    may = told(history, agreement, day)

    assert may.keys() == expected(history, agreement, day)
    for key, (piece, basis) in may.items():
        assert piece.key == key
        assert basis.covers(agreement.agency, piece.kind, piece.about, day)
        assert basis.purpose == agreement.purpose


@given(lines, agreements)
def test_a_piece_is_asked_for_and_addressed_to_this_agency_or_to_nobody(record, agreement):
    for piece in pieces(effective(record), agreement):
        assert piece.kind in agreement.asks
        assert piece.to in {None, agreement.agency}
        assert None not in piece.about


@given(lines, agreements)
def test_no_two_pieces_have_the_same_key(record, agreement):
    keys = [piece.key for piece in pieces(effective(record), agreement)]

    assert len(keys) == len(set(keys))


@given(lines, agreements, days)
def test_what_is_withheld_is_what_was_asked_for_and_not_told(record, agreement, day):
    history = effective(record)
    may = told(history, agreement, day)

    kept = withheld(history, agreement, day)

    assert {p.key for p in kept} | set(may) == {p.key for p in pieces(history.upto(day), agreement)}
    assert {p.key for p in kept} & set(may) == set()


def apply(held: Mapping[tuple[int, str], Held], messages: list[Message]) -> dict[tuple[int, str], Held]:
    now = dict(held)
    for said, fields in messages:
        if said.what is What.RETRACT:
            del now[said.entry, said.part]
            assert (said.basis, fields) == (None, {})
        else:
            assert ((said.entry, said.part) in now) == (said.what is What.REPLACE)
            assert said.basis is not None
            now[said.entry, said.part] = Held(said.kind, fields)
    return now


def holdings(may: Mapping[tuple[int, str], Told]) -> dict[tuple[int, str], Held]:
    return {key: Held(t.piece.kind, t.piece.fields) for key, t in may.items()}


@given(lines, agreements, st.lists(st.tuples(st.integers(0, 50), days), max_size=5))
def test_the_change_log_applied_to_what_is_held_gives_what_may_be_held(record, agreement, moments):
    held: dict[tuple[int, str], Held] = {}
    for position, day in sorted(moments):
        may = told(effective(record, as_at=position), agreement, day)

        messages = list(changes(held, may, closed=False))

        order = [(m.disclosure.what is not What.RETRACT, m.disclosure.entry, m.disclosure.part) for m in messages]
        assert order == sorted(order)
        held = apply(held, messages)
        assert held == holdings(may)
        assert list(changes(held, may, closed=False)) == []


@given(lines, agreements, st.integers(0, 50), st.integers(0, 50), days)
def test_after_closing_what_is_held_is_corrected_or_taken_back_and_nothing_new_is_told(
    record, agreement, before, after, day
):
    held = holdings(told(effective(record, as_at=before), agreement, day))
    may = told(effective(record, as_at=after), agreement, day)

    now = apply(held, list(changes(held, may, closed=True)))

    assert now == {
        key: held for key, held in holdings(may).items() if key in held_before(record, agreement, before, day)
    }


def held_before(record: Any, agreement: AgreementMade, position: int, day: date) -> set[tuple[int, str]]:
    return set(told(effective(record, as_at=position), agreement, day))


@given(lines, agreements, days)
def test_the_agencys_own_stream_says_what_it_holds(record, agreement, day):
    held = holdings(told(effective(record, as_at=20), agreement, day))
    may = told(effective(record), agreement, day)
    first = tuple(m.disclosure for m in changes({}, told(effective(record, as_at=20), agreement, day), closed=False))
    then = tuple(m.disclosure for m in changes(held, may, closed=False))
    replaced = {(d.entry, d.part) for d in then if d.what is What.REPLACE}

    agency = disclosures_made(Agency(), Entry(DisclosuresMade("k", 20, first), day))
    agency = disclosures_made(agency, Entry(DisclosuresMade("k", 40, then), day))

    assert agency.held == {
        "k": {key: Holding(t.piece.kind, 20 if key in held.keys() - replaced else 40) for key, t in may.items()}
    }
    assert agency.decided_upto == 40


# By example

MARCH, MARCH_20 = date(2024, 3, 1), date(2024, 3, 20)
NEED = NeedIdentified("n", "tutoring", "c")
RELEASE = ReleaseSigned("r", "c", frozenset({"c"}), "school", "some", frozenset({Kind.REFERRAL}), date(2024, 3, 20))
REFERRAL = ReferralSent("rf", "n", "school", frozenset({"c"}))


def history(*acts: tuple[Any, int]) -> History:
    return effective(record(*acts))


def record(*acts: tuple[Any, int]) -> tuple[Entry[Any], ...]:
    return recorded((event, date(2024, 3, day), SYSTEM) for event, day in acts)


def keys(acts: History, day: int, agreement: AgreementMade = AGREEMENT) -> list[tuple[int, str]]:
    return list(told(acts, agreement, date(2024, 3, day)))


SENT = ((NEED, 1), (RELEASE, 5), (REFERRAL, 6))


def test_a_referral_is_told_with_its_open_fields_from_its_day_to_the_last_day_of_the_release():
    (may,) = told(history(*SENT), AGREEMENT, date(2024, 3, 6)).values()

    assert may.piece.fields == {"on": "2024-03-06", "referral": "rf", "need": "n", "about": ("c",)}
    assert (may.piece.kind, may.basis.id) == (Kind.REFERRAL, "r")
    assert [day for day in range(1, 32) if keys(history(*SENT), day)] == list(range(6, 21))


def test_a_revoked_release_retracts_what_was_told_from_its_day():
    acts = history(*SENT, (ReleaseRevoked("r", "c"), 10))

    assert [day for day in range(1, 32) if keys(acts, day)] == [6, 7, 8, 9]


def test_a_void_retracts_what_was_told():
    before, after = record(*SENT), record(*SENT, (EntryVoided(3, AmendmentReason.OTHER), 7))
    held = holdings(told(effective(before), AGREEMENT, date(2024, 3, 7)))

    (message,) = changes(held, told(effective(after), AGREEMENT, date(2024, 3, 7)), closed=True)

    assert (message.disclosure.what, message.disclosure.entry, message.disclosure.kind) == (
        What.RETRACT,
        3,
        Kind.REFERRAL,
    )


@pytest.mark.parametrize("closed", [False, True])
def test_a_correction_reaches_whoever_was_told_also_after_closing(closed):
    told_then = told(history(*SENT), AGREEMENT, date(2024, 3, 7))
    other_need = (NeedIdentified("m", "health", "c"), 1)
    corrected = EntryCorrected(3, evolve(REFERRAL, need="m"), date(2024, 3, 6), AmendmentReason.WRONG_DETAIL)
    told_now = told(history(*SENT, other_need, (corrected, 7)), AGREEMENT, date(2024, 3, 7))

    (message,) = changes(holdings(told_then), told_now, closed=closed)

    assert message.disclosure == Disclosure(What.REPLACE, 3, "", Kind.REFERRAL, "r")
    assert message.fields == {"on": "2024-03-06", "referral": "rf", "need": "m", "about": ("c",)}


def test_what_ends_with_a_release_is_taken_back_in_order_and_what_begins_is_told_in_order():
    goals = tuple(PlanGoal(need) for need in ("z", "n", "m"))
    needs = [(NeedIdentified(need, "some", "c"), 1) for need in ("z", "n", "m")]
    release = (evolve(RELEASE, kinds=frozenset({Kind.PLAN_GOALS})), 2)
    may = told(history(*needs, release, (PlanDrafted("p", goals), 3), (PlanAgreed("p"), 4)), AGREEMENT, MARCH_20)

    given = [m.disclosure.part for m in changes({}, may, closed=False)]
    taken = [m.disclosure.part for m in changes(holdings(may), {}, closed=True)]

    assert given == taken == ["m", "n", "z"]


def test_a_release_opens_the_past_it_covers():
    assert keys(history((NEED, 1), (REFERRAL, 2), (RELEASE, 5)), 4) == []
    assert keys(history((NEED, 1), (REFERRAL, 2), (RELEASE, 5)), 5) == [(2, "")]


def test_a_release_for_another_purpose_does_not_hide_the_one_that_covers():
    other = (evolve(RELEASE, release="q", purpose="other"), 4)

    (may,) = told(history(other, *SENT), AGREEMENT, date(2024, 3, 6)).values()

    assert may.basis.id == "r"
    assert keys(history((NEED, 1), other, (REFERRAL, 6)), 6) == []


def test_an_agreement_that_has_run_out_tells_nothing():
    until = evolve(AGREEMENT, until=date(2024, 3, 8))

    assert keys(history(*SENT), 8, until) == [(3, "")]
    assert keys(history(*SENT), 9, until) == []


def test_details_given_to_the_family_are_never_told():
    given = (ReferralGiven("rf", "n", "school", "c"), 6)

    assert keys(history((NEED, 1), (RELEASE, 5), given, (ReferralFollowedUp("rf", Outcome.CONNECTED), 7)), 8) == []


@pytest.mark.parametrize("need_of, about", [("c", {"c"}), (None, set())])
def test_details_given_to_the_family_are_a_piece_about_whom_the_need_is_of_and_are_withheld(need_of, about):
    given = (ReferralGiven("rf", "n", "school", "c"), 6)
    acts = history((evolve(NEED, of=need_of), 1), (RELEASE, 5), given)

    (kept,) = withheld(acts, AGREEMENT, date(2024, 3, 8))

    assert (kept.key, kept.kind, kept.about, kept.to) == ((3, ""), Kind.REFERRAL, about, "school")
    assert kept.fields == {"on": "2024-03-06", "referral": "rf", "need": "n"}


def test_a_follow_up_on_details_given_to_the_family_is_no_piece_to_tell_or_withhold():
    given = (ReferralGiven("rf", "n", "school", "c"), 6)
    acts = history((NEED, 1), given, (ReferralFollowedUp("rf", Outcome.CONNECTED), 7))

    assert [piece.key for piece in pieces(acts, AGREEMENT)] == [(2, "")]


def test_those_referred_together_are_told_in_order():
    both = frozenset({"d", "c", "b", "e"})
    acts = history((NEED, 1), (evolve(RELEASE, about=both), 5), (evolve(REFERRAL, about=both), 6))

    (may,) = told(acts, AGREEMENT, date(2024, 3, 6)).values()

    assert may.piece.fields["about"] == ("b", "c", "d", "e")


def test_a_follow_up_is_told_to_whom_the_referral_went():
    acts = history(*SENT, (ReferralFollowedUp("rf", Outcome.CONNECTED), 8))

    may = told(acts, AGREEMENT, date(2024, 3, 8))

    assert may[4, ""].piece.fields == {"on": "2024-03-08", "referral": "rf", "outcome": "connected"}
    assert keys(acts, 8, evolve(AGREEMENT, agency="clinic")) == []


OF_N = (PlanGoal("n", "tutoring", "reads"), PlanGoal("n", "glasses", "sees"), PlanGoal("m", "rest", "sleeps"))


@pytest.mark.parametrize("need_of, goals", [("c", ["tutoring", "glasses"]), (None, [])])
def test_each_goal_of_a_plan_is_told_if_it_is_about_somebody_released(need_of, goals):
    release = (evolve(RELEASE, kinds=frozenset({Kind.PLAN_GOALS})), 2)
    needs = ((evolve(NEED, of=need_of), 1), (NeedIdentified("m", "rest", "f"), 1))

    may = told(history(*needs, release, (PlanDrafted("p", OF_N), 3), (PlanAgreed("p"), 4)), AGREEMENT, date(2024, 3, 9))

    assert [t.piece.fields["intervention"] for t in may.values()] == goals
    assert sorted(may) == [(5, part) for part in ("n", "n.2")][: len(goals)]
    assert all(t.piece.fields["plan"] == "p" and t.piece.fields["need"] == "n" for t in may.values())


def test_the_goals_told_are_those_of_the_latest_draft():
    release = (evolve(RELEASE, kinds=frozenset({Kind.PLAN_GOALS})), 2)
    drafts = ((PlanDrafted("p", OF_N), 3), (PlanDrafted("p", OF_N[1:]), 4), (PlanDrafted("q", OF_N[:1]), 4))

    may = told(history((NEED, 1), release, *drafts, (PlanAgreed("p"), 5)), AGREEMENT, date(2024, 3, 9))

    assert [t.piece.fields["intervention"] for t in may.values()] == ["glasses"]


def test_an_agencys_agreement_is_its_newest_until_it_ends():
    agency = agreement_made(Agency(), Entry(AGREEMENT, MARCH))
    ended = agreement_ended(agency, Entry(AgreementEnded("school"), MARCH + timedelta(days=1)))
    kept = disclosure_withheld(agency, Entry(DisclosureWithheld("k", 3, 2, "", Kind.REFERRAL), MARCH))

    assert (agency.agreement, agency.ended_on) == (AGREEMENT, None)
    assert ended.ended_on == date(2024, 3, 2)
    assert agreement_made(ended, Entry(AGREEMENT, MARCH)).ended_on is None
    assert kept.withheld == {("k", 2, "")}


@pytest.mark.parametrize("signed_on, revoked_on", [(5, 9), (5, 3), (9, 5)])
def test_a_revoked_release_stays_revoked_whatever_the_order_of_days(signed_on, revoked_on):
    acts = history((NEED, 1), (RELEASE, signed_on), (ReleaseRevoked("r", "c"), revoked_on), (REFERRAL, 6))

    assert keys(acts, 12) == []


def test_a_release_that_an_outsider_signed_allows_nothing():
    asked = ServicesRequested("xx-mu", Source.SCHOOL, referent="c")
    acts = ((asked, 1), *SENT)

    assert keys(history(*acts), 8) == []
    assert keys(history(*acts, (PersonJoined("c", Relation.CHILD), 1)), 8) == [(4, "")]
