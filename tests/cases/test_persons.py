"""The register of persons in a store: keys of their own, two streams in one append, one answer for one person."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from at_once import together
from diary import DENVER
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, Desk, live, rehearsal

from ihs_cases import Cases
from ihs_cases.errors import Conflict, Refused, UnknownAgency, UnknownCase, UnknownPerson, WrongStream
from ihs_cases.proposal import Proposal
from ihs_cases.recording import Recorder
from ihs_domain.agencies import AgreementMade, OnCallCovered
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.persons import (
    IdentificationWithdrawn,
    KnownAs,
    Person,
    PersonErased,
    PersonErasureProposed,
    PersonIdentified,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
)
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind
from ihs_domain.searching import PersonSearchMade
from ihs_domain.terms import Unopened
from ihs_record.codec import encoded_and_read
from ihs_store.errors import SealBroken, StoreDamaged

MOTHER = PersonJoined("mother", Relation.MOTHER, name="Quirina Made-Up", born_on=date(1985, 7, 19))
OTHER_MOTHER = PersonJoined("mother", Relation.MOTHER, name="Zenobia Made-Up")
TWICE = "registered-twice"
EVENING, MORNING = datetime(2015, 1, 2, 18, tzinfo=DENVER), datetime(2015, 1, 3, 8, tzinfo=DENVER)
COVER = OnCallCovered("w-1", EVENING, MORNING)


def register(desk: Desk, *ids: str) -> None:
    for id_ in ids:
        desk.put(PersonRegistered(id_, "1985-07", name=f"Name of {id_}"), case=None, person_id=id_)


def on(desk: Desk, event: Any, **more: Any):
    """Put an event about persons on the stream of the one it names."""
    return desk.put(event, case=None, person_id=event.person, **more)


def identified(person: str, case: str, known_as: str = "mother") -> PersonIdentified:
    return PersonIdentified(person, case, known_as, "same-birth-certificate")


@pytest.fixture
def two_families(desk):
    """Two families that both call somebody `mother`, and two persons in the register."""
    for case, mother in (("k1", MOTHER), ("k2", OTHER_MOTHER)):
        desk.put(ASKED, case=case)
        desk.put(mother, case=case)
    register(desk, "p-1", "p-2")
    return desk


def change(cases: Cases, *statements: str) -> None:
    """Change the database behind the store's back."""
    with closing(sqlite3.connect(cases.store.address)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


# Keys


def test_each_family_has_keys_of_its_own_and_so_has_the_register(two_families):
    keys = two_families.cases.store.keys("person/")

    assert sorted(keys) == ["person/k1/mother", "person/k2/mother", "person/p-1", "person/p-2"]
    assert {key.id for key in keys.values()} == keys.keys()


def test_destroying_one_familys_key_leaves_the_other_familys_mother_readable(two_families):
    cases = two_families.cases
    change(cases, "UPDATE keys SET wrapped = NULL WHERE id = 'person/k1/mother'")

    gone, kept = (cases.history(case, opened=True).of(PersonJoined)[0].event.name for case in ("k1", "k2"))

    assert (gone, kept) == (Unopened.ERASED, "Zenobia Made-Up")


def test_what_is_sealed_in_one_case_opens_in_no_other(two_families):
    cases = two_families.cases
    moved = "(SELECT sealed FROM records WHERE stream = 'case/k1' AND version = 2)"
    change(
        cases,
        "DROP TRIGGER records_stand",
        f"UPDATE records SET sealed = {moved} WHERE stream = 'case/k2' AND version = 2",
    )

    anew = Recorder(cases.store, cases.ring, UTAH)
    with pytest.raises(StoreDamaged, match="under a key of another stream"):
        anew.entries("case/k2")


def test_what_was_sealed_for_one_place_opens_at_no_other_of_the_same_case(two_families):
    cases = two_families.cases
    two_families.put(MOTHER)
    moved = "(SELECT sealed FROM records WHERE stream = 'case/k1' AND version = 2)"
    change(
        cases,
        "DROP TRIGGER records_stand",
        f"UPDATE records SET sealed = {moved} WHERE stream = 'case/k1' AND version = 3",
    )

    with pytest.raises(SealBroken):
        cases.history("k1", opened=True)


# Registering


def test_a_registered_person_is_known_by_birth_month_and_has_the_rest_sealed(desk):
    receipt = desk.cases.register(
        "p-1",
        name="Quirina Made-Up",
        born_on=date(1985, 7, 19),
        actor=WORKER,
        occurred=date(2015, 1, 5),
        command_id="r",
        recorded_at=desk.now,
    )

    [entry] = desk.cases.recorder.entries("person/p-1")
    assert (receipt.stream, receipt.version, receipt.edition, receipt.findings) == ("person/p-1", 1, "", ())
    assert entry.event == PersonRegistered("p-1", "1985-07", Unopened.SEALED, Unopened.SEALED)
    assert desk.cases.person("p-1") == Person("p-1", registered=True, birth_month="1985-07")
    assert desk.cases.person_ids() == ["p-1"]


def test_an_id_stands_for_one_person_for_ever(desk):
    register(desk, "p-1")

    with pytest.raises(Refused, match=r"registered already \[p-1\]: choose another id"):
        register(desk, "p-1")


@pytest.mark.parametrize("id_", ["nobody", "", "../p-1", "\ud800"])
def test_a_person_nobody_registered_is_unknown(desk, id_):
    register(desk, "p-1")

    with pytest.raises(UnknownPerson):
        desk.cases.person(id_)


def test_a_wrong_registration_is_corrected_and_nothing_else_on_that_stream_is_amended(desk):
    register(desk, "p-1", "p-2")
    right = PersonRegistered("p-1", "1985-08", name="Quirina Other")
    on_stream = {"case": None, "person_id": "p-1"}
    desk.put(EntryCorrected(1, right, date(2015, 1, 5), AmendmentReason.WRONG_DETAIL), **on_stream)
    on(desk, PersonsMerged("p-1", "p-2", TWICE))

    with pytest.raises(Refused, match="unmerge"):
        desk.put(EntryVoided(3, AmendmentReason.OTHER), **on_stream)
    assert desk.cases.person("p-1").birth_month == "1985-08"


# One person in several cases


def test_one_person_is_in_several_cases(two_families):
    on(two_families, identified("p-1", "k1"))
    on(two_families, identified("p-1", "k2"))

    person = two_families.cases.person("p-1")

    assert person.known_as == {KnownAs("k1", "mother"), KnownAs("k2", "mother")}
    assert person.cases == ("k1", "k2")


def test_an_identification_stands_on_both_streams_as_one_command(two_families):
    receipt = on(two_families, identified("p-1", "k1"))

    rows = two_families.cases.store.read(receipt.position - 2)
    assert [(row.stream, row.version, row.name) for row in rows] == [
        ("case/k1", 3, "PersonIdentified.v1"),
        ("person/p-1", 2, "PersonIdentified.v1"),
    ]
    assert {row.command for row in rows} == {receipt.command}
    assert len({row.event for row in rows}) == 2
    assert two_families.cases.findings("k1") == ()


def test_an_identification_made_by_mistake_is_withdrawn_and_can_be_made_of_another(two_families):
    wrong = on(two_families, identified("p-1", "k1"))
    on(two_families, IdentificationWithdrawn("p-1", "k1", "mother", "another-person-of-that-name"))
    on(two_families, identified("p-2", "k1"))

    cases = two_families.cases
    assert (cases.person("p-1").cases, cases.person("p-2").cases) == ((), ("k1",))
    assert cases.person("p-1", as_at=wrong.position).cases == ("k1",)


def test_whom_a_case_does_not_know_is_not_identified_in_it(two_families):
    with pytest.raises(Refused, match=r"no person of that id is on record in this case \[father\]"):
        on(two_families, identified("p-1", "k1", "father"))
    with pytest.raises(UnknownCase):
        on(two_families, identified("p-1", "k9"))
    with pytest.raises(Refused) as refused:
        on(two_families, identified("p-9", "k1", "father"))
    assert refused.value.about == ["p-9", "father"]


def test_whom_a_case_knows_is_one_person(two_families):
    on(two_families, identified("p-1", "k1"))

    with pytest.raises(Refused, match="withdraw that they are p-1 first, or merge the two"):
        on(two_families, identified("p-2", "k1"))


def test_somebody_of_a_case_that_was_closed_or_is_not_open_is_still_identified(two_families):
    two_families.put(CaseOpened(Authority.VOLUNTARY, "north"), day=date(2015, 1, 5))

    assert on(two_families, identified("p-1", "k1"), day=date(2015, 1, 1)).version == 2


def test_what_stands_on_two_streams_is_not_amended_on_one(two_families):
    on(two_families, identified("p-1", "k1"))

    for amends in (EntryVoided(3, AmendmentReason.OTHER), corrects(3, MOTHER)):
        with pytest.raises(Refused, match="stands on the stream of a person too"):
            two_families.put(amends)


def corrects(version: int, instead: Any) -> EntryCorrected:
    return EntryCorrected(version, instead, date(2015, 1, 5), AmendmentReason.OTHER)


def test_a_case_keeps_the_id_of_whom_it_knows_when_the_entry_is_corrected(two_families):
    on(two_families, identified("p-1", "k1"))
    renamed = PersonJoined("mum", Relation.MOTHER)

    with pytest.raises(Refused, match=r"other entries name this person \[mother\]"):
        two_families.put(EntryCorrected(2, renamed, date(2015, 1, 5), AmendmentReason.WRONG_DETAIL))


# Merging


def test_a_duplicates_id_answers_with_the_one_it_was_merged_into(two_families):
    on(two_families, identified("p-1", "k1"))
    on(two_families, identified("p-2", "k2"))
    on(two_families, PersonsMerged("p-1", "p-2", TWICE))

    person = two_families.cases.person("p-2")

    assert person == two_families.cases.person("p-1")
    assert (person.id, person.duplicates, person.cases) == ("p-1", {"p-2"}, ("k1", "k2"))


def test_a_merge_is_undone_and_who_is_who_is_told_as_it_was_known(two_families):
    merged = on(two_families.on(2, 1), PersonsMerged("p-1", "p-2", TWICE))
    on(two_families.on(3, 1), PersonsUnmerged("p-1", "p-2", "twins"))

    def who(as_at):
        return two_families.cases.person("p-2", as_at=as_at).id

    assert [who(date(2015, month, 2)) for month in (2, 3)] == ["p-1", "p-2"]
    assert who(merged.position) == who(merged.recorded_at) == "p-1"
    assert who(merged.position - 1) == who(merged.recorded_at - timedelta(microseconds=1)) == "p-2"
    with pytest.raises(UnknownPerson):
        who(date(2015, 1, 4))


def erased(desk: Desk, id_: str) -> None:
    """What erasing puts on record, once somebody else proposed it."""
    on(desk, PersonErasureProposed(id_, "order-1", "judge-7"))
    asked = {"actor": SUPERVISOR, "occurred": desk.now, "command_id": f"erase-{id_}", "recorded_at": desk.now}
    desk.cases.recorder.record(
        Proposal(streams=(f"person/{id_}",), said=encoded_and_read(PersonErased(id_, "order-1")), **asked), None
    )


def test_nobody_is_merged_with_themselves_somebody_unknown_merged_already_or_erased(two_families):
    register(two_families, "p-3", "p-4")
    on(two_families, PersonsMerged("p-3", "p-2", TWICE))
    erased(two_families, "p-4")
    head = two_families.cases.store.head().position

    for duplicate in ("p-1", "p-2", "p-4", "p-9"):
        with pytest.raises(Refused) as refused:
            on(two_families, PersonsMerged("p-1", duplicate, TWICE))
        assert refused.value.about == [duplicate]
    assert two_families.cases.store.head().position == head
    assert two_families.cases.person("p-4").erased


def test_every_key_of_a_person_can_be_told_from_any_of_their_ids(two_families):
    on(two_families, identified("p-2", "k2"))
    on(two_families, PersonsMerged("p-1", "p-2", TWICE))

    keys = two_families.cases.keys_of("p-2")

    assert keys == ("person/k2/mother", "person/p-1", "person/p-2")
    assert set(keys) <= two_families.cases.store.keys("person/").keys()


# At once


class Before:
    """A store that lets something else happen once, just before it appends."""

    def __init__(self, store: Any, happens: Callable[[], object]) -> None:
        self.store, self.happens = store, happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def append(self, *args: Any, **kwargs: Any) -> Any:
        happens, self.happens = self.happens, lambda: None
        happens()
        return self.store.append(*args, **kwargs)


def say(command_id: str, person_id: str) -> dict[str, Any]:
    return {"actor": WORKER, "occurred": date(2015, 1, 5), "command_id": command_id, "person_id": person_id}


@pytest.fixture
def two_desks(tmp_path):
    """One live store opened twice, as by two processes, with two persons and a case that calls somebody `mother`."""
    with live(tmp_path) as one, Cases.open(str(tmp_path / "live.db"), rules=UTAH) as other:
        for id_ in ("a", "b"):
            one.register(id_, actor=WORKER, occurred=date(2015, 1, 5), command_id=id_)
        in_case = {"actor": WORKER, "occurred": date(2015, 1, 5), "case_id": "k1"}
        one.record(ASKED, **in_case, command_id="asked")
        one.record(MOTHER, **in_case, command_id="joined")
        yield one, other


def interrupted(cases: Cases, happens: Callable[[], object]) -> Cases:
    return Cases(Before(cases.store, happens), cases.ring, cases.rules)


def test_of_two_who_merge_crosswise_at_once_the_second_is_decided_again_and_refused(two_desks):
    one, other = two_desks
    slower = interrupted(one, lambda: other.record(PersonsMerged("b", "a", TWICE), **say("second", "b")))

    with pytest.raises(Refused, match=r"merged into another \[a\]: name b instead, or undo that merge first"):
        slower.record(PersonsMerged("a", "b", TWICE), **say("first", "a"))
    assert [one.person(id_).id for id_ in "ab"] == ["b", "b"]


def test_of_two_who_identify_the_same_person_of_a_case_at_once_the_second_is_refused(two_desks):
    one, other = two_desks
    slower = interrupted(one, lambda: other.record(identified("b", "k1"), **say("second", "b")))

    with pytest.raises(Refused, match="identified already"):
        slower.record(identified("a", "k1"), **say("first", "a"))
    assert (one.person("a").cases, one.person("b").cases) == ((), ("k1",))


def test_an_entry_in_the_case_meanwhile_does_not_stop_an_identification(two_desks):
    one, other = two_desks
    visit = ContactMade(ContactMode.PHONE, frozenset({"mother"}))
    in_case = {"actor": WORKER, "occurred": date(2015, 1, 5), "case_id": "k1", "command_id": "visit"}
    slower = interrupted(one, lambda: other.record(visit, **in_case))

    receipt = slower.record(identified("a", "k1"), **say("first", "a"), expected_version=1)

    assert (receipt.version, len(one.history("k1").record)) == (2, 4)


def test_with_an_expected_version_a_person_who_went_on_is_a_conflict(two_desks):
    one, other = two_desks
    slower = interrupted(one, lambda: other.record(identified("a", "k1"), **say("second", "a")))

    with pytest.raises(Conflict, match="version 2, not at 1"):
        slower.record(PersonsMerged("a", "b", TWICE), **say("first", "a"), expected_version=1)


def test_threads_that_merge_crosswise_leave_one_person_and_the_same_command_twice_one_merge(two_desks):
    one, other = two_desks
    jobs = [
        lambda n=n, cases=cases, a=a, b=b: cases.record(PersonsMerged(a, b, TWICE), **say(f"{a}{n}", a))
        for n in range(4)
        for cases, a, b in ((one, "a", "b"), (other, "b", "a"))
    ]

    raised = together(*jobs)

    assert {type(error) for error in raised} == {Refused}
    assert len(raised) == len(jobs) - 1
    assert one.person("a") == one.person("b")
    assert [len(one.recorder.entries(f"person/{id_}")) for id_ in "ab"] == [2, 2]


def test_a_merge_asked_again_gets_its_first_receipt(two_desks):
    one, other = two_desks
    first = one.record(PersonsMerged("a", "b", TWICE), **say("m", "a"))
    one.record(PersonsUnmerged("a", "b", "twins"), **say("u", "a"))

    again = other.record(PersonsMerged("a", "b", TWICE), **say("m", "a"))

    assert (again.position, again.version, again.again) == (first.position, first.version, True)


# On the right stream

WRONG = [
    (PersonRegistered("p-1"), {"case_id": "k1"}),
    (PersonRegistered("p-1"), {"person_id": "p-2"}),
    (PersonsMerged("p-1", "p-2", TWICE), {"person_id": "p-2"}),
    (PersonsMerged("p-1", "p-2", TWICE), {"agency_id": "p-1"}),
    (PersonsMerged("p-1", "p-2", TWICE), {}),
    (identified("p-1", "k1"), {"case_id": "k1"}),
    (identified("p-1", "k1"), {"case_id": "k1", "person_id": "p-1"}),
    (MOTHER, {"person_id": "mother"}),
    (PersonErased("p-1", "order-1"), {"person_id": "p-1"}),
    (PersonSearchMade(0), {"person_id": "p-1"}),
    (EntryVoided(1, AmendmentReason.OTHER), {"case_id": "k1", "person_id": "p-1"}),
    (corrects(1, identified("p-1", "k1")), {"case_id": "k1"}),
    (corrects(1, PersonRegistered("p-1")), {"case_id": "k1"}),
    (corrects(1, PersonErased("p-1", "order-1")), {"person_id": "p-1"}),
    (corrects(1, COVER), {"case_id": "k1"}),
    (corrects(1, MOTHER), {"person_id": "p-1"}),
]


@pytest.mark.parametrize("event, where", WRONG, ids=lambda value: type(value).__name__)
def test_an_event_about_persons_goes_on_their_own_stream_and_only_there(two_families, event, where):
    said = {"actor": WORKER, "occurred": date(2015, 1, 5), "command_id": "w", "recorded_at": two_families.now}

    with pytest.raises(WrongStream):
        two_families.cases.record(event, **where, **said)


# On call

AT_NIGHT = datetime(2015, 1, 3, 2, tzinfo=UTC)


def test_who_was_on_call_is_told_at_an_instant_and_as_it_was_known(desk):
    on_agency = {"case": None, "agency_id": "north"}
    desk.put(COVER, **on_agency)
    first = desk.put(OnCallCovered("w-2", EVENING, MORNING), **on_agency)
    desk.on(1, 6).put(EntryVoided(2, AmendmentReason.ENTERED_TWICE), **on_agency)

    def who(at, **when):
        return desk.cases.on_call("north", at, **when)

    assert who(AT_NIGHT) == ("w-1",)
    assert who(AT_NIGHT, as_at=first.position) == who(AT_NIGHT, as_at=date(2015, 1, 5)) == ("w-1", "w-2")
    assert (who(EVENING), who(MORNING)) == (("w-1",), ())
    with pytest.raises(UnknownAgency):
        desk.cases.on_call("south", AT_NIGHT)


def test_who_was_on_call_is_not_voided_twice(desk):
    on_agency = {"case": None, "agency_id": "north"}
    desk.put(COVER, **on_agency)
    desk.put(EntryVoided(1, AmendmentReason.DID_NOT_HAPPEN), **on_agency)

    with pytest.raises(Refused, match=r"the entry of that version is void already \[@2\]"):
        desk.put(EntryVoided(1, AmendmentReason.DID_NOT_HAPPEN), **on_agency)


def test_who_was_on_call_is_corrected_and_nothing_else_on_an_agencys_stream_is(desk):
    on_agency = {"case": None, "agency_id": "north"}
    agreement = AgreementMade("north", frozenset({Kind.REFERRAL}), "dental-care")
    desk.put(agreement, **on_agency)
    desk.put(COVER, **on_agency)
    right = OnCallCovered("w-2", EVENING, MORNING)
    day, why = date(2015, 1, 5), AmendmentReason.WRONG_PERSON
    desk.put(EntryCorrected(2, right, day, why), **on_agency)

    for amends in (
        EntryVoided(1, why),
        EntryVoided(9, why),
        EntryCorrected(1, right, day, why),
        EntryCorrected(2, agreement, day, why),
    ):
        with pytest.raises(Refused, match="only who was on call is amended"):
            desk.put(amends, **on_agency)
    assert desk.cases.on_call("north", AT_NIGHT) == ("w-2",)
    assert desk.cases.agency("north").agreement == agreement


def test_two_rehearsals_of_the_same_register_are_the_same_to_the_last_answer(tmp_path):
    answers = []
    for name in ("one", "two"):
        with rehearsal(tmp_path, name) as cases:
            desk = Desk(cases)
            register(desk, "p-1", "p-2")
            on(desk, PersonsMerged("p-1", "p-2", TWICE))
            answers.append((cases.person("p-2"), cases.person_ids()))

    assert answers[0] == answers[1]
