"""What tasks record: decided on the event loop where all is at hand, in a thread where not, and always the same."""

import asyncio
from datetime import date
from threading import current_thread, main_thread

import pytest
from rehearsal import ASKED, UTAH, WORKER, live

from ihs_cases import AsyncCases, Cases
from ihs_cases.errors import Conflict, NotAVersion
from ihs_cases.rows import entry_of
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.gates import Refused
from ihs_domain.history import effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.terms import PersonId
from ihs_ledger.verify import verify
from ihs_record.errors import BadFields
from ihs_store.errors import CommandReused

MOTHER = PersonId("mother")
JOINED = PersonJoined(MOTHER, Relation.MOTHER, name="Plainly Invented")
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({MOTHER}), words="Plainly invented: tea was had.")
OPENED = CaseOpened(Authority.VOLUNTARY, "north", jurisdiction="us-ut")
SAID = {"actor": WORKER, "occurred": date(2015, 1, 9)}


@pytest.fixture
def cases(tmp_path):
    with live(tmp_path) as cases:
        for case in ("k1", "k2", "k3"):
            for event in (ASKED, JOINED):
                cases.record(event, case_id=case, **SAID, command_id=f"{case}-{type(event).__name__}")
        yield cases


@pytest.fixture
def in_threads(cases, monkeypatch):
    """Which commands were not decided on the loop."""
    asked, record = [], cases.recorder.record

    def watched(proposal, expected_version):
        assert current_thread() is not main_thread()
        asked.append(proposal.command_id)
        return record(proposal, expected_version)

    monkeypatch.setattr(type(cases.recorder), "record", lambda _, *said: watched(*said))
    return asked


def gathered(cases, *asked):
    """What these (event, what is said with it) come to, recorded at the same time."""
    together = AsyncCases(cases)

    async def all_of_them():
        recorded = (together.record(event, **{**SAID, **said}) for event, said in asked)
        return await asyncio.gather(*recorded, return_exceptions=True)

    return asyncio.run(all_of_them())


def as_stored(cases, case):
    return effective(map(entry_of, cases.store.stream(f"case/{case}")))


def test_commands_in_cases_at_hand_are_decided_on_the_loop_and_kept_as_they_are_stored(cases, in_threads):
    for turn in range(3):
        asked = [(VISIT, {"case_id": case, "command_id": f"v-{case}-{turn}"}) for case in ("k1", "k2", "k3")]
        receipts = gathered(cases, *asked)
        assert [(receipt.version, receipt.again) for receipt in receipts] == [(3 + turn, False)] * 3

    assert in_threads == []
    for case in ("k1", "k2", "k3"):
        assert cases.recorder.streams.at_hand(f"case/{case}").history.record == as_stored(cases, case).record
    assert cases.history("k1", opened=True).record[-1].event == VISIT


def test_what_is_not_at_hand_is_recorded_in_a_thread_all_the_same(cases, in_threads):
    named = PersonJoined(PersonId("aunt"), Relation.FATHER, name="Plainly Invented Too")
    asked = [
        (ASKED, {"case_id": "k9"}),
        (named, {"case_id": "k1"}),
        (VISIT, {"case_id": "k2", "occurred": date(2009, 1, 5)}),
    ]

    receipts = gathered(cases, *((event, {**said, "command_id": said["case_id"]}) for event, said in asked))

    assert [receipt.version for receipt in receipts] == [1, 3, 3]
    assert sorted(in_threads) == ["k1", "k2", "k9"]


def test_many_tasks_in_one_case_all_land_once(cases):
    receipts = gathered(cases, *((VISIT, {"case_id": "k1", "command_id": f"v{n}"}) for n in range(20)))

    assert sorted(receipt.version for receipt in receipts) == [*range(3, 23)]
    assert cases.history("k1") == as_stored(cases, "k1")


def test_a_repeated_command_gets_its_first_receipt_and_another_under_its_id_is_refused(cases):
    asked = VISIT, {"case_id": "k1", "command_id": "v"}
    [first] = gathered(cases, asked)

    again, reused = gathered(cases, asked, (JOINED, {"case_id": "k1", "command_id": "v"}))

    assert (again.again, again.position) == (True, first.position)
    assert type(reused) is CommandReused


def test_what_is_refused_is_refused_with_the_same_words(cases):
    opened = {"case_id": "k1", "command_id": "o1"}, {"case_id": "k1", "command_id": "o2"}
    first, second = (gathered(cases, (OPENED, said))[0] for said in opened)

    with pytest.raises(Refused) as refused:
        cases.record(OPENED, **SAID, case_id="k1", command_id="o3")
    assert (first.version, second.objections) == (3, refused.value.objections)


def test_a_version_that_is_not_the_last_is_a_conflict(cases):
    recorded, conflict = (
        gathered(cases, (VISIT, {"case_id": "k1", "command_id": f"v{n}", "expected_version": 2}))[0] for n in (1, 2)
    )

    assert (recorded.version, type(conflict), conflict.current) == (3, Conflict, 3)


@pytest.mark.parametrize("version", ["1", True, 2.5, []])
def test_what_is_no_version_is_refused_as_that(cases, version):
    [wrong] = gathered(cases, (VISIT, {"case_id": "k1", "command_id": "v", "expected_version": version}))

    assert type(wrong) is NotAVersion


def test_what_another_process_recorded_meanwhile_is_decided_on(cases):
    with Cases.open(cases.store.address, rules=UTAH) as other:
        other.record(OPENED, **SAID, case_id="k1", command_id="o1")

    refused, recorded = gathered(
        cases, (OPENED, {"case_id": "k1", "command_id": "o2"}), (VISIT, {"case_id": "k1", "command_id": "v"})
    )

    assert (type(refused), recorded.version) == (Refused, 4)


def test_what_cannot_be_stored_is_refused_before_anything_is_asked(cases, in_threads):
    [bad] = gathered(cases, (ContactMade("by-pigeon", frozenset({MOTHER})), {"case_id": "k1", "command_id": "v"}))

    assert (type(bad), in_threads) == (BadFields, [])


def test_the_record_that_tasks_made_verifies(cases, tmp_path):

    gathered(cases, *((VISIT, {"case_id": f"k{n % 3 + 1}", "command_id": f"v{n}"}) for n in range(30)))

    assert verify(tmp_path / "live.db").holds
    assert cases.history("k2").record[0].actor == WORKER
