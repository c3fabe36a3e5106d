"""Answer 4 of the Alder diary: what each agency is told, exactly, on a real store."""

import json
import re
import shutil
from datetime import UTC, date, datetime

import pytest
from being_told import decided, disclosures, kept_back, messages, replayed, tell
from diary import DENVER, lines
from rehearsal import SUPERVISOR, UTAH, record_line, rehearsal

from ihs_cases.cases import Cases
from ihs_domain.agencies import AgreementMade
from ihs_domain.gates import Refused
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.releasing import Kind
from ihs_domain.serving import ReferralFollowedUp, ReferralSent
from ihs_follow.follower import Follower
from ihs_follow.telling import Teller
from ihs_nats.source import AgencySource
from ihs_nats.wire import headers, seal, subject

VERSION: dict[str, int] = {}
"""The version under which each line of the diary was recorded, by the line's id."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The diary as recorded, with a teller that decides after every line, as one that follows would."""
    folder = tmp_path_factory.mktemp("alder")
    with rehearsal(folder) as cases:
        follower = Follower(cases, Teller(cases))
        for line in lines("alder"):
            try:
                VERSION[line["id"]] = record_line(cases, line).version
            except Refused:
                continue
            follower.catch_up()
    return folder


@pytest.fixture
def alder(kept, tmp_path):
    """A store of its own for each test."""
    folder = shutil.copytree(kept, tmp_path / "alder")
    with Cases.open(str(folder / "rehearsal.db"), rules=UTAH) as cases:
        yield cases


def test_wasatch_is_told_the_goal_on_02_03_though_older_the_referral_and_its_follow_up_and_nothing_else(alder):
    agreed, sent, followed = VERSION["alder-031"], VERSION["alder-035"], VERSION["alder-040"]

    assert decided(alder) == [("tell", agreed, "N3"), ("tell", sent, ""), ("tell", followed, "")]
    made = [
        (e.day, e.event.position) for e in alder.recorder.entries("agency/wasatch") if hasattr(e.event, "disclosures")
    ]
    release = next(e for e in alder.history("alder").record if e.command == "alder-034")
    assert made[0] == (date(2015, 2, 3), release.position)
    assert [day for day, _ in made] == [date(2015, 2, 3), date(2015, 2, 4), date(2015, 2, 24)]
    assert {one.basis for one in disclosures(alder)} == {"R1"}
    assert [(m.kind, m.what) for m in messages(alder)] == [
        ("plan-goals", "tell"),
        ("referral", "tell"),
        ("referral", "tell"),
    ]


def test_the_messages_say_only_what_was_asked_for(alder):
    goal, sent, followed = (json.loads(m.data) for m in messages(alder))

    assert (goal["on"], goal["intervention"]) == ("2015-01-29", goal["intervention"])
    assert set(goal) == {"on", "plan", "need", "intervention", "desired_result"}
    assert set(sent) == {"on", "referral", "need", "about"}
    assert (followed["on"], followed["outcome"], followed["referral"]) == ("2015-02-24", "connected", sent["referral"])
    assert (goal["need"], len(sent["about"])) == (sent["need"], 1)


def test_foothill_is_told_nothing_and_what_was_given_for_it_is_on_its_stream_as_withheld(alder):
    assert (decided(alder, "foothill"), messages(alder, "foothill")) == ([], [])
    assert kept_back(alder, "foothill") == [(VERSION["alder-036"], "")]


def test_what_wasatch_was_not_told_of_the_plan_is_on_its_stream_as_withheld(alder):
    agreed = VERSION["alder-031"]

    assert kept_back(alder) == [(agreed, "N1"), (agreed, "N2"), (agreed, "N3")]


def bytes_of(cases, agency):
    for m in messages(cases, agency):
        yield m.data
        yield json.dumps(headers(m)).encode()
        yield subject(m.agency, m.handle, m.kind).encode()
        yield seal(m.key, bytes(32), agency).encode()


def test_no_byte_of_any_message_tells_what_nobody_asked_for(alder):
    sent = b"\n".join(bytes_of(alder, "wasatch"))
    record = alder.history("alder", opened=True).record
    narratives = [e.event.words for e in record if isinstance(getattr(e.event, "words", None), str)]
    names = [e.event.name for e in record if isinstance(getattr(e.event, "name", None), str)]
    ids = ["alder", "A-1", "A-2", "A-m", "A-f", "N1", "N2", "N3", "T1", "T2", "PL0", "PL1", "RF1", "RF2", "RF3"]
    goals = ["permanency", "remain-home", "kin-guardianship", "dental", "parenting", "w-12", "s-3", "2008", "2012"]

    assert (len(narratives) > 5, len(names)) == (True, 4)
    for said in [*narratives, *names, "Alder"]:
        assert said.encode() not in sent
    for word in [*ids, *goals]:
        assert re.search(rb"(?<![A-Za-z0-9])" + word.encode() + rb"(?![A-Za-z0-9])", sent) is None, word


def test_two_agencies_share_no_pseudonym(alder):
    one, other = AgencySource(alder, "wasatch"), AgencySource(alder, "foothill")
    things = [("entry", "alder", "1"), ("id", "alder", "A-1"), ("message", "c", "1")]

    assert {one._pseudonym(*thing) for thing in things}.isdisjoint(other._pseudonym(*thing) for thing in things)
    assert one._key != other._key
    assert one.resume_secret() != other.resume_secret() != one._key
    assert one._pseudonym("id", "alder", "A-1") != one._pseudonym("id", "birch", "A-1")


def later(cases, when):
    """It is now *when*: something is on record then that tells nobody anything."""
    cases.record(
        AgreementMade("elsewhere", frozenset({Kind.SAFETY}), "any"),
        agency_id="elsewhere",
        actor=SUPERVISOR,
        occurred=when.date(),
        command_id=f"later-{when}",
        recorded_at=when,
    )


def amend(cases, event, when):
    cases.record(
        event, case_id="alder", actor=SUPERVISOR, occurred=when.date(), command_id=f"amend-{when}", recorded_at=when
    )
    tell(cases)


def test_after_closing_only_what_was_told_is_corrected(alder):
    when = datetime(2015, 6, 1, 9, tzinfo=DENVER)
    follow_up = VERSION["alder-040"]
    missed = ReferralFollowedUp("RF1", "offered-and-missed")
    amend(alder, EntryCorrected(follow_up, missed, date(2015, 2, 24), AmendmentReason.WRONG_DETAIL), when)
    amend(alder, ReferralFollowedUp("RF1", "connected"), when.replace(hour=10))

    assert decided(alder)[3:] == [("replace", follow_up, "")]
    assert [json.loads(m.data)["outcome"] for m in messages(alder)[2:]] == ["connected", "offered-and-missed"]


def test_after_the_releases_last_day_everything_is_retracted_and_nothing_new_told(alder):
    later(alder, datetime(2015, 8, 3, 23, 59, tzinfo=DENVER))
    tell(alder).pass_day()
    assert len(decided(alder)) == 3

    later(alder, datetime(2015, 8, 4, 0, 1, tzinfo=DENVER))
    tell(alder).pass_day()
    tell(alder).pass_day()

    agreed, sent, followed = VERSION["alder-031"], VERSION["alder-035"], VERSION["alder-040"]
    assert decided(alder)[3:] == [("retract", agreed, "N3"), ("retract", sent, ""), ("retract", followed, "")]
    assert replayed(messages(alder)) == {}
    assert {m.data for m in messages(alder)[3:]} == {b"{}"}
    assert (decided(alder, "foothill"), alder.agency("wasatch").held) == ([], {"alder": {}})


def test_what_lost_its_basis_before_it_was_sent_goes_out_as_a_retraction(alder):
    later(alder, datetime(2015, 8, 4, 9, tzinfo=UTC))

    assert [(m.what, m.data) for m in messages(alder)] == [("retract", b"{}")] * 3


def test_a_teller_that_comes_to_it_all_at_the_end_decides_the_same(alder, tmp_path):
    with rehearsal(tmp_path, "late") as cases:
        for line in lines("alder"):
            try:
                record_line(cases, line)
            except Refused:
                continue
        tell(cases, chunk=5)

        for agency in ("wasatch", "foothill"):
            assert decided(cases, agency) == decided(alder, agency)
            assert kept_back(cases, agency) == kept_back(alder, agency)
            assert [e.day for e in cases.recorder.entries(f"agency/{agency}")] == [
                e.day for e in alder.recorder.entries(f"agency/{agency}")
            ]


def test_a_referral_corrected_to_another_child_is_retracted(alder):
    sent = VERSION["alder-035"]
    other = ReferralSent("RF1", "N3", "wasatch", frozenset({"A-2"}))
    amend(
        alder,
        EntryCorrected(sent, other, date(2015, 2, 4), AmendmentReason.WRONG_PERSON),
        datetime(2015, 6, 1, 9, tzinfo=DENVER),
    )

    followed = VERSION["alder-040"]
    assert decided(alder)[3:] == [("retract", sent, ""), ("retract", followed, "")]
