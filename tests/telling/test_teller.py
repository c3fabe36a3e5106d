"""The teller: each decision once, on record before anything is sent, and taken back when its basis is gone."""

import json
import shutil
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from being_told import (
    BOTH,
    agree,
    decided,
    disclosures,
    kept_back,
    messages,
    next_day,
    open_case,
    referral,
    release,
    replayed,
    tell,
)
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import UTAH, WORKER, Desk, live, rehearsal

from ihs_cases.cases import Cases
from ihs_domain.agencies import AgreementEnded, AgreementMade, DisclosuresMade, What
from ihs_domain.closing import CaseClosed, CaseReopened, Ending
from ihs_domain.disclosure import told
from ihs_domain.gates import Refused
from ihs_domain.persons import PersonIdentified, PersonRegistered
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanGoal
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind, ReleaseRevoked
from ihs_domain.roles import Role
from ihs_domain.serving import ReferralFollowedUp
from ihs_domain.terms import Reported
from ihs_follow.follower import Follower
from ihs_follow.telling import Teller, in_force
from ihs_nats.source import AgencySource
from ihs_nats.wire import START

TOLD = [("tell", 8, "")]
REFERRED = 8  # the version of the referral, after the six entries of an open case and the release


@pytest.fixture
def told_desk(desk):
    """One agency with an agreement, one open case with a release and a referral to it, and both decided."""
    agree(desk)
    open_case(desk)
    desk.put(release())
    desk.put(referral())
    tell(desk.cases)
    assert decided(desk.cases) == TOLD
    return desk


# Once


@pytest.mark.parametrize(
    "event", [ReferralFollowedUp("RF1", "connected"), ReleaseRevoked("R1", "p-m")], ids=["told", "retracted"]
)
def test_a_teller_that_starts_anew_decides_nothing_again(told_desk, event):
    told_desk.put(event)
    tell(told_desk.cases)
    assert len(decided(told_desk.cases)) == 2
    before = told_desk.cases.store.head()

    for chunk in (1, 3, 1000):
        tell(told_desk.cases, chunk).pass_day()

    assert told_desk.cases.store.head() == before


def test_what_is_decided_is_on_record_before_anything_can_be_sent(desk):
    agree(desk)
    open_case(desk)
    desk.put(release())
    desk.put(referral())

    assert messages(desk.cases) == []
    tell(desk.cases)
    on_record = [
        e.position for e in desk.cases.recorder.entries("agency/wasatch") if isinstance(e.event, DisclosuresMade)
    ]
    assert [m.key.position for m in messages(desk.cases)] == on_record


def test_messages_are_the_same_however_often_and_from_wherever_they_are_asked(told_desk):
    told_desk.put(ReferralFollowedUp("RF1", "connected"))
    told_desk.put(EntryVoided(REFERRED + 1, AmendmentReason.OTHER))
    tell(told_desk.cases)

    every = messages(told_desk.cases)

    assert (len(every), every) == (3, messages(told_desk.cases))
    for n, message in enumerate(every):
        assert messages(told_desk.cases, after=message.key) == every[n + 1 :]
    assert len({m.key for m in every}) == len({m.id for m in every}) == 3
    assert sorted(every, key=lambda m: m.key) == every


KILLED = """
import os, signal, sys
from rehearsal import UTAH
from ihs_cases.cases import Cases
from ihs_follow.follower import Follower
from ihs_follow.telling import Teller

cases, left = Cases.open(sys.argv[1], rules=UTAH), int(sys.argv[2])
append = cases.store.append

def appended(*args, **kwargs):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return append(*args, **kwargs)

cases.store.append = appended
Follower(cases, Teller(cases), 3).catch_up()
"""


@pytest.mark.faults
def test_a_teller_killed_between_any_two_decisions_leaves_none_out_and_none_twice(tmp_path):
    folder = tmp_path / "whole"
    folder.mkdir()
    with rehearsal(folder) as cases:
        desk = Desk(cases)
        for case in ("k1", "k2"):
            open_case(desk, case)
            desk.put(release(), case=case)
            desk.put(referral(), case=case)
        agree(desk)
        desk.put(ReleaseRevoked("R1", "p-m"))
    killed = shutil.copytree(folder, tmp_path / "killed")
    support = {"PYTHONPATH": str(Path(__file__).parents[1] / "support")}
    for allowed in (0, 1, 1):
        command = [sys.executable, "-c", KILLED, str(killed / "rehearsal.db"), str(allowed)]
        assert subprocess.run(command, env=support, check=False).returncode == -9

    with Cases.open(str(folder / "rehearsal.db"), rules=UTAH) as cases:
        tell(cases)
        whole = decided(cases), kept_back(cases)
    with Cases.open(str(killed / "rehearsal.db"), rules=UTAH) as cases:
        assert len(cases.recorder.entries("agency/wasatch")) == 3
        tell(cases)
        assert (decided(cases), kept_back(cases)) == whole
    assert whole == ([*TOLD, *TOLD, ("retract", REFERRED, "")], [])


def test_tellers_that_race_decide_each_thing_once(tmp_path):
    with live(tmp_path) as cases:
        say = {"actor": WORKER, "occurred": date(2015, 1, 5)}
        far = date(2999, 1, 1)
        desk = Live(cases)
        for case in ("k1", "k2", "k3", "k4"):
            open_case(desk, case)
            desk.put(release(until=far), case=case)
            desk.put(referral(), case=case)
        agree(desk)
        desk.put(ReferralFollowedUp("RF1", "connected"), case="k2")
        cases.record(EntryVoided(REFERRED, AmendmentReason.OTHER), case_id="k1", command_id="void", **say)
        raised = []

        def follow(chunk):
            try:
                tell(cases, chunk).pass_day()
            except Exception as error:  # noqa: BLE001 - whatever it is, the test is to see it
                raised.append(error)

        threads = [threading.Thread(target=follow, args=(chunk,)) for chunk in (1, 2, 1000)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert raised == []
        made = [e.event for e in cases.recorder.entries("agency/wasatch") if isinstance(e.event, DisclosuresMade)]
        counted = Counter((event.case, one.what, one.entry) for event in made for one in event.disclosures)
        assert set(counted.values()) == {1}
        assert {case: sorted(entry for entry, _ in held) for case, held in cases.agency("wasatch").held.items()} == {
            "k1": [],
            "k2": [8, 9],
            "k3": [8],
            "k4": [8],
        }


class Live(Desk):
    """A desk at a live store, which stamps the time of recording itself."""

    def put(self, event, *, case="k1", **more):
        self.count += 1
        say = {"case_id": case, "actor": WORKER, "occurred": date(2015, 1, 5), "command_id": f"c{self.count}"}
        return self.cases.record(event, **{**say, **more})


# Taken back


def test_a_revocation_retracts_what_rested_on_it(told_desk):
    told_desk.put(ReleaseRevoked("R1", "p-m"))
    tell(told_desk.cases)

    assert decided(told_desk.cases)[1:] == [("retract", REFERRED, "")]
    assert replayed(messages(told_desk.cases)) == {}


def test_what_rests_on_another_release_too_stays_told(told_desk):
    told_desk.put(release("R2"))
    told_desk.put(ReleaseRevoked("R1", "p-m"))
    tell(told_desk.cases)

    assert decided(told_desk.cases) == TOLD


def test_what_ran_out_is_retracted_by_the_days_pass_and_once(desk):
    agree(desk)
    open_case(desk)
    desk.put(release(until=date(2015, 1, 7)))
    desk.put(referral())
    teller = tell(desk.cases)
    for _ in range(2):
        next_day(desk)
        teller.pass_day()
        assert decided(desk.cases) == TOLD

    next_day(desk)
    teller.pass_day()
    teller.pass_day()

    assert decided(desk.cases)[1:] == [("retract", REFERRED, "")]


def test_the_days_pass_never_passes_over_what_is_not_decided_yet(told_desk):
    open_case(told_desk, "k2")
    told_desk.put(release(), case="k2")
    told_desk.put(referral(), case="k2")
    told_desk.put(ReleaseRevoked("R1", "p-m"))

    Teller(told_desk.cases).pass_day()
    tell(told_desk.cases)

    assert told_desk.cases.agency("wasatch").held["k2"].keys() == {(REFERRED, "")}
    assert told_desk.cases.agency("wasatch").held["k1"] == {}


def test_a_correction_replaces_what_was_told_and_a_void_retracts_it(told_desk):
    told_desk.put(ReferralFollowedUp("RF1", "waiting"))
    tell(told_desk.cases)
    fixed = ReferralFollowedUp("RF1", "connected")
    told_desk.put(EntryCorrected(9, fixed, date(2015, 1, 5), AmendmentReason.WRONG_DETAIL))
    tell(told_desk.cases)
    told_desk.put(EntryVoided(REFERRED, AmendmentReason.DID_NOT_HAPPEN))
    tell(told_desk.cases)

    assert decided(told_desk.cases)[1:] == [
        ("tell", 9, ""),
        ("replace", 9, ""),
        ("retract", REFERRED, ""),
        ("retract", 9, ""),
    ]
    assert replayed(messages(told_desk.cases)) == {}


def test_voiding_the_void_tells_it_again(told_desk):
    told_desk.put(EntryVoided(REFERRED, AmendmentReason.OTHER))
    told_desk.put(EntryVoided(9, AmendmentReason.OTHER))
    tell(told_desk.cases)

    assert decided(told_desk.cases)[1:] == [("retract", REFERRED, ""), ("tell", REFERRED, "")]


# Agreements


@pytest.mark.parametrize("follows", [True, False], ids=["a teller that follows", "one that comes late"])
def test_an_agreement_made_later_opens_the_past_on_its_own_day(desk, follows):
    agree(desk, agency="foothill")
    open_case(desk)
    desk.put(release())
    desk.put(referral())
    if follows:
        tell(desk.cases)
    desk.on(2, 1)
    agree(desk)

    tell(desk.cases)

    stream = desk.cases.recorder.entries("agency/wasatch")
    [made] = [e for e in stream if isinstance(e.event, DisclosuresMade)]
    assert decided(desk.cases) == TOLD
    assert (made.day, made.event.position) == (date(2015, 2, 1), stream[0].position)


def test_an_agreement_that_ends_while_it_is_decided_is_taken_into_account(tmp_path, monkeypatch):
    with live(tmp_path) as cases:
        desk = Live(cases)
        agree(desk)
        open_case(desk)
        desk.put(release(until=date(2999, 1, 1)))
        desk.put(referral())
        record, ended = cases.record, []

        def recorded_after_the_end(event, **said):
            if not ended:
                ended.append(record)
                desk.put(AgreementEnded("wasatch"), case=None, agency_id="wasatch")
            return record(event, **said)

        monkeypatch.setattr(cases, "record", recorded_after_the_end)
        tell(cases)

        assert (len(ended), decided(cases), kept_back(cases)) == (1, [], [])


def test_an_agreement_that_ends_retracts_everything_and_keeps_nothing_back(told_desk):
    told_desk.put(AgreementEnded("wasatch"), case=None, agency_id="wasatch")
    told_desk.put(referral("RF2"))
    tell(told_desk.cases).pass_day()

    assert decided(told_desk.cases)[1:] == [("retract", REFERRED, "")]
    assert kept_back(told_desk.cases) == []


def test_an_agreement_past_its_last_day_tells_nothing_and_keeps_nothing_back(desk):
    agree(desk, until=date(2015, 1, 6))
    open_case(desk)
    desk.put(release())
    desk.put(referral())
    tell(desk.cases)
    desk.on(1, 7).put(referral("RF2"))
    tell(desk.cases).pass_day()

    assert decided(desk.cases) == [*TOLD, ("retract", REFERRED, "")]
    assert kept_back(desk.cases) == []


def test_an_agreement_that_asks_for_less_retracts_the_rest(told_desk):
    agree(told_desk, asks=frozenset({Kind.PLAN_GOALS}))
    tell(told_desk.cases)
    told_desk.put(referral("RF2"))
    tell(told_desk.cases).pass_day()

    assert decided(told_desk.cases)[1:] == [("retract", REFERRED, "")]


def test_an_agreement_made_again_tells_again(told_desk):
    told_desk.put(AgreementEnded("wasatch"), case=None, agency_id="wasatch")
    tell(told_desk.cases)
    told_desk.on(2, 1)
    agree(told_desk)
    tell(told_desk.cases)

    assert [what for what, _, _ in decided(told_desk.cases)] == ["tell", "retract", "tell"]
    assert len(replayed(messages(told_desk.cases))) == 1


def test_an_agency_without_agreement_or_release_is_told_nothing(desk):
    agree(desk, agency="foothill")
    open_case(desk)
    desk.put(release())
    desk.put(referral())
    tell(desk.cases)

    assert (decided(desk.cases, "foothill"), kept_back(desk.cases, "foothill")) == ([], [])
    assert desk.cases.agency_ids() == ["foothill"]


# Closed and open


def test_after_a_reopening_what_was_kept_back_since_closing_is_told(told_desk):
    told_desk.put(CaseClosed(Ending.FAMILY_WITHDREW))
    told_desk.put(ReferralFollowedUp("RF1", "connected"))
    tell(told_desk.cases)
    assert decided(told_desk.cases) == TOLD

    told_desk.put(CaseReopened())
    tell(told_desk.cases)

    assert decided(told_desk.cases) == [*TOLD, ("tell", 10, "")]


# Between deciding and sending


@pytest.mark.parametrize(
    "event, where",
    [
        (ReleaseRevoked("R1", "p-m"), {}),
        (EntryVoided(REFERRED, AmendmentReason.OTHER), {}),
        (AgreementEnded("wasatch"), {"case": None, "agency_id": "wasatch"}),
        (AgreementMade("wasatch", frozenset({Kind.PLAN_GOALS}), "treatment"), {"case": None, "agency_id": "wasatch"}),
        (AgreementMade("wasatch", BOTH, "research"), {"case": None, "agency_id": "wasatch"}),
        (AgreementMade("wasatch", BOTH, "treatment", date(2015, 1, 4)), {"case": None, "agency_id": "wasatch"}),
    ],
    ids=["revoked", "void", "ended", "asks for less", "for another purpose", "over"],
)
def test_nothing_is_sent_whose_basis_is_gone_by_then(told_desk, event, where):
    assert [m.what for m in messages(told_desk.cases)] == ["tell"]

    told_desk.put(event, **where)

    assert [(m.what, m.data) for m in messages(told_desk.cases)] == [("retract", b"{}")]


def test_what_turned_out_to_be_about_somebody_else_is_not_sent_as_it_was(told_desk):
    from ihs_domain.household import PersonJoined, Relation

    told_desk.put(PersonJoined("p-2", Relation.CHILD))
    told_desk.put(evolve(release("R2"), about=frozenset({"p-2"})))
    other = evolve(referral(), about=frozenset({"p-2"}))
    told_desk.put(EntryCorrected(REFERRED, other, date(2015, 1, 5), AmendmentReason.WRONG_PERSON))

    assert [m.what for m in messages(told_desk.cases)] == ["retract"]
    tell(told_desk.cases)
    assert [m.what for m in messages(told_desk.cases)] == ["retract", "replace"]


def test_one_agency_is_told_of_two_families_ids_under_names_it_cannot_join_even_for_one_person(desk):
    agree(desk)
    desk.put(PersonRegistered("r-1"), case=None, person_id="r-1")
    for case in ("k1", "k2"):
        open_case(desk, case)
        desk.put(release(), case=case)
        desk.put(PersonIdentified("r-1", case, "p-1", "same-address"), case=None, person_id="r-1")
        desk.put(referral(), case=case)
    tell(desk.cases)

    about = [json.loads(message.data)["about"] for message in messages(desk.cases)]

    assert [len(whom) for whom in about] == [1, 1]
    assert about[0] != about[1]
    assert not [message for message in messages(desk.cases) if b"r-1" in message.data]


def test_two_agencies_are_told_of_one_case_under_names_they_cannot_join(told_desk):
    agree(told_desk, agency="foothill")
    told_desk.put(release("R2", agency="foothill"))
    told_desk.put(referral("RF2", agency="foothill"))
    tell(told_desk.cases)

    one, other = messages(told_desk.cases), messages(told_desk.cases, "foothill")

    def names(message):
        data = json.loads(message.data)
        return {message.handle, message.id, message.entry, data["referral"], data["need"], *data["about"]}

    assert (len(one), len(other)) == (1, 1)
    assert names(one[0]).isdisjoint(names(other[0]))


# Any history


AGENCIES = st.sampled_from(["wasatch", "foothill"])
RELEASES, REFERRALS, PLANS = (st.sampled_from([f"{kind}{n}" for n in (1, 2, 3)]) for kind in ("R", "RF", "PL"))
DAYS = st.integers(5, 20).map(lambda day: date(2015, 1, day))
VERSIONS = st.integers(6, 16)
REPORTED = Reported("w-12", Role.PRACTITIONER, date(2015, 1, 5), "a-letter")
REFERRED_OUTSIDE = st.builds(lambda name, to: evolve(referral(name, to), reported=REPORTED), REFERRALS, AGENCIES)
GOALS = st.sampled_from(["asked", "done"]).map(lambda result: (PlanGoal("N1", "visits", result), PlanGoal("N1")))
ON_CASES = st.one_of(
    st.builds(release, RELEASES, AGENCIES, until=DAYS),
    st.builds(ReleaseRevoked, RELEASES, st.just("p-m")),
    REFERRED_OUTSIDE,
    st.builds(ReferralFollowedUp, REFERRALS, st.just("connected")),
    st.builds(PlanDrafted, PLANS, GOALS),
    st.builds(PlanAgreed, PLANS, reported=st.just(REPORTED)),
    st.builds(EntryVoided, VERSIONS, st.just(AmendmentReason.OTHER)),
    st.builds(EntryCorrected, VERSIONS, REFERRED_OUTSIDE, st.just(date(2015, 1, 5)), st.just(AmendmentReason.OTHER)),
    st.sampled_from([CaseClosed(Ending.MOVED), CaseReopened()]),
)
ON_AGENCIES = st.one_of(
    st.builds(AgreementMade, AGENCIES, st.sampled_from([BOTH, frozenset({Kind.REFERRAL})]), st.just("treatment")),
    st.builds(AgreementEnded, AGENCIES),
)
MEANWHILE = st.sampled_from(["a day goes by", "the teller catches up", "the day's pass"])


@settings(max_examples=some(15))
@given(acts=st.lists(st.one_of(ON_CASES, ON_CASES, ON_AGENCIES, MEANWHILE), min_size=6, max_size=20))
def test_what_an_agency_holds_in_the_end_is_exactly_what_it_may_know(tmp_path_factory, acts):
    with rehearsal(tmp_path_factory.mktemp("any")) as cases:
        desk, teller = Desk(cases), Teller(cases)
        open_case(desk)
        agree(desk, "wasatch")
        for act in [*acts, CaseReopened(), "the day's pass"]:
            with suppress(Refused):
                _carry_out(desk, teller, act)

        for agency_id in cases.agency_ids():
            assert_holds_what_it_may_know(cases, teller, agency_id)
            assert_every_message_had_its_basis(cases, agency_id)


def _carry_out(desk: Desk, teller: Teller, act: object) -> None:
    if act == "a day goes by":
        next_day(desk, 4)
    elif act == "the teller catches up":
        Follower(desk.cases, teller, chunk=3).catch_up()
    elif act == "the day's pass":
        Teller(desk.cases).pass_day()
    elif isinstance(act, (AgreementMade, AgreementEnded)):
        desk.put(act, case=None, agency_id=act.agency)
    else:
        desk.put(act, day=max(date(2015, 1, 5), desk.now.date() - timedelta(days=3)))


def assert_holds_what_it_may_know(cases: Cases, teller: Teller, agency_id: str) -> None:
    agency, history, day = cases.agency(agency_id), cases.history("k1"), teller.today()
    agreement = in_force(agency, day)
    may = told(history, agreement, day) if agreement else {}
    held = teller.held(agency, agency_id, "k1")
    assert {key: dict(one.fields) for key, one in held.items()} == {
        key: dict(one.piece.fields) for key, one in may.items()
    }
    source = AgencySource(cases, agency_id)
    holds = replayed(list(source.after(START)))
    assert holds == {
        source._pseudonym("entry", "k1", str(version), part): source._fields("k1", one.piece.fields)
        for (version, part), one in may.items()
    }


def assert_every_message_had_its_basis(cases: Cases, agency_id: str) -> None:
    for entry in cases.recorder.entries(f"agency/{agency_id}"):
        if not isinstance(entry.event, DisclosuresMade):
            continue
        position = entry.event.position
        agreement = in_force(cases.agency(agency_id, as_at=position), entry.day)
        may = told(cases.history("k1", as_at=position), agreement, entry.day) if agreement else {}
        for one in entry.event.disclosures:
            if one.what is not What.RETRACT:
                assert may[one.entry, one.part].basis.id == one.basis
    assert all((one.basis is None) == (one.what is What.RETRACT) for one in disclosures(cases, agency_id))
