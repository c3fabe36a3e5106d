"""Access: nobody reads a case but on a ground that stands on record on that day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from histories import LAST_DAY, amended, days, recorded
from hypothesis import given
from hypothesis import strategies as st

from ihs_domain.access import GROUNDS, Asked, Denial, Grant, Reader, could_read, left_to, may_read
from ihs_domain.assigning import DesigneeNamed, WorkerAssigned, WorkerUnassigned
from ihs_domain.case import EVENTS
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.looking import (
    AccessEnded,
    AccessGiven,
    AccessGround,
    Before,
    BreakGlassOpened,
    BreakGlassReviewed,
    Held,
    Post,
    Why,
    held_by,
    objections,
)
from ihs_domain.opening import Authority, CaseOpened, CourtOrderEnded, CourtOrderReceived, PartyNamed
from ihs_domain.persons import IdentificationWithdrawn, PersonIdentified
from ihs_domain.restricting import AccessRestricted, RecordSealed, RecordUnsealed
from ihs_domain.roles import Actor, Role
from ihs_domain.teaming import Part, TeamFormed, TeamMemberAdded, TeamMemberLeft

DAY = date(2024, 3, 1)
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
WORKER = Actor("w-1", Role.PRACTITIONER)
SUPERVISOR = Actor("s-1", Role.SUPERVISOR)
ADMINISTRATOR = Actor("a-1", Role.ADMINISTRATOR)
OPENED = CaseOpened(Authority.VOLUNTARY, "north", jurisdiction="us-ut")
IDENTIFIED = PersonIdentified("p-7", "k1", "gran", "same-papers")


def case(*events: Any) -> History:
    """A case as a worker recorded it; what lifts a seal, as a supervisor did."""
    who = ((event, SUPERVISOR if isinstance(event, RecordUnsealed) else WORKER) for event in events)
    return effective(recorded((event, DAY, actor) for event, actor in who))


def asked(day: date = DAY, purpose: str | None = None, at: datetime = NOON) -> Asked:
    return Asked("k1", day, at, at, purpose)


def asks(history: History, id_: str, role: Role, *own: Any, **more: Any) -> Grant | Denial:
    """What may_read answers whoever has these entries on their own stream, made at noon of that day."""
    entries = (Entry(event, DAY, n, Actor(id_, role), NOON) for n, event in enumerate(own, 1))
    return may_read(history, Reader(Actor(id_, role), held_by(entries)), asked(**more))


NOTHING = Denial(Why.NO_GROUND)

# The grounds


@pytest.mark.parametrize("role", Role)
def test_nobody_reads_a_case_in_which_nothing_names_them(role):
    assert asks(case(OPENED), "w-1", role) == NOTHING


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.CASE_MANAGER, Role.SECOND_WORKER, Role.CPS_WORKER])
def test_an_assigned_worker_reads_until_they_no_longer_are(role):
    assigned = (OPENED, WorkerAssigned("w-1"))

    assert asks(case(*assigned), "w-1", role) == Grant(AccessGround.ASSIGNED, frozenset({2}))
    assert asks(case(*assigned), "w-1", role, day=DAY - timedelta(1)) == NOTHING
    assert asks(case(*assigned), "w-2", role) == NOTHING
    assert asks(case(*assigned, WorkerUnassigned("w-1")), "w-1", role) == NOTHING


def test_a_role_does_not_lend_the_ground_of_another():
    history = case(OPENED, WorkerAssigned("w-1"), DesigneeNamed("w-1", DAY))

    assert asks(history, "w-1", Role.SUPERVISOR) == NOTHING
    assert asks(history, "w-1", Role.ADMINISTRATOR) == NOTHING


def test_a_designee_reads_while_they_are_named():
    history = case(OPENED, DesigneeNamed("d-1", DAY))

    assert asks(history, "d-1", Role.DESIGNEE) == Grant(AccessGround.DESIGNEE, frozenset({2}))
    assert asks(history, "d-1", Role.DESIGNEE, day=DAY + timedelta(1)) == NOTHING


def test_a_supervisor_reads_the_cases_of_their_workers_and_of_their_region():
    history = case(OPENED, WorkerAssigned("w-1"))
    of_worker, of_region = (AccessGiven(Post.SUPERVISOR, **of) for of in ({"worker": "w-1"}, {"region": "north"}))

    worker = Grant(AccessGround.SUPERVISES_THE_WORKER, frozenset({2}), frozenset({1}))
    region = Grant(AccessGround.SUPERVISES_THE_REGION, frozenset({1}), frozenset({1}))
    assert asks(history, "s-1", Role.SUPERVISOR, of_worker) == worker
    assert asks(history, "s-1", Role.CPS_SUPERVISOR, of_region) == region
    assert asks(history, "s-1", Role.SUPERVISOR, AccessGiven(Post.SUPERVISOR, worker="w-2")) == NOTHING
    assert asks(history, "s-1", Role.SUPERVISOR, AccessGiven(Post.SUPERVISOR, region="south")) == NOTHING
    assert asks(history, "s-1", Role.AUDITOR, of_region) == NOTHING


def test_a_post_lets_look_from_its_day_until_its_last_or_until_it_is_ended():
    history, post = case(OPENED), AccessGiven(Post.AUDITOR, until=DAY + timedelta(1))
    read = [asks(history, "a-9", Role.AUDITOR, post, day=DAY + timedelta(n)) != NOTHING for n in (-1, 0, 1, 2)]

    assert read == [False, True, True, False]
    assert asks(history, "a-9", Role.AUDITOR, post) == Grant(AccessGround.AUDITOR, frozenset(), frozenset({1}))
    assert asks(history, "a-9", Role.AUDITOR, post, AccessEnded(1)) == NOTHING


@pytest.mark.parametrize("role", [Role.GUARDIAN_AD_LITEM, Role.ASSISTANT_ATTORNEY_GENERAL])
def test_a_party_reads_the_case_that_names_them_under_their_id_in_the_register(role):
    history = case(OPENED, PartyNamed("gran", role), IDENTIFIED)

    expected = Grant(AccessGround.PARTY, frozenset({2, 3}), without=frozenset({"gran"}))
    assert asks(history, "p-7", role) == expected
    assert asks(history, "gran", role) == NOTHING  # another family may call somebody else so
    others = {Role.GUARDIAN_AD_LITEM, Role.ASSISTANT_ATTORNEY_GENERAL, Role.COURT, Role.PARENTS_COUNSEL} - {role}
    assert {asks(history, "p-7", other) for other in others} == {NOTHING}


def test_who_was_identified_by_mistake_reads_nothing_from_then_on():
    withdrawn = IdentificationWithdrawn("p-7", "k1", "gran", "another")
    history = case(OPENED, PartyNamed("gran", Role.GUARDIAN_AD_LITEM), IDENTIFIED, withdrawn)

    assert asks(history, "p-7", Role.GUARDIAN_AD_LITEM) == NOTHING


def test_a_court_reads_while_an_order_of_it_stands():
    named = (OPENED, PartyNamed("gran", Role.COURT), IDENTIFIED)
    order = CourtOrderReceived("O1", "supervision", services_ordered=True)

    assert asks(case(*named), "p-7", Role.COURT) == NOTHING
    assert asks(case(*named, order), "p-7", Role.COURT).basis == {2, 3, 4}
    assert asks(case(*named, order, CourtOrderEnded("O1")), "p-7", Role.COURT) == NOTHING


def test_counsel_for_a_parent_reads_what_that_parent_may_have_a_copy_of():
    named = PartyNamed("gran", Role.PARENTS_COUNSEL, of="dad")
    history = case(PersonJoined("dad", Relation.FATHER), named, IDENTIFIED)

    found = asks(history, "p-7", Role.PARENTS_COUNSEL)

    assert found == Grant(AccessGround.COUNSEL, frozenset({2, 3}), without=frozenset({"gran"}), copy_for="dad")
    assert asks(case(PartyNamed("gran", Role.PARENTS_COUNSEL), IDENTIFIED), "p-7", Role.PARENTS_COUNSEL) == NOTHING


@pytest.mark.parametrize("role", [Role.TEAM_MEMBER, Role.PARENT, Role.PROVIDER, Role.REFERENT])
def test_a_team_member_reads_a_copy_once_the_family_helped_form_the_team(role):
    formed = TeamFormed({"gran": Part.RELATIVE}, frozenset({"mum"}))
    alone = TeamFormed({"gran": Part.RELATIVE}, frozenset())

    found = asks(case(OPENED, formed, IDENTIFIED), "p-7", role)

    assert found == Grant(AccessGround.TEAM, frozenset({2, 3}), without=frozenset({"gran"}), copy_for="gran")
    assert asks(case(OPENED, alone, IDENTIFIED), "p-7", role) == NOTHING
    assert asks(case(OPENED, formed, IDENTIFIED, TeamMemberLeft("gran")), "p-7", role) == NOTHING


def test_what_is_kept_from_the_reader_as_the_case_knows_them_is_left_out():
    kept = AccessRestricted(1, frozenset({"gran"}), "danger")
    history = case(OPENED, WorkerAssigned("p-7"), IDENTIFIED, kept)

    found = asks(history, "p-7", Role.PRACTITIONER)

    assert [e.version for e in left_to(history.record, found)] == [2, 3]
    assert left_to(history.record, Grant(AccessGround.AUDITOR, frozenset())) == list(history.record)


# Seals


def test_a_sealed_record_is_closed_to_everybody_but_for_the_purposes_its_seal_names():
    sealed = (OPENED, WorkerAssigned("w-1"), RecordSealed("order-1", frozenset({"new-report"})))
    closed = Denial(Why.SEALED, frozenset({"order-1"}))

    assert asks(case(*sealed), "w-1", Role.PRACTITIONER) == closed
    assert asks(case(*sealed), "w-1", Role.PRACTITIONER, purpose="curiosity") == closed
    assert asks(case(*sealed), "w-1", Role.PRACTITIONER, purpose="new-report").ground is AccessGround.ASSIGNED
    assert asks(case(*sealed), "a-9", Role.AUDITOR, AccessGiven(Post.AUDITOR)) == closed
    assert asks(case(*sealed), "w-1", Role.PRACTITIONER, BreakGlassOpened("k1", "fear")) == closed
    assert asks(case(*sealed, RecordUnsealed("order-1")), "w-1", Role.PRACTITIONER).ground is AccessGround.ASSIGNED


def test_of_two_seals_each_must_name_the_purpose():
    seals = [RecordSealed(order, frozenset(purposes)) for order, purposes in (("o-1", {"a", "b"}), ("o-2", {"b"}))]
    history = case(OPENED, WorkerAssigned("w-1"), *seals)

    assert asks(history, "w-1", Role.PRACTITIONER, purpose="a") == Denial(Why.SEALED, frozenset({"o-2"}))
    assert asks(history, "w-1", Role.PRACTITIONER, purpose="b").ground is AccessGround.ASSIGNED


# Broken glass


def test_broken_glass_opens_one_case_for_sixty_minutes_to_who_broke_it():
    glass, history = BreakGlassOpened("k1", "child-in-danger"), case(OPENED)
    minutes = {n: NOON + timedelta(minutes=n) for n in (-1, 0, 59, 60)}
    read = {n: asks(history, "w-9", Role.PRACTITIONER, glass, at=at) != NOTHING for n, at in minutes.items()}

    assert read == {-1: False, 0: True, 59: True, 60: False}
    assert asks(history, "w-9", Role.PRACTITIONER, BreakGlassOpened("k2", "child-in-danger")) == NOTHING
    assert asks(history, "w-9", Role.PRACTITIONER, glass) == Grant(
        AccessGround.BREAK_GLASS, frozenset(), frozenset({1})
    )


def test_who_may_read_anyway_does_not_read_by_broken_glass():
    history = case(OPENED, WorkerAssigned("w-1"))

    assert asks(history, "w-1", Role.PRACTITIONER, BreakGlassOpened("k1", "fear")).ground is AccessGround.ASSIGNED


HELD = held_by(
    [
        Entry(AccessGiven(Post.AUDITOR), DAY, 1),
        Entry(BreakGlassOpened("k1", "fear"), DAY, 2, SUPERVISOR, NOON),
        Entry(BreakGlassOpened("k1", "fear"), DAY, 3, SUPERVISOR, NOON),
        Entry(BreakGlassReviewed(3, justified=True), DAY, 4),
        Entry(AccessGiven(Post.AUDITOR), DAY, 5),
        Entry(AccessEnded(5), DAY, 6),
    ]
)
OTHER_SUPERVISOR = Actor("s-2", Role.SUPERVISOR)


@pytest.mark.parametrize(
    "said, actor, why",
    [
        (AccessGiven(Post.AUDITOR), ADMINISTRATOR, []),
        (AccessGiven(Post.SUPERVISOR, region="north"), ADMINISTRATOR, []),
        (AccessGiven(Post.AUDITOR), SUPERVISOR, ["posts are given", "nobody gives themselves"]),
        (AccessGiven(Post.AUDITOR, region="north"), ADMINISTRATOR, ["an auditor looks everywhere"]),
        (AccessGiven(Post.SUPERVISOR), ADMINISTRATOR, ["a supervisor supervises a worker"]),
        (AccessGiven(Post.SUPERVISOR, "w-1", "north"), ADMINISTRATOR, ["a supervisor supervises a worker"]),
        (AccessEnded(1), ADMINISTRATOR, []),
        (AccessEnded(1), OTHER_SUPERVISOR, ["posts are given"]),
        (AccessEnded(2), ADMINISTRATOR, ["no post of that version"]),
        (AccessEnded(5), ADMINISTRATOR, ["no post of that version"]),
        (BreakGlassOpened("k1", "fear"), SUPERVISOR, []),
        (BreakGlassOpened("k1", "fear"), OTHER_SUPERVISOR, ["the glass is broken by"]),
        (BreakGlassOpened("k1", "fear"), Actor("s-1", Role.PARENT), ["the glass is broken by"]),
        (BreakGlassReviewed(2, justified=False), OTHER_SUPERVISOR, []),
        (BreakGlassReviewed(2, justified=True), SUPERVISOR, ["nobody reviews their own"]),
        (BreakGlassReviewed(2, justified=True), WORKER, ["a breaking of the glass is reviewed"]),
        (BreakGlassReviewed(3, justified=True), OTHER_SUPERVISOR, ["no breaking of the glass of that version"]),
        (BreakGlassReviewed(1, justified=True), OTHER_SUPERVISOR, ["no breaking of the glass of that version"]),
    ],
)
def test_what_an_access_stream_refuses(said, actor, why):
    found = [objection.says for objection in objections(said, Before("s-1", HELD, actor))]

    assert [says[: len(start)] for says, start in zip(found, why, strict=True)] == why


# Any history whatever

BEARING = (
    *(WorkerAssigned, WorkerAssigned, WorkerUnassigned, DesigneeNamed, CaseOpened, PartyNamed, PersonIdentified),
    *(PersonIdentified, IdentificationWithdrawn, CourtOrderReceived, CourtOrderEnded, TeamFormed, TeamMemberAdded),
    *(TeamMemberLeft, RecordSealed, RecordUnsealed),
)
HISTORIES = amended(*BEARING)
IDS = ("some", "words", "nobody")
"""The first two are the ids that histories draw for actors, regions and those in the register."""

said = st.one_of(
    st.builds(AccessGiven, st.sampled_from(Post), st.none() | st.sampled_from(IDS), st.none() | st.sampled_from(IDS)),
    st.builds(AccessEnded, st.integers(1, 3)),
    st.builds(BreakGlassOpened, st.sampled_from(["k1", "k2"]), st.just("fear")),
)
streams = st.lists(st.tuples(said, days, st.sampled_from(sorted(GROUNDS))), max_size=3)
helds = st.fixed_dictionaries({id_: streams.map(lambda lines, id_=id_: own(id_, lines)) for id_ in IDS})


def own(id_: str, lines: list[tuple[Any, date, Role]]) -> Held:
    """What somebody's stream of these lines says of them."""
    return held_by(
        Entry(event, day, n, Actor(id_, role), datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        for n, (event, day, role) in enumerate(lines, 1)
    )


def on(day: date, purpose: str | None = "some") -> Asked:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Asked("k1", day, start, start + timedelta(days=1), purpose)


def readers(history: History, held: dict[str, Held], question: Asked) -> dict[Actor, Grant]:
    """Whoever may read, asked of everybody in every role there is."""
    everybody = [Actor(id_, role) for id_ in IDS for role in Role]
    answers = {actor: may_read(history, Reader(actor, held.get(actor.id, Held())), question) for actor in everybody}
    return {actor: answer for actor, answer in answers.items() if isinstance(answer, Grant)}


@given(amended(*(cls for cls in EVENTS if cls not in BEARING)), days)
def test_without_a_ground_on_record_nobody_reads(record, day):
    assert readers(effective(record), {}, on(day)) == {}


@given(HISTORIES, helds, days)
def test_a_grant_names_entries_that_stand_on_that_day(record, held, day):
    history = effective(record)
    standing = {entry.version for entry in history.upto(day)} | {
        entry.version
        for entry in history.of(PersonIdentified)  # known, not done on a day
    }

    for actor, grant in readers(history, held, on(day)).items():
        assert grant.basis | grant.held
        assert grant.basis <= standing
        for version in grant.held:
            given_, glass = held[actor.id].given.get(version), held[actor.id].glasses.get(version)
            assert given_.stands_on(day) if given_ else glass.case == "k1"


@given(HISTORIES, helds, days)
def test_what_a_grant_rests_on_is_what_it_is_gone_without(record, held, day):
    for actor, grant in readers(effective(record), held, on(day)).items():
        left = [entry for entry in record if entry.version not in grant.basis]
        own_ = held[actor.id]
        less = Held(
            {v: g for v, g in own_.given.items() if v not in grant.held},
            {v: g for v, g in own_.glasses.items() if v not in grant.held},
        )

        assert readers(effective(left), {**held, actor.id: less}, on(day)).get(actor) != grant


@given(amended(*BEARING, first=[(WorkerAssigned("some"), days_, WORKER) for days_ in (date(2024, 1, 1),)]), helds, days)
def test_taking_an_assignment_away_lets_nobody_read_who_did_not_before(record, held, day):
    with_it = readers(effective(record), held, on(day))

    for entry in record:
        if isinstance(entry.event, WorkerAssigned):
            without = readers(effective(e for e in record if e.version != entry.version), held, on(day))
            assert without.keys() <= with_it.keys()


@given(HISTORIES, helds, days)
def test_who_could_have_read_is_everybody_who_asked_would_be_let_in(record, held, day):
    history = effective(record)
    held = {id_: own_ for id_, own_ in held.items() if own_ != Held()}

    assert {one.actor: one.grant for one in could_read(history, held, on(day))} == readers(history, held, on(day))


def test_who_could_have_read_are_also_those_of_whom_no_stream_says_anything():
    formed = TeamFormed({"gran": Part.RELATIVE}, frozenset({"mum"}))
    history = case(OPENED, WorkerAssigned("w-1"), DesigneeNamed("d-1"), formed, IDENTIFIED)

    found = {(one.actor.id, one.grant.ground) for one in could_read(history, {}, asked())}

    assert found == {("w-1", AccessGround.ASSIGNED), ("d-1", AccessGround.DESIGNEE), ("p-7", AccessGround.TEAM)}


@given(amended(*BEARING, RecordSealed), helds)
def test_a_seal_lets_nobody_read_who_could_not_without_it(record, held):
    unsealed = [entry for entry in record if not isinstance(entry.event, RecordSealed)]

    sealed = readers(effective(record), held, on(LAST_DAY, None))

    assert sealed.keys() <= readers(effective(unsealed), held, on(LAST_DAY, None)).keys()
