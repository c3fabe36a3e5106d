"""The Cedar diary: each numbered answer worked out by hand, held against the core, a real store and a real server."""

import asyncio
import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from diary import DENVER, Diary, lines, proposal

from ihs_cases.cases import Cases
from ihs_cases.instruments import installed
from ihs_domain.agencies import AgreementEnded, DisclosuresMade, OnCallCovered, on_call_at
from ihs_domain.approving import DocumentationConfirmed
from ihs_domain.assessing import RiskAssessed, RiskOverridden
from ihs_domain.assigning import held_by
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactAttempted, ContactMade
from ihs_domain.duties import Duty, State
from ihs_domain.editions import RuleBook
from ihs_domain.gates import Refused
from ihs_domain.history import Entry
from ihs_domain.judge import judge
from ihs_domain.owing import duties
from ihs_domain.releasing import Kind
from ihs_domain.risk import RiskLevel, risk_level, risk_level_on
from ihs_domain.roles import Actor, Role
from ihs_domain.serving import FundsSpent, ReferralFollowedUp, ReferralSent
from ihs_domain.terms import ActorId
from ihs_follow.follower import Follower
from ihs_follow.telling import Teller
from ihs_nats import EmbeddedServer, Publisher, provision
from ihs_nats.source import AgencySource
from ihs_nats.wire import START
from ihs_new_mexico import EDITIONS
from ihs_record.reading import read_said
from ihs_subscriber import Subscriber

RIO = "rio-recovery"
FOLLOWED_UP = next(
    line["id"]
    for line in lines("cedar")
    if line["record"] == "ReferralFollowedUp" and line["with"]["outcome"] == "connected"
)


@pytest.fixture(scope="module")
def law():
    return RuleBook(EDITIONS).law("us-nm")


@pytest.fixture(scope="module")
def cedar(law):
    return Diary(law).play(line for line in lines("cedar") if "case" in line)


def on(cedar: Diary, day: date, cite: str) -> list[Duty]:
    return [d for d in duties(cedar.history(), cedar.law, day) if cite in d.cites]


def duty(cedar: Diary, day: date, cite: str, *subject: str) -> Duty:
    [found] = [d for d in on(cedar, day, cite) if d.subject == subject]
    return found


def days(cedar: Diary, versions) -> list[date]:
    by_version = {e.version: e.day for e in cedar.history()}
    return [by_version[version] for version in versions]


def test_every_decision_the_diary_marks_is_refused_with_its_clause_and_no_other(cedar):
    refused = [(r.cites, r.about) for r in cedar.refused.values()]

    assert refused == [
        ([], ["@21"]),
        (["SIHP23 15"], ["RF1"]),
        (["SIHP23 8"], ["PL0"]),
        (["SIHP23 16"], []),
        (["SIHP23 4", "SIHP23 4"], ["C-1", "T1"]),
        (["SIHP23 4"], ["T1"]),
    ]
    without_clause = [o.says for r in cedar.refused.values() for o in r.objections if not o.rules]
    assert without_clause == ["this is not for a practitioner to decide", "this is the actor's own entry"]


def test_the_findings_are_the_assignment_of_w_40_and_the_days_without_a_safety_plan(cedar):
    found = [(f.event, f.day, f.objection.cites, f.objection.about) for f in judge(cedar.history(), cedar.law)]

    assert found == [
        ("WorkerAssigned", date(2026, 1, 29), ("SIHP23 Minimum Qualifications",), ("w-40",)),
        ("ThreatManaged", date(2026, 5, 6), ("SIHP23 2",), ("T1",)),
    ]
    assert [(f.event, f.day) for f in cedar.findings] == [(event, day) for event, day, *_ in found]


def test_answer_1_the_amount_of_contact_is_open_until_02_02(cedar):
    until = [duty(cedar, date(2026, 1, 29) + timedelta(days=n), "SIHP23 3").state for n in range(4)]
    then = next(d for d in on(cedar, date(2026, 2, 2), "SIHP23 3") if not d.subject)

    assert until == [State.OPEN] * 4
    assert (then.since, then.state, then.met_on) == (date(2026, 1, 29), State.MET, date(2026, 2, 2))


def test_answer_1_february_4_of_4(cedar):
    february = duty(cedar, date(2026, 2, 28), "SIHP23 3", "2026-02")

    assert (february.state, february.needs, february.met_on) == (State.MET, 4, date(2026, 2, 24))
    assert [day.day for day in days(cedar, february.evidence)] == [3, 10, 17, 24]


def test_answer_1_march_3_of_4_is_late_from_04_01_and_says_why_the_attempt_and_the_call_do_not_count(cedar):
    last_day, next_day = (duty(cedar, day, "SIHP23 3", "2026-03") for day in (date(2026, 3, 31), date(2026, 4, 1)))

    assert (last_day.state, last_day.next_change_on) == (State.OPEN, date(2026, 4, 1))
    assert (next_day.state, next_day.late_days, len(next_day.evidence), next_day.needs) == (State.LATE, 1, 3, 4)
    by_version = {e.version: e for e in cedar.history()}
    assert [(by_version[n.version].day.day, type(by_version[n.version].event), n.why) for n in next_day.near] == [
        (14, ContactMade, "it was by phone, which is not counted, and not everyone it is to be with was met"),
        (17, ContactAttempted, "nobody was met"),
    ]


def test_answer_1_april_2_of_2_and_a_may_that_closing_cuts_short_is_not_late(cedar):
    april = duty(cedar, date(2026, 4, 30), "SIHP23 3", "2026-04")
    may = [duty(cedar, day, "SIHP23 3", "2026-05") for day in (date(2026, 5, 7), date(2026, 5, 8), date(2026, 6, 1))]

    assert (april.state, april.needs, april.met_on) == (State.MET, 2, date(2026, 4, 21))
    assert [d.state for d in may] == [State.OPEN, State.LAPSED, State.LAPSED]
    assert days(cedar, may[-1].evidence) == [date(2026, 5, 6)]


def test_answer_2_the_referral_is_followed_up_until_03_05(cedar):
    before, met = (duty(cedar, day, "SIHP23 10", "RF1") for day in (date(2026, 3, 4), date(2026, 3, 5)))

    assert (before.since, before.state) == (date(2026, 2, 12), State.OPEN)
    assert days(cedar, [n.version for n in before.near]) == [date(2026, 2, 26)]
    assert (met.state, met.met_on) == (State.MET, date(2026, 3, 5))


def test_answer_2_an_appointment_offered_and_missed_would_also_have_met_it(law):
    missed = Diary(law).play(
        line | ({"with": line["with"] | {"outcome": "offered-and-missed"}} if line["id"] == FOLLOWED_UP else {})
        for line in lines("cedar")
        if "case" in line
    )

    assert duty(missed, date(2026, 3, 5), "SIHP23 10", "RF1").state is State.MET


AWAITING = [
    ("SafetyAssessmentCompleted", date(2026, 1, 30)),
    ("SafetyPlanAgreed", date(2026, 1, 30)),
    ("ContactStandardSet", date(2026, 2, 2)),
    ("ContactMade", date(2026, 2, 3)),
    ("InstrumentReviewed", date(2026, 2, 5)),
    ("InstrumentReviewed", date(2026, 2, 5)),
    ("RiskAssessed", date(2026, 2, 5)),
    ("ContactMade", date(2026, 2, 10)),
    ("ReleaseSigned", date(2026, 2, 11)),
    ("PlanAgreed", date(2026, 2, 12)),
    ("ReferralSent", date(2026, 2, 12)),
]


def documented(cedar: Diary, day: date) -> list[tuple[str, date, State]]:
    return sorted(((d.subject[1], d.since, d.state) for d in on(cedar, day, "SIHP23 14")), key=lambda d: d[1:2])


def test_answer_3_what_awaits_its_documentation_in_facts_on_02_13(cedar):
    found = documented(cedar, date(2026, 2, 13))

    assert sorted(found) == sorted((event, day, State.OPEN) for event, day in AWAITING)


def test_answer_3_each_is_met_by_its_own_confirmation_and_none_before(law):
    diary = Diary(law).play(
        line for line in lines("cedar") if "case" in line and line["recorded_at"] < "2026-02-13T00:00"
    )
    versions = [int(d.subject[0][1:]) for d in on(diary, date(2026, 2, 13), "SIHP23 14")]

    for n, version in enumerate(versions, 1):
        diary.take(
            Entry(
                DocumentationConfirmed(version, "facts"),
                date(2026, 2, 16),
                len(diary.record) + 1,
                Actor(ActorId("facts"), Role.SYSTEM),
            )
        )
        met = [d for d in on(diary, date(2026, 2, 16), "SIHP23 14") if d.state is State.MET]

        assert {int(d.subject[0][1:]) for d in met} == set(versions[:n])
    assert [d.state for d in on(diary, date(2026, 2, 15), "SIHP23 14")] == [State.OPEN] * len(AWAITING)


def put(cases: Cases, line) -> None:
    cases.record(
        read_said(line["record"], line["with"]),
        case_id=line.get("case"),
        agency_id=line.get("agency"),
        actor=Actor(ActorId(line["actor"]), Role(line["role"])),
        occurred=datetime.fromisoformat(line["occurred"]),
        command_id=line["id"],
        recorded_at=datetime.fromisoformat(line["recorded_at"]),
    )


def tell(cases: Cases, since: str, until: str) -> None:
    """Record what was recorded from *since* up to *until*, with a teller that decides after every line."""
    follower = Follower(cases, Teller(cases))
    for line in lines("cedar"):
        if since <= line["recorded_at"] < until:
            try:
                put(cases, line)
            except Refused:
                continue
            follower.catch_up()


@pytest.fixture
def store(tmp_path):
    with Cases.create(str(tmp_path / "cedar.db"), rehearsal=True) as cases:
        yield cases


def decided(cases: Cases):
    return [e for e in cases.recorder.entries(f"agency/{RIO}") if isinstance(e.event, DisclosuresMade)]


def accounting(cases: Cases):
    return [(e.day, d.what.value, d.kind, d.basis) for e in decided(cases) for d in e.event.disclosures]


TOLD = [
    (date(2026, 2, 12), "tell", Kind.REFERRAL, "R1"),
    (date(2026, 2, 26), "tell", Kind.REFERRAL, "R1"),
    (date(2026, 3, 5), "tell", Kind.REFERRAL, "R1"),
]
TAKEN_BACK = [(date(2026, 4, 10), "retract", Kind.REFERRAL, None)] * 3


def test_answer_4_on_02_12_rio_recovery_is_told_the_referral_for_the_mother_and_nothing_on_anybody_else(store):
    tell(store, "2026", "2026-02-13")

    assert accounting(store) == TOLD[:1]
    [sent] = AgencySource(store, RIO).after(START)
    [entry] = [e for e in store.history("cedar") if e.version == decided(store)[0].event.disclosures[0].entry]
    assert (type(entry.event), entry.event.about) == (ReferralSent, {"C-m"})
    assert set(json.loads(sent.data)) == {"on", "referral", "need", "about"}
    assert len(json.loads(sent.data)["about"]) == 1


def test_answer_4_on_04_11_it_holds_nothing_and_the_accounting_keeps_what_was_disclosed(store):
    tell(store, "2026", "2026-04-12")

    assert store.agency(RIO).held.get("cedar", {}) == {}
    assert accounting(store) == TOLD + TAKEN_BACK
    told = [d.entry for e in decided(store) for d in e.event.disclosures if d.basis]
    entries = {e.version: type(e.event) for e in store.history("cedar")}
    assert [entries[version] for version in told] == [ReferralSent, ReferralFollowedUp, ReferralFollowedUp]


def test_answer_4_what_was_sent_is_purged_and_a_control_message_says_so(store, tmp_path, nats_server):
    source = AgencySource(store, RIO)
    said = []

    async def receive(server, file):
        login = server.connection.agency(RIO).login
        take = lambda m: said.append((m.kind, m.what, sorted(m.body)))  # noqa: E731 - one line is enough
        async with Subscriber.connect(server.url, login.user, login.password, RIO, tmp_path / file, take) as agency:
            await agency.drain(0.2)
            return len(agency.held())

    async def run(server):
        await provision(server.connection)
        async with Publisher.connect(server.connection) as publisher:
            tell(store, "2026", "2026-04-01")
            await publisher.publish(RIO, source.after, source.resume_secret())
            before = await receive(server, "agency.db")
            tell(store, "2026-04-01", "2026-04-12")
            await publisher.publish(RIO, source.after, source.resume_secret())
            [handle] = {message.handle for message in source.after(START)}
            await publisher.purge(RIO, handle, source.resume_secret())
            return before, await receive(server, "agency.db")

    with EmbeddedServer(tmp_path / "nats", agencies=[RIO]) as server:
        held = asyncio.run(run(server))

    assert held[0] == 3
    assert said[-1] == ("control", "tell", ["purged"])
    assert [line for line in said if line[0] != "control" and line[1] != "retract"] == said[:3]


def test_answer_5_one_expense_with_need_and_purpose_and_nothing_of_the_refused_attempt(cedar):
    [spent] = cedar.history().of(FundsSpent)
    approvals = [e for e in cedar.history() if type(e.event).__name__ == "FundsApproved"]

    assert (spent.event.cents, spent.event.need, spent.event.purpose) == (
        18000,
        "electricity-disconnected",
        "restore-power-for-nebuliser",
    )
    assert [(e.event.cents, e.event.purpose) for e in approvals] == [(18000, "restore-power-for-nebuliser")]
    assert duty(cedar, date(2026, 3, 16), "SIHP23 16", f"@{spent.version}").state is State.MET


def test_answer_6_who_was_on_call_on_03_14_at_22_40_and_who_held_the_case(store):
    tell(store, "2026", "2026-03-16")
    stream = store.recorder.entries("agency/cyfd-region")
    call = store.history("cedar").of(ContactMade)[-1]

    assert call.occurred.astimezone(DENVER) == datetime(2026, 3, 14, 22, 40, tzinfo=DENVER)
    assert on_call_at(stream, call.occurred) == ("w-44",)
    assert held_by(store.history("cedar"), call.day) == "w-31"


def test_answer_6_on_call_begins_and_ends_at_its_instants(store):
    tell(store, "2026", "2026-03-16")
    stream = store.recorder.entries("agency/cyfd-region")
    [covered] = [e.event for e in stream if isinstance(e.event, OnCallCovered)]
    second = timedelta(seconds=1)

    asked = [covered.since - second, covered.since, covered.until - second, covered.until]
    assert [on_call_at(stream, at) for at in asked] == [(), ("w-44",), ("w-44",), ()]


def test_answer_6_on_call_given_in_a_time_zone_is_kept_by_its_offset(store):
    since, until = datetime(2026, 3, 14, 17, tzinfo=DENVER), datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=DENVER)
    covered = OnCallCovered("w-44", since, until)

    store.record(
        covered,
        agency_id="cyfd-region",
        actor=Actor(ActorId("s-9"), Role.SUPERVISOR),
        occurred=since,
        command_id="on-call",
        recorded_at=since,
    )

    [kept] = store.recorder.entries("agency/cyfd-region")
    assert (kept.event.until.isoformat(), kept.day) == ("2026-11-01T01:30:00-07:00", date(2026, 3, 14))


def test_answer_6_nobody_held_the_case_before_it_was_assigned_and_w_40_not_at_the_end_of_the_day(cedar):
    assert held_by(cedar.history(), date(2026, 1, 28)) is None
    assert held_by(cedar.history(), date(2026, 1, 29)) == "w-31"


def test_answer_7_the_scored_level_is_high_neglect_high_and_abuse_low(cedar):
    [assessed] = cedar.history().of(RiskAssessed)
    sample = installed().of(assessed.event.instrument, assessed.event.version)

    levels = {index.code: index.level(assessed.event.scores[index.code]) for index in sample.indices}
    assert (levels, assessed.event.scored_level) == ({"neglect": "high", "abuse": "low"}, "high")


def test_answer_7_the_final_level_is_high_until_the_approval_on_02_06_and_moderate_from_then(cedar):
    days = [date(2026, 2, day) for day in (4, 5, 6)]

    before, proposed, approved = (risk_level(cedar.history(), day) for day in days)

    assert before is None
    assert proposed == RiskLevel("high", "high", date(2026, 2, 5), by=(20,), proposed="moderate")
    assert approved == RiskLevel("high", "moderate", date(2026, 2, 6), by=(20, 21, 22))
    assert [risk_level_on(cedar.history(), day) for day in days] == [None, "high", "moderate"]
    assert risk_level_on(cedar.history(), date(2026, 5, 8)) == "moderate"


def test_answer_7_as_at_the_evening_before_the_approval_the_level_is_high_whatever_day_is_asked(cedar):
    known = cedar.history(as_at=date(2026, 2, 5))

    assert risk_level_on(known, date(2026, 3, 1)) == "high"


def test_answer_7_both_levels_stay_on_record_in_a_store_and_are_scored_again_without_a_finding(store):
    tell(store, "2026", "2026-02-07")
    [assessed] = store.history("cedar").of(RiskAssessed)
    [overridden] = store.history("cedar").of(RiskOverridden)

    assert (assessed.event.scored_level, overridden.event.level) == ("high", "moderate")
    assert overridden.event.approved_by == {Role.SUPERVISOR, Role.DESIGNEE}
    assert [f.event for f in store.findings("cedar")] == ["WorkerAssigned"]


def test_answer_8_sp1_ran_out_on_04_30_and_no_safety_plan_held_until_05_05(cedar):
    states = {day: duty(cedar, date(2026, 4, 29) + timedelta(days=day), "SIHP23 2", "SP1", "T1") for day in range(8)}

    assert [d.state for d in states.values()] == [State.OPEN] * 2 + [State.LATE] * 5 + [State.MET_LATE]
    assert [d.late_days for d in states.values()] == [0, 0, 1, 2, 3, 4, 5, 6]
    finding = next(f for f in judge(cedar.history(), cedar.law) if f.event == "ThreatManaged")
    assert finding.objection.says == (
        "no safety plan was in force from 2026-05-01 to 2026-05-05 while a threat was not managed"
    )


def test_answer_8_sp1_was_monitored_in_time(cedar):
    review = duty(cedar, date(2026, 4, 1), "SIHP23 2", "SP1")

    assert (review.due, review.state, review.met_on) == (date(2026, 3, 31), State.MET, date(2026, 3, 24))


def test_the_review_of_a_safety_plan_is_owed_once_by_its_clause(cedar):
    found = [d for d in duties(cedar.history(), cedar.law, date(2026, 4, 1)) if d.what == "the safety plan is reviewed"]

    assert [d.cites for d in found] == [("SIHP23 2",)]


def test_a_family_that_withdraws_is_closed_that_day_and_what_is_missing_is_found(law):
    diary = Diary(law).play(
        line for line in lines("cedar") if "case" in line and line["recorded_at"] < "2026-04-24T00:00"
    )
    withdrew = proposal(
        next(line for line in lines("cedar") if line["record"] == "CaseClosed"), len(diary.record) + 1
    )._replace(event=CaseClosed(Ending.FAMILY_WITHDREW, {"C-1": Ending.FAMILY_WITHDREW}))
    before = len(diary.findings)

    diary.take(withdrew)

    assert [(f.objection.cites, f.objection.about) for f in diary.findings[before:]] == [
        (("SIHP23 4",), ("C-1",)),
        (("SIHP23 4",), ("T1",)),
    ]


def test_agencies_keep_the_calendar_that_both_states_share(store):
    tell(store, "2026", "2026-01-06")
    late = datetime(2026, 1, 6, 22, 40, tzinfo=DENVER)  # in UTC it is the next day already
    actor = Actor(ActorId("adm-2"), Role.ADMINISTRATOR)

    store.record(AgreementEnded(RIO), agency_id=RIO, actor=actor, occurred=late, command_id="ended", recorded_at=late)

    assert {e.jurisdiction for e in store.rules.editions} == {"us-ut", "us-nm"}
    assert store.home == ZoneInfo("America/Denver")
    assert [e.day for e in store.recorder.entries(f"agency/{RIO}")] == [date(2026, 1, 5), date(2026, 1, 6)]
