"""Putting on record: once per command, by version, on the local day, on the right stream, by a known edition."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve
from diary import DENVER
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, Desk, rehearsal

from ihs_cases.cases import Cases
from ihs_cases.editions import digest
from ihs_cases.errors import (
    CommandReused,
    Conflict,
    NoJurisdiction,
    NotAnInstant,
    NotYet,
    Refused,
    UnknownAgency,
    UnknownCase,
    WrongStream,
)
from ihs_cases.proposal import Proposal
from ihs_domain.agencies import AgreementEnded, AgreementMade, DisclosuresMade, DisclosureWithdrawn, OnCallCovered
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactMode
from ihs_domain.editions import BadEdition, Edition, RuleBook
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.persons import PersonErased, PersonRegistered, PersonsMerged
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind
from ihs_domain.requesting import Circumstance, Ground, ServicesAccepted, ServicesRequested, Source
from ihs_domain.restricting import EntryExpunged, NarrativeRedacted
from ihs_domain.roles import SYSTEM, Actor, Role
from ihs_domain.rules import Bears, Rule
from ihs_domain.system import ClockCorrected, EditionLoaded
from ihs_domain.terms import ActorId
from ihs_record.codec import encoded_and_read
from ihs_record.errors import BadFields, UnknownName
from ihs_record.row import DraftRefused
from ihs_store.errors import ClockWentBack, RecordedAtMissing, RecordedAtRefused, StoreClosed
from ihs_utah_r512_100 import UTAH_2010

MOTHER = PersonJoined("p-m", Relation.MOTHER, name="Mo Made-Up")
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"p-m"}))
ACCEPTED = ServicesAccepted(frozenset({Ground.THREAT_NOT_MANAGED}))
ALONE_AND_SAFE = frozenset({Circumstance.REACHES_RESOURCES_ALONE, Circumstance.NO_THREAT_UNMANAGED})
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake")
ON_CALL = OnCallCovered("w-1", datetime(2015, 1, 2, 18, tzinfo=UTC), datetime(2015, 1, 3, 8, tzinfo=UTC))
DESTROYING = (EntryExpunged(1, "order-1", "judge"), NarrativeRedacted(1, "order-1", "judge"))
AGREEMENT = AgreementMade("foothill", frozenset({Kind.REFERRAL}), "dental-care")


def names(cases: Cases) -> list[str]:
    return [row.name for row in cases.store.read(0)]


# Once per command


def test_a_command_asked_again_gets_its_first_receipt_even_after_later_records(desk):
    first = desk.put(ASKED, command_id="a", day=date(2015, 1, 5))
    desk.put(MOTHER)
    desk.put(ACCEPTED)

    again = desk.put(ASKED, command_id="a", day=date(2015, 1, 5))

    assert again == evolve(first, again=True)
    assert len(desk.cases.history("k1").record) == 3


def test_a_command_is_the_same_command_with_any_expected_version(desk):
    desk.put(ASKED)
    first = desk.put(MOTHER, command_id="a", day=date(2015, 1, 5), expected_version=1)
    desk.put(ACCEPTED)

    assert desk.put(MOTHER, command_id="a", day=date(2015, 1, 5), expected_version=1).position == first.position


@pytest.mark.parametrize(
    "changed",
    [
        {"event": evolve(MOTHER, name="Somebody Else")},
        {"event": evolve(MOTHER, relation=Relation.CAREGIVER)},
        {"day": date(2015, 1, 4)},
        {"occurred": datetime(2015, 1, 5, 8, tzinfo=DENVER)},
        {"actor": SUPERVISOR},
        {"case": "k2"},
    ],
    ids=["sealed part", "open part", "day", "instant", "actor", "case"],
)
def test_a_command_id_with_other_content_is_refused(desk, changed):
    desk.put(ASKED)
    desk.put(ASKED, case="k2")
    desk.put(MOTHER, command_id="a", day=date(2015, 1, 5))

    with pytest.raises(CommandReused):
        desk.put(changed.pop("event", MOTHER), **{"command_id": "a", "day": date(2015, 1, 5), **changed})
    assert len(desk.cases.history("k1").record) == 2


def test_a_refused_command_is_not_remembered_and_can_be_asked_again(desk):
    desk.put(ASKED)
    desk.put(MOTHER)
    with pytest.raises(Refused):
        desk.put(ServicesAccepted(frozenset()), command_id="a", day=date(2015, 1, 5))

    assert desk.put(ACCEPTED, command_id="a", day=date(2015, 1, 5)).again is False


def test_a_command_asked_again_under_stricter_rules_is_still_on_record(tmp_path):
    lenient = RuleBook([evolve(UTAH_2010, gates={}, finds={}, duties=())])
    with Cases.create(str(tmp_path / "s.db"), rules=lenient, rehearsal=True) as cases:
        desk = Desk(cases)
        desk.put(ASKED)
        first = desk.put(ServicesAccepted(frozenset()), command_id="a", day=date(2015, 1, 5))
    with Cases.open(str(tmp_path / "s.db"), rules=UTAH) as cases:
        again = Desk(cases).put(ServicesAccepted(frozenset()), command_id="a", day=date(2015, 1, 5))

    assert (again.position, again.again) == (first.position, True)
    assert [f.objection.cites for f in again.findings] == [("R512-100-3(1)",)]


def test_a_command_asked_again_after_the_calendar_was_corrected_is_the_same_command(tmp_path):
    elsewhere = Edition("elsewhere", "us-xx", "Pacific/Kiritimati", date(2000, 1, 1))
    with Cases.create(str(tmp_path / "s.db"), rules=RuleBook([UTAH_2010, elsewhere]), rehearsal=True) as cases:
        desk = Desk(cases)
        desk.put(ASKED)
        desk.put(MOTHER)
        late = {"occurred": datetime(2015, 1, 5, 8, tzinfo=DENVER), "command_id": "a"}
        first = desk.put(VISIT, **late)
        instead = ServicesRequested("us-xx", Source.SCHOOL)
        desk.put(EntryCorrected(1, instead, date(2015, 1, 5), AmendmentReason.WRONG_DETAIL))

        assert desk.put(VISIT, **late).position == first.position


def test_a_receipt_says_where_when_and_by_which_edition(desk):
    receipt = desk.put(ASKED)

    assert (receipt.command, receipt.stream, receipt.version, receipt.position) == ("c1", "case/k1", 1, 2)
    assert (receipt.recorded_at, receipt.edition) == (desk.now, "utah-r512-100@2010-10-08")
    assert (receipt.findings, receipt.again) == ((), False)


# By version


def test_with_an_expected_version_a_case_that_went_on_is_a_conflict_that_names_the_current_version(desk):
    desk.put(ASKED)
    desk.put(MOTHER)

    with pytest.raises(Conflict) as conflict:
        desk.put(VISIT, expected_version=1)
    assert (conflict.value.current, conflict.value.expected) == (2, 1)
    assert "version 2, not at 1" in str(conflict.value)
    assert desk.put(VISIT, expected_version=2).version == 3


def test_a_new_case_is_at_version_0(desk):
    assert desk.put(ASKED, expected_version=0).version == 1
    with pytest.raises(Conflict):
        desk.put(ASKED, expected_version=0)


# On the local day


@pytest.mark.parametrize(
    "occurred, day",
    [
        (date(2015, 1, 3), date(2015, 1, 3)),
        (datetime(2015, 1, 3, 22, 40, tzinfo=DENVER), date(2015, 1, 3)),
        (datetime(2015, 1, 4, 5, 40, tzinfo=UTC), date(2015, 1, 3)),
        (datetime(2014, 3, 9, 1, 59, tzinfo=DENVER), date(2014, 3, 9)),
        (datetime(2014, 3, 10, 5, 59, tzinfo=UTC), date(2014, 3, 9)),
        (datetime(2014, 3, 9, 6, 59, tzinfo=UTC), date(2014, 3, 8)),
        (datetime(2014, 11, 2, 1, 30, tzinfo=DENVER, fold=1), date(2014, 11, 2)),
        (datetime(2014, 11, 3, 6, 59, tzinfo=UTC), date(2014, 11, 2)),
    ],
    ids=[
        "a day",
        "22:40",
        "22:40 in UTC",
        "before spring",
        "end of spring's day",
        "eve",
        "twice 1:30",
        "end of autumn's",
    ],
)
def test_an_act_counts_on_its_local_day(desk, occurred, day):
    desk.put(ASKED, occurred=occurred)

    [entry] = desk.cases.history("k1")
    assert entry.day == day
    assert entry.occurred is None or entry.occurred.isoformat() == occurred.isoformat()


@pytest.mark.parametrize("occurred", [datetime(2015, 1, 5, 8), "2015-01-05", None])  # noqa: DTZ001 - that is the point
def test_what_is_neither_a_day_nor_an_instant_is_refused(desk, occurred):
    with pytest.raises(NotAnInstant):
        desk.put(ASKED, occurred=occurred)


def test_a_time_of_recording_without_offset_is_refused(desk):
    with pytest.raises(NotAnInstant):
        desk.put(ASKED, recorded_at=datetime(2015, 1, 5, 8))  # noqa: DTZ001 - that is the point


def test_an_act_that_lies_ahead_is_not_recorded_yet(desk):
    with pytest.raises(NotYet):
        desk.put(ASKED, day=date(2015, 1, 6))
    with pytest.raises(NotYet):
        desk.put(ASKED, occurred=desk.now + timedelta(hours=1))
    assert names(desk.cases) == []


def test_a_correction_says_nothing_of_days_to_come(desk):
    desk.put(ASKED)

    with pytest.raises(NotYet):
        desk.put(EntryCorrected(1, ASKED, date(2015, 1, 6), AmendmentReason.WRONG_DAY))
    assert desk.put(EntryCorrected(1, ASKED, date(2015, 1, 5), AmendmentReason.WRONG_DAY)).version == 2


# Who was born when

BORN_ON = date(2008, 9, 14)


def joined(**born: Any) -> PersonJoined:
    return PersonJoined("p-1", Relation.CHILD, **born)


def corrected(event: Any) -> EntryCorrected:
    return EntryCorrected(2, event, date(2015, 1, 5), AmendmentReason.WRONG_DETAIL)


def test_the_month_of_birth_follows_from_the_day_also_where_an_entry_is_corrected(desk):
    desk.put(ASKED)
    desk.put(joined(born_on=BORN_ON))
    desk.put(joined(born_on=BORN_ON, birth_month="2008-09"))
    desk.put(corrected(joined(born_on=date(2009, 10, 1))))
    desk.put(PersonRegistered("p-1", born_on=BORN_ON), case=None, person_id="p-1")

    known = desk.cases.history("k1").of(PersonJoined)
    assert [entry.event.birth_month for entry in known] == ["2009-10", "2008-09"]
    assert desk.cases.person("p-1").birth_month == "2008-09"


def test_a_month_of_birth_that_the_day_contradicts_is_refused_before_the_day_is_sealed(desk):
    desk.put(ASKED)
    wrong = joined(born_on=BORN_ON, birth_month="2012-01")

    for said, at in ((wrong, "birth_month"), (corrected(wrong), "instead.with.birth_month")):
        with pytest.raises(BadFields, match=f"{at}: expected the month of born_on, or nothing: it follows"):
            desk.put(said)
    with pytest.raises(BadFields):
        desk.put(PersonRegistered("p-1", "2012-01", born_on=BORN_ON), case=None, person_id="p-1")
    assert names(desk.cases) == ["EditionLoaded.v1", "ServicesRequested.v1"]


def test_nobody_is_said_to_be_born_in_a_month_after_the_day_of_the_act(desk):
    desk.put(ASKED)

    for said in (joined(birth_month="2015-02"), joined(born_on=date(2030, 5, 5))):
        for event in (said, corrected(said)):
            with pytest.raises(NotYet, match="birth_month lies after the day of the act"):
                desk.put(event)
    assert desk.put(joined(birth_month="2015-01")).version == 2


def test_an_act_of_this_very_local_day_is_recorded_though_utc_is_a_day_ahead(desk):
    desk.now = datetime(2015, 1, 5, 22, 40, tzinfo=DENVER)

    assert desk.put(ASKED, day=date(2015, 1, 5)).recorded_at.date() == date(2015, 1, 6)
    with pytest.raises(NotYet):
        desk.put(MOTHER, day=date(2015, 1, 6))


def test_a_live_store_is_given_no_time_of_recording(cases):
    with pytest.raises(RecordedAtRefused):
        Desk(cases).put(ASKED)
    assert (names(cases), cases.rehearsal) == ([], False)


def test_a_rehearsal_store_is_told_the_time_of_recording(desk):
    with pytest.raises(RecordedAtMissing):
        desk.put(ASKED, recorded_at=None)
    assert (names(desk.cases), desk.cases.rehearsal) == ([], True)


def test_recording_never_goes_backwards(desk):
    desk.put(ASKED)

    with pytest.raises(ClockWentBack):
        desk.put(MOTHER, day=date(2015, 1, 1), recorded_at=datetime(2015, 1, 4, tzinfo=DENVER))


# On the right stream


def test_a_case_nobody_began_is_unknown(desk):
    with pytest.raises(UnknownCase):
        desk.put(MOTHER)
    with pytest.raises(UnknownCase):
        desk.put(OPENED)
    for ask in (desk.cases.get, desk.cases.history, desk.cases.findings, desk.cases.zone):
        with pytest.raises(UnknownCase):
            ask("k1")
    for id_ in ("foothill", "\ud800"):
        with pytest.raises(UnknownAgency):
            desk.cases.agency(id_)
    with pytest.raises(UnknownCase):
        desk.cases.history("\ud800")


def test_a_case_may_begin_with_an_opening_that_names_its_jurisdiction(desk):
    assert desk.put(evolve(OPENED, jurisdiction="us-ut")).version == 1
    assert desk.cases.get("k1").jurisdiction == "us-ut"


def test_a_jurisdiction_without_an_edition_at_hand_is_refused(desk):
    with pytest.raises(NoJurisdiction, match="install the plugin"):
        desk.put(evolve(ASKED, jurisdiction="us-nm"))


def test_no_correction_leaves_a_case_without_rules_at_hand(desk):
    desk.put(ASKED)
    typo = EntryCorrected(1, evolve(ASKED, jurisdiction="us-tu"), date(2015, 1, 5), AmendmentReason.WRONG_DETAIL)

    with pytest.raises(NoJurisdiction, match="install the plugin"):
        desk.put(typo)


def test_a_case_requested_by_mistake_can_be_voided_and_that_too(desk):
    desk.put(ASKED)
    desk.put(EntryVoided(1, AmendmentReason.WRONG_CASE))
    assert desk.cases.history("k1") == ()

    desk.put(EntryVoided(2, AmendmentReason.OTHER))

    assert [e.version for e in desk.cases.history("k1")] == [1]
    assert desk.cases.zone("k1") == DENVER


def test_every_event_goes_on_its_own_kind_of_stream(desk):
    desk.put(ASKED)
    wrong = [
        (AGREEMENT, {"case": "k1"}),
        (AGREEMENT, {"case": "k1", "agency_id": "foothill"}),
        (AGREEMENT, {"case": None}),
        (AGREEMENT, {"case": None, "agency_id": "wasatch"}),
        (AgreementEnded("foothill"), {"case": None, "agency_id": "wasatch"}),
        (VISIT, {"case": None, "agency_id": "foothill"}),
        (VISIT, {"case": "k1", "agency_id": "foothill"}),
        (VISIT, {"case": None}),
        (EditionLoaded("r", "r@2003-09-03", "0" * 64), {"case": "k1"}),
        (ClockCorrected(datetime(2015, 1, 9, tzinfo=UTC)), {"case": "k1"}),
        (ON_CALL, {"case": "k1"}),
        (DisclosureWithdrawn("k1", "wrong-family"), {"case": "k1"}),
        (PersonRegistered("p-1"), {"case": "k1"}),
        (PersonsMerged("p-1", "p-2", "registered-twice"), {"case": None, "agency_id": "foothill"}),
        (PersonErased("p-1", "order-1"), {"case": None}),
        *((said, {"case": "k1"}) for said in DESTROYING),
        *((EntryCorrected(1, said, date(2015, 1, 5), AmendmentReason.OTHER), {"case": "k1"}) for said in DESTROYING),
    ]

    for event, where in wrong:
        with pytest.raises(WrongStream):
            desk.put(event, **where)
    assert names(desk.cases) == ["EditionLoaded.v1", "ServicesRequested.v1"]


@pytest.mark.parametrize("role", [Role.PARENT, Role.SUPERVISOR])
@pytest.mark.parametrize("said", DESTROYING, ids=lambda said: type(said).__name__)
def test_nobody_says_that_words_or_an_entry_were_destroyed_which_still_stand(desk, said, role):
    desk.put(ASKED)

    with pytest.raises(WrongStream, match="is put on record by erasing, not by a person"):
        desk.put(said, actor=Actor("x-1", role))


def test_hours_on_call_and_what_is_taken_back_go_on_an_agencys_stream(desk):
    for event in (ON_CALL, DisclosureWithdrawn("k1", "wrong-family")):
        desk.put(event, case=None, agency_id="foothill")

    assert [e.event for e in desk.cases.recorder.entries("agency/foothill")] == [
        ON_CALL,
        DisclosureWithdrawn("k1", "wrong-family"),
    ]


def test_an_agency_has_a_stream_without_editions(desk):
    receipt = desk.put(AGREEMENT, case=None, agency_id="foothill")

    assert (receipt.stream, receipt.version, receipt.edition) == ("agency/foothill", 1, "")
    assert (desk.cases.agency_ids(), desk.cases.case_ids()) == (["foothill"], [])


@pytest.mark.parametrize(
    "given",
    [
        {"case": "no such/id"},
        {"case": "_not-to-be-named"},
        {"case": "half a pair \ud800"},
        {"actor": Actor.as_recorded("\ud800", WORKER.role)},
        {"command_id": ""},
        {"command_id": "two\nlines"},
        {"correlation": "x" * 257},
    ],
    ids=["case", "unnameable", "half a pair", "half an actor", "no command", "command", "correlation"],
)
def test_ids_that_cannot_be_kept_are_refused(desk, given):
    with pytest.raises(DraftRefused):
        desk.put(ASKED, **given)


def test_what_does_not_fit_its_event_is_refused_by_field(desk):
    with pytest.raises(BadFields, match="whom"):
        desk.put(ContactMade(ContactMode.PHONE, frozenset({"not an id"})))
    with pytest.raises(UnknownName):
        desk.put(object())


def test_a_decision_is_refused_with_all_objections_and_records_nothing(desk):
    desk.put(ASKED)
    desk.put(MOTHER)
    before = names(desk.cases)

    with pytest.raises(Refused) as refused:
        desk.put(ServicesAccepted(frozenset(), circumstances=ALONE_AND_SAFE))
    assert len(refused.value.cites) == 2
    assert names(desk.cases) == before


def test_findings_come_with_the_receipt(desk):
    from ihs_domain.safety import Presence, ThreatIdentified

    for event in (ASKED, ACCEPTED, OPENED, PersonJoined("p-1", Relation.CHILD)):
        desk.put(event)
    desk.put(ThreatIdentified("t1", "left-alone", Presence.PRESENT, frozenset({"p-1"})))

    receipt = desk.put(CaseClosed(Ending.FAMILY_WITHDREW))

    assert [(f.version, f.objection.about) for f in receipt.findings] == [(6, ("t1",))]
    assert desk.cases.findings("k1") == receipt.findings


# By a known edition


def test_an_edition_is_on_record_once_before_the_first_entry_judged_by_it(desk):
    desk.put(ASKED, day=date(2009, 1, 5))
    desk.put(MOTHER)
    desk.put(VISIT)
    desk.put(ASKED, case="k2")

    said = [(row.name, row.edition) for row in desk.cases.store.read(0)]
    old, new = "utah-r512-100@2003-09-03", "utah-r512-100@2010-10-08"
    assert said == [
        ("EditionLoaded.v1", ""),
        ("ServicesRequested.v1", old),
        ("EditionLoaded.v1", ""),
        ("PersonJoined.v1", new),
        ("ContactMade.v1", new),
        ("ServicesRequested.v1", new),
    ]


def test_an_edition_is_loaded_again_only_where_it_says_something_else(tmp_path):
    changed = RuleBook([evolve(UTAH_2010, duties=())])
    rehearsal(tmp_path).close()
    for n, book in enumerate((UTAH, UTAH, changed, changed, UTAH), start=1):
        with Cases.open(str(tmp_path / "rehearsal.db"), rules=book) as cases:
            Desk(cases).on(1, 5 + n).put(ASKED, case=f"k{n}", command_id=f"c{n}")

            loaded = [e.event.digest for e in cases.recorder.entries("system")]
    assert loaded == [digest(UTAH_2010), digest(changed.editions[0])]


SAYS: Final = Rule("R512-100-X", "made up")
CHANGES: Final = {
    "day": {"in_force_until": date(2015, 11, 30)},
    "rule": {"rules": (*UTAH_2010.rules, SAYS)},
    "bearing": {"rules": tuple(evolve(rule, bears=(Bears.MAY, *rule.bears)) for rule in UTAH_2010.rules)},
    "gates": {"gates": {}},
    "finds": {"finds": {CaseClosed: UTAH_2010.gates[CaseClosed]}},
    "duties": {"duties": UTAH_2010.duties[1:]},
    "after closing": {"after_closing": UTAH_2010.duties[:1]},
    "records": {"records": {**UTAH_2010.records, ContactMade: UTAH_2010.rules[:1]}},
    "cites of records": {"records": {**UTAH_2010.records, ContactMade: UTAH_2010.rules[1:2]}},
    "practice": {"practice": True},
}


def test_whatever_an_edition_says_otherwise_gives_it_another_digest():
    digests = {name: digest(evolve(UTAH_2010, **changes)) for name, changes in CHANGES.items()}

    assert digest(UTAH_2010) == digest(evolve(UTAH_2010))
    assert len({digest(UTAH_2010), *digests.values()}) == 1 + len(CHANGES)


def test_a_day_without_an_edition_on_file_is_recorded_and_says_so(desk):
    desk.put(ASKED)

    receipt = desk.on(12, 30).put(MOTHER)

    assert (receipt.edition, names(desk.cases)) == ("", ["EditionLoaded.v1", "ServicesRequested.v1", "PersonJoined.v1"])


def test_what_loads_an_edition_is_the_record_itself(desk):
    desk.put(ASKED)

    [loaded] = desk.cases.recorder.entries("system")
    assert (loaded.actor, loaded.event.edition) == (SYSTEM, "utah-r512-100@2010-10-08")
    assert loaded.actor != WORKER


def test_cases_closed_record_no_more(tmp_path):
    with rehearsal(tmp_path) as cases:
        pass
    cases.close()

    with pytest.raises(StoreClosed):
        Desk(cases).put(ASKED)


def test_what_an_agency_was_told_is_put_on_record_by_telling_alone(desk):
    told = DisclosuresMade("k1", 1, ())

    with pytest.raises(WrongStream, match="by telling"):
        desk.put(told, case=None, agency_id="foothill")


def test_a_mistyped_year_is_refused(desk):
    with pytest.raises(NotAnInstant, match="1900"):
        desk.put(ASKED, day=date(215, 1, 9))


PUT_RIGHT = ContactAttempted(ContactMode.PHONE)
LATE_THAT_EVENING = datetime(2015, 1, 5, 22, 40, tzinfo=DENVER)


@pytest.mark.parametrize("at", [LATE_THAT_EVENING, LATE_THAT_EVENING.astimezone(UTC)])
def test_a_correction_whose_day_is_not_the_local_day_of_its_instant_is_refused(desk, at):
    desk.put(ASKED)
    desk.on(1, 7).put(PUT_RIGHT)

    with pytest.raises(NotAnInstant, match="on is not the local day of at, which is 2015-01-05"):
        desk.put(EntryCorrected(2, PUT_RIGHT, date(2015, 1, 6), AmendmentReason.OTHER, at=at))
    desk.put(EntryCorrected(2, PUT_RIGHT, date(2015, 1, 5), AmendmentReason.OTHER, at=at))

    assert [(e.day, e.occurred) for e in desk.cases.history("k1") if e.version == 2] == [(date(2015, 1, 5), at)]


NOBODIES = {
    "an id with a blank": Actor.as_recorded("w 1", Role.PRACTITIONER),
    "an id with a line's end": Actor.as_recorded("w-1\n", Role.SUPERVISOR),
    "a number": Actor.as_recorded(5, Role.PRACTITIONER),
    "the system": Actor(ActorId("w-1"), Role.SYSTEM),
    "the system itself": SYSTEM,
    "nobody": None,
}


@pytest.mark.parametrize("actor", NOBODIES.values(), ids=NOBODIES)
def test_an_actor_who_is_no_person_is_refused(desk, actor):
    with pytest.raises(DraftRefused, match=r"^(actor|role): expected"):
        desk.put(ASKED, actor=actor)
    assert desk.cases.case_ids() == []


@pytest.mark.parametrize("zone", ["America/Denverr", "America"])
def test_rules_by_a_calendar_that_is_none_are_told_before_a_store_is_opened_by_them(tmp_path, zone):
    book = RuleBook([evolve(UTAH_2010, zone=zone)])

    with pytest.raises(BadEdition, match=r"^utah-r512-100@2010-10-08: zone: no time zone has this name"):
        Cases.create(str(tmp_path / "cases.db"), rules=book)

    assert not (tmp_path / "cases.db").exists()


def test_what_a_caller_asks_to_be_recorded_shows_in_a_log_without_what_is_sealed(desk):
    said = encoded_and_read(MOTHER)
    proposal = Proposal(streams=("case/k1",), said=said, actor=WORKER, occurred=desk.now, command_id="a")

    assert "Mo Made-Up" not in f"{proposal} {proposal!r} {said!r}"
    assert "'p-m'" in f"{proposal!r}"


@pytest.mark.parametrize("name", ["an id with a blank", "an id with a line's end", "a number", "nobody"])
def test_nobody_searches(desk, name):
    with pytest.raises(DraftRefused, match=r"^actor: expected"):
        desk.cases.find("somebody", actor=NOBODIES[name])
