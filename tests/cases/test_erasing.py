"""Erasing by order: two persons, no hold, one step; what is left, and what no key file of before opens."""

import shutil
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import insider
import pytest
from attrs import evolve
from examples import some
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rehearsal import ASKED, SUPERVISOR, WORKER, Desk, rehearsal

from ihs_cases import Cases
from ihs_cases.erasing import OfCase, OfEntry, OfPerson
from ihs_cases.errors import (
    AlreadyGone,
    CaseIsGone,
    CommandReused,
    NoJurisdiction,
    Refused,
    UnknownEntry,
    UnknownPerson,
)
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.erasing import ExpungingProposed, IdentityErased
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.persons import (
    IdentificationWithdrawn,
    PersonIdentified,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
)
from ihs_domain.possible import Possible
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.restricting import HoldLifted, HoldPlaced
from ihs_domain.roles import Actor, Role
from ihs_domain.system import KeyCreated
from ihs_domain.terms import ActorId, Unopened
from ihs_ledger.verify import verify
from ihs_projections.timeline import rows as timeline
from ihs_store.backup import backup
from ihs_store.errors import KeyErased, WrongKeyFile
from ihs_store.keys import fingerprint, read_key_file

ORDER, JUDGE = "erase-15-4", "judge-7"
OTHER = Actor(ActorId("s-9"), Role.SUPERVISOR)
MOTHER = PersonJoined("mother", Relation.MOTHER, name="Quirina Made-Up", born_on=date(1985, 7, 19))
CHILD = PersonJoined("c-1", Relation.CHILD, birth_month="2008-09", name="Child Made-Up")
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"mother"}), words="A visit at the kitchen table")


def proposed(desk: Desk, target, *, order: str = ORDER, actor: Actor = SUPERVISOR):
    desk.count += 1
    said = {"order": order, "ordered_by": JUDGE, "actor": actor, "occurred": desk.now.date()}
    return desk.cases.erasing.propose(target, **said, command_id=f"propose-{desk.count}", recorded_at=desk.now)


def done(desk: Desk, target, *, order: str = ORDER, actor: Actor = OTHER, command_id: str = "erase-1", on=None):
    said = {"order": order, "actor": actor, "occurred": on or desk.now.date()}
    return desk.cases.erasing.erase(target, **said, command_id=command_id, recorded_at=desk.now)


def erased(desk: Desk, target, **more):
    proposed(desk, target)
    return done(desk, target, **more)


def holds(cases: Cases) -> bool:
    return verify(cases.store.address, key_file=read_key_file(cases.key_file)).wrong is None


@pytest.fixture
def family(desk):
    """Two families; the mother of one is in the register, twice."""
    for case in ("k1", "k2"):
        desk.put(ASKED, case=case)
        desk.put(MOTHER, case=case)
        desk.put(CHILD, case=case)
    for id_ in ("p-1", "p-2"):
        desk.put(PersonRegistered(id_, "1985-07", name="Quirina Made-Up"), case=None, person_id=id_)
    desk.put(PersonsMerged("p-1", "p-2", "registered-twice"), case=None, person_id="p-1")
    desk.put(PersonIdentified("p-1", "k1", "mother", "same-address"), case=None, person_id="p-1")
    return desk


def names(desk: Desk, case: str = "k1"):
    return [e.event.name for e in desk.cases.history(case, opened=True).of(PersonJoined)]


# A person


def test_a_person_erased_is_gone_from_the_register_and_every_case_and_nobody_else_is(family):
    before = family.cases.store.keys("person/").keys()

    gone = erased(family, OfPerson("p-2"))

    assert (gone.keys, gone.emptied, gone.again) == (3, 0, False)
    assert names(family) == [Unopened.ERASED, "Child Made-Up"]
    assert names(family, "k2") == ["Quirina Made-Up", "Child Made-Up"]
    assert family.cases.person("p-1").erased
    kept = family.cases.store.keys("person/")
    assert {key for key in kept if kept[key].wrapped is None} == {"person/k1/mother", "person/p-1", "person/p-2"}
    assert kept.keys() == before
    assert holds(family.cases)


def test_what_was_erased_says_so_in_the_case_and_the_timeline_shows_who_had_it_done(family):
    erased(family, OfPerson("p-1"))

    lines = [line for line in timeline("k1", family.cases.history("k1", opened=True)) if "rased" in line.event]

    assert [(line.event, line.says, line.actor) for line in lines] == [
        ("Identity erased", "known as mother; order erase-15-4", "s-9")
    ]
    [joined, *_] = [line for line in timeline("k1", family.cases.history("k1", opened=True)) if "joined" in line.event]
    assert joined.says == "person mother; relation mother; name (erased); born on (erased)"


def test_a_person_cannot_be_found_by_their_name_any_more(family):
    erased(family, OfPerson("p-1"))

    found = family.cases.find("quirina", actor=WORKER, recorded_at=family.now)

    assert [(one.case, one.known_as) for one in found] == [("k2", "mother")]


def test_nothing_more_is_sealed_for_a_person_whose_key_is_gone(family):
    erased(family, OfPerson("p-1"))

    with pytest.raises(KeyErased, match="choose another id for this person, or leave name and day of birth out"):
        family.put(MOTHER)
    family.put(PersonJoined("mother", Relation.MOTHER))

    assert names(family)[0] is Unopened.ERASED


# Two persons


@pytest.mark.parametrize("target", [OfPerson("p-1"), OfEntry("k1", 2), OfCase("k1")])
def test_it_takes_two_one_who_proposes_and_another_who_has_it_done(family, target):
    head = family.cases.store.head()

    with pytest.raises(Refused, match="nobody proposed this by that order"):
        done(family, target)
    proposed(family, target)
    with pytest.raises(Refused, match="who proposed it does not have it done"):
        done(family, target, actor=SUPERVISOR)
    with pytest.raises(Refused, match="nobody proposed this by that order"):
        done(family, target, order="another-order")
    with pytest.raises(Refused, match="not for a practitioner to decide"):
        done(family, target, actor=WORKER)

    assert family.cases.store.head().position == head.position + 1
    assert names(family) == ["Quirina Made-Up", "Child Made-Up"]
    assert done(family, target).again is False


def test_two_who_both_proposed_it_may_each_have_it_done(family):
    proposed(family, OfPerson("p-1"), actor=OTHER)
    proposed(family, OfPerson("p-1"))

    assert done(family, OfPerson("p-1")).keys == 3


# Holds


@pytest.mark.parametrize("target", [OfPerson("p-1"), OfEntry("k1", 2), OfCase("k1")])
def test_nothing_is_destroyed_while_a_hold_stands_on_any_case_of_it(family, target):
    proposed(family, target)
    family.put(HoldPlaced("suit-15-9"))

    with pytest.raises(Refused, match=r"a hold stands on this case.*\[suit-15-9\]"):
        done(family, target)
    assert names(family) == ["Quirina Made-Up", "Child Made-Up"]
    family.put(HoldLifted("suit-15-9"), actor=SUPERVISOR)

    assert done(family, target).again is False


def test_a_hold_counts_however_far_back_the_day_is_on_which_something_is_said_to_be_destroyed(family):
    proposed(family, OfPerson("p-1"))
    proposed(family, OfCase("k1"))
    family.on(2, 1).put(HoldPlaced("suit-15-9"))

    for target in (OfPerson("p-1"), OfCase("k1")):
        with pytest.raises(Refused, match="a hold stands on this case"):
            done(family, target, on=date(2015, 1, 5))


def test_a_hold_on_another_case_stands_in_nobodys_way(family):
    family.put(HoldPlaced("suit-15-9"), case="k2")

    assert erased(family, OfPerson("p-1")).keys == 3


# A dry run


def test_a_dry_run_says_what_would_be_touched_and_touches_nothing(family):
    family.put(HoldPlaced("suit-15-9"))
    head = family.cases.store.head()

    found = family.cases.erasing.reach(OfPerson("p-2"), ORDER)

    assert (found.cases, found.entries, found.holds) == (("k1",), {"k1": (2,)}, {"k1": ("suit-15-9",)})
    assert found.keys == ("person/k1/mother", "person/p-1", "person/p-2")
    assert (found.empty, found.agencies) == ((), ())
    assert family.cases.store.head() == head


def test_a_dry_run_of_a_case_names_every_key_and_part_of_it(family):
    family.put(VISIT)

    found = family.cases.erasing.reach(OfCase("k1"), ORDER)

    assert found.entries == {"k1": (1, 2, 3, 4, 5)}
    assert found.keys == ("narrative/case/k1/5/words", "person/k1/c-1", "person/k1/mother")
    assert found.empty == tuple(("case/k1", n) for n in range(1, 6))


def test_what_is_not_there_cannot_be_erased(family):
    with pytest.raises(UnknownPerson):
        family.cases.erasing.reach(OfPerson("p-9"), ORDER)
    with pytest.raises(UnknownEntry):
        family.cases.erasing.reach(OfEntry("k1", 9), ORDER)
    with pytest.raises(AlreadyGone):
        family.cases.erasing.reach(OfEntry("k1", 2, words_alone=True), ORDER)


# An entry, its words, a case


def test_the_words_of_an_entry_are_destroyed_and_the_rest_of_it_stays(family):
    visit = family.put(VISIT).version
    family.put(VISIT)

    erased(family, OfEntry("k1", visit, words_alone=True))

    one, other = family.cases.history("k1", opened=True).of(ContactMade)
    assert one.event == evolve(VISIT, words=Unopened.ERASED)
    assert other.event.words == VISIT.words
    assert holds(family.cases)


def test_an_expunged_entry_counts_no_more_and_stays_as_a_tombstone(family):
    version = family.put(VISIT).version
    family.put(EntryCorrected(version, VISIT, family.now.date(), AmendmentReason.OTHER, words="was another day"))

    gone = erased(family, OfEntry("k1", version))

    history = family.cases.history("k1", opened=True)
    assert (gone.keys, gone.emptied) == (3, 2)
    assert history.of(ContactMade) == ()
    shown = [(line.version, line.event, line.says) for line in timeline("k1", history)]
    assert shown[4:6] == [(version, "Expunged", "was contact-made"), (version + 1, "Expunged", "was entry-corrected")]
    assert [line.event for line in timeline("k1", history)][-2:] == ["Entry expunged"] * 2
    assert holds(family.cases)


def test_an_entry_expunged_takes_along_the_key_of_whom_nothing_else_names(family):
    gone = erased(family, OfEntry("k1", 3))

    assert gone.keys == 1
    assert family.cases.store.key("person/k1/c-1").wrapped is None
    assert names(family) == ["Quirina Made-Up"]


# What the verifier takes for an order, and what an order has destroyed


def destroyed_by_an_insider(desk: Desk, key: str):
    """What the verifier says after somebody destroyed a key in the file; then it is put back."""
    store = insider.Store(Path(desk.cases.store.address))
    [(wrapped,)] = store.all(f"SELECT wrapped FROM keys WHERE id = '{key}'")
    store.do(f"UPDATE keys SET wrapped = NULL WHERE id = '{key}'")
    wrong = verify(desk.cases.store.address).wrong
    store.do(("UPDATE keys SET wrapped = ? WHERE id = ?", (wrapped, key)))
    return wrong and wrong[1:3]


def test_an_insider_does_not_destroy_by_the_order_for_one_entry_a_key_that_another_still_needs(family):
    family.put(MOTHER)

    erased(family, OfEntry("k1", 2))

    assert names(family) == ["Child Made-Up", "Quirina Made-Up"]
    assert holds(family.cases)
    assert destroyed_by_an_insider(family, "person/k1/mother") == ("keys", "wrapped")


def test_an_insider_does_not_destroy_by_an_order_of_before_what_was_sealed_after_it(family):
    family.put(PersonJoined("dad", Relation.FATHER))
    family.put(PersonRegistered("p-3"), case=None, person_id="p-3")
    family.put(PersonIdentified("p-3", "k1", "dad", "papers"), case=None, person_id="p-3")
    erased(family, OfPerson("p-3"))
    family.put(PersonJoined("dad", Relation.FATHER, name="Otto Made-Up"))

    assert destroyed_by_an_insider(family, "person/k1/dad") == ("keys", "wrapped")


JOINED = (MOTHER, CHILD)


@settings(max_examples=some(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(JOINED), st.booleans()), min_size=1, max_size=3), st.randoms())
def test_what_the_verifier_takes_for_ordered_is_what_expunging_destroys(tmp_path, said, at_random):
    with TemporaryDirectory(dir=tmp_path) as folder, rehearsal(Path(folder)) as cases:
        desk = Desk(cases)
        desk.put(ASKED)
        of = {desk.put(event).version: (event.person, goes) for event, goes in said}
        going = [version for version, (_, goes) in of.items() if goes]
        at_random.shuffle(going)
        for n, version in enumerate(going):
            erased(desk, OfEntry("k1", version), command_id=f"erase-{n}")

        keys = cases.store.keys("person/")
        left = {f"person/k1/{person}" for person, goes in of.values() if not goes}
        assert {key for key in keys if keys[key].wrapped is not None} == left
        assert holds(cases)
        assert {destroyed_by_an_insider(desk, key) for key in left} <= {("keys", "wrapped")}


def test_a_case_disposed_of_is_tombstones_alone_and_takes_nothing_more(family):
    family.put(VISIT)

    gone = erased(family, OfCase("k1"))

    history = family.cases.history("k1", opened=True)
    assert (gone.keys, gone.emptied) == (3, 5)
    assert [line.event for line in timeline("k1", history)] == ["Expunged"] * 5 + ["Disposal proposed", "Case disposed"]
    assert family.cases.duties("k1", on=family.now.date()) == ()
    assert family.cases.findings("k1") == ()
    with pytest.raises(CaseIsGone):
        family.put(VISIT)
    with pytest.raises(AlreadyGone):
        family.cases.erasing.reach(OfCase("k1"), ORDER)
    assert holds(family.cases)


BEGINNINGS = [
    ASKED,
    CaseOpened(Authority.VOLUNTARY, "north", jurisdiction="us-ut"),
    EntryVoided(1, AmendmentReason.OTHER),
    HoldPlaced("suit-15-9"),
]


@pytest.mark.parametrize("event", BEGINNINGS, ids=lambda event: type(event).__name__)
def test_a_case_disposed_of_is_not_begun_again_nor_amended(family, event):
    erased(family, OfCase("k1"))
    head = family.cases.store.head()

    with pytest.raises(CaseIsGone, match="disposed of by order, at @6: record under a new case"):
        family.put(event)

    assert family.cases.store.head() == head


def test_of_a_case_disposed_of_nothing_can_be_decided(family):
    erased(family, OfCase("k1"))

    found = family.cases.possible("k1", SUPERVISOR, on=family.now.date())

    assert {one.possible for one in found} == {Possible.NO}
    assert {str(*one.objections) for one in found} == {
        "this case was disposed of: nothing more goes on it [@6]: record under a new case"
    }


def test_a_case_whose_beginning_was_expunged_is_begun_anew_and_can_be_disposed_of(family):
    erased(family, OfEntry("k1", 1))

    with pytest.raises(NoJurisdiction, match="record its opening anew"):
        family.put(VISIT)
    family.put(ASKED)

    assert family.put(VISIT).version
    proposed(family, OfCase("k1"), order="another-order")
    assert done(family, OfCase("k1"), order="another-order", command_id="erase-2").emptied


def test_who_could_have_read_a_case_disposed_of_is_not_told_as_nobody(family):
    day = family.now.date()
    erased(family, OfCase("k1"))

    with pytest.raises(CaseIsGone, match=r"who could have read it cannot be told: .* destroyed by order, at @6"):
        family.cases.access.could("k1", day)
    assert family.cases.access.could("k2", day) == ()


def test_a_person_of_a_case_disposed_of_can_still_be_erased(family):
    erased(family, OfCase("k1"))
    proposed(family, OfPerson("p-1"))

    done(family, OfPerson("p-1"), command_id="erase-2")

    assert family.cases.person("p-1").erased
    assert holds(family.cases)


# Once


def test_the_same_command_again_destroys_nothing_more(family):
    first = erased(family, OfPerson("p-1"))
    keys, head = read_key_file(family.cases.key_file), family.cases.store.head()

    again = done(family, OfPerson("p-1"))

    assert (again.position, again.again) == (first.position, True)
    assert (read_key_file(family.cases.key_file), family.cases.store.head()) == (keys, head)
    with pytest.raises(CommandReused):
        done(family, OfPerson("p-1"), order="another-order")


# Key files


def test_no_key_file_of_before_opens_the_store_after_an_erasure(family, tmp_path):
    before = read_key_file(family.cases.key_file)
    shutil.copy2(family.cases.key_file, tmp_path / "kept")

    erased(family, OfPerson("p-1"))

    assert read_key_file(family.cases.key_file) != before
    with pytest.raises(WrongKeyFile):
        Cases.open(family.cases.store.address, key_file=tmp_path / "kept")


def test_a_store_of_before_the_erasure_opens_with_no_key_file_of_after(family, tmp_path):
    saved = tmp_path / "saved.db"
    backup(family.cases.store.address, saved)

    erased(family, OfPerson("p-1"))

    with pytest.raises(WrongKeyFile):
        Cases.open(str(saved), key_file=family.cases.key_file)


def test_a_process_that_had_the_store_open_reads_and_seals_on_under_the_new_key(family):
    with Cases.open(family.cases.store.address, rules=family.cases.rules) as other:
        family.cases.erasing.rotate(actor=SUPERVISOR, command_id="r-1", recorded_at=family.now)
        family.cases.erasing.rotate(actor=SUPERVISOR, command_id="r-2", recorded_at=family.now)

        desk = Desk(other, now=family.now, count=100)
        desk.put(VISIT)

        assert [e.event.words for e in desk.cases.history("k1", opened=True).of(ContactMade)] == [VISIT.words]
    assert [e.event.words for e in family.cases.history("k1", opened=True).of(ContactMade)] == [VISIT.words]
    assert holds(family.cases)


def test_rotating_changes_no_record_but_says_so_on_the_systems_stream(family):
    before = family.cases.store.read(0)

    family.cases.erasing.rotate(actor=SUPERVISOR, command_id="r-1", recorded_at=family.now)

    rows = family.cases.store.read(0)
    [said] = [e.event for e in family.cases.recorder.entries("system") if isinstance(e.event, KeyCreated)]
    assert rows[:-1] == before
    assert said == KeyCreated(fingerprint(read_key_file(family.cases.key_file)), "rotation")
    assert names(family) == ["Quirina Made-Up", "Child Made-Up"]
    assert holds(family.cases)


def test_the_key_is_replaced_by_a_supervisor_or_an_administrator_alone(family):
    before = read_key_file(family.cases.key_file)

    for role in set(Role) - {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        with pytest.raises(
            Refused, match=f"the key is not for a {role} to replace: have it done by: supervisor, admin"
        ):
            family.cases.erasing.rotate(actor=Actor("x-1", role), command_id="r-1", recorded_at=family.now)

    assert read_key_file(family.cases.key_file) == before


# Cut off


STEPS = ["before the new key file", "before the commit", "after the commit", "before the old file goes"]


@pytest.mark.fault("erase killed half-way")
@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_killed_at_any_step_is_whole_or_absent_and_one_key_file_opens_the_store(family, step):
    proposed(family, OfPerson("p-1"))
    cases = family.cases

    child = killed_while_erasing(cases.store.address, family.now, step)

    with Cases.open(cases.store.address, rules=cases.rules) as after:
        committed = STEPS.index(step) >= 2
        assert child == -signal.SIGKILL
        assert after.person("p-1").erased is committed
        assert names(Desk(after)) == [Unopened.ERASED if committed else "Quirina Made-Up", "Child Made-Up"]
        desk = Desk(after, now=family.now, count=200)
        assert done(desk, OfPerson("p-1")).again is committed
        assert names(desk) == [Unopened.ERASED, "Child Made-Up"]
        assert not after.key_file.with_name(after.key_file.name + ".new").exists()
        assert holds(after)


def killed_while_erasing(address: str, now: datetime, step: str) -> int:
    script = Path(__file__).with_name("cut_off.py")
    return subprocess.run([sys.executable, script, address, now.isoformat(), step], check=False).returncode


def test_what_says_by_which_order_something_was_destroyed_is_never_destroyed_itself(family):
    version = family.put(VISIT).version
    erased(family, OfEntry("k1", version))
    said = family.cases.history("k1").record[-1].version

    for words_alone in (False, True):
        with pytest.raises(Refused, match="says by which order"):
            family.cases.erasing.reach(OfEntry("k1", said, words_alone=words_alone), ORDER)
    assert holds(family.cases)


def test_a_command_repeated_on_a_case_that_was_disposed_of_meanwhile_gets_its_first_receipt(family):
    first = family.put(VISIT, command_id="visit")
    erased(family, OfCase("k1"))

    again = family.cases.record(
        VISIT,
        case_id="k1",
        actor=WORKER,
        occurred=family.now.date(),
        command_id="visit",
        recorded_at=family.now,
    )

    assert (again.again, again.version, again.position) == (True, first.version, first.position)
    with pytest.raises(CommandReused):
        family.put(MOTHER, command_id="visit")


@pytest.mark.parametrize("expunged", [(2,), (2, 4)], ids=["who joined", "and who they are"])
def test_a_person_whose_only_entry_in_a_case_was_expunged_can_still_be_erased(family, expunged):
    for n, version in enumerate(expunged):
        erased(family, OfEntry("k1", version), command_id=f"erase-entry-{n}")
    proposed(family, OfPerson("p-1"))

    done(family, OfPerson("p-1"), command_id="erase-2")

    assert family.cases.person("p-1").erased
    said = [e.event for e in family.cases.history("k1") if isinstance(e.event, IdentityErased)]
    assert said == ([IdentityErased("mother", ORDER)] if expunged == (2,) else [])
    assert holds(family.cases)


def test_who_somebody_is_can_be_withdrawn_after_what_brought_them_in_was_expunged(family):
    erased(family, OfEntry("k1", 2))

    family.put(IdentificationWithdrawn("p-1", "k1", "mother", "another-person"), case=None, person_id="p-1")

    assert family.cases.person("p-1").known_as == frozenset()


def test_what_nothing_ever_brought_in_is_not_known_for_that_something_was_expunged(family):
    erased(family, OfEntry("k1", 2))

    with pytest.raises(Refused, match=r"no person of that id .* \[aunt\]: name one of c-1, mother"):
        family.put(PersonIdentified("p-1", "k1", "aunt", "papers"), case=None, person_id="p-1")


# A proposal repeated


def proposing(desk: Desk, target, *, order: str = ORDER, actor: Actor = SUPERVISOR, ordered_by: str = JUDGE):
    """Propose by one and the same command."""
    said = {"order": order, "ordered_by": ordered_by, "actor": actor, "occurred": date(2015, 1, 5)}
    return desk.cases.erasing.propose(target, **said, command_id="once", recorded_at=desk.now)


def first_again(receipts):
    return tuple(evolve(one, again=True, findings=()) for one in receipts)


ANY_TARGET = [OfPerson("p-1"), OfPerson("p-2"), OfEntry("k1", 5), OfEntry("k1", 5, words_alone=True), OfCase("k1")]


@pytest.mark.parametrize("target", ANY_TARGET)
def test_a_proposal_repeated_after_it_was_carried_out_gets_its_first_receipts(family, target):
    family.put(VISIT)
    first = proposing(family, target)
    done(family, target)
    head = family.cases.store.head()

    assert proposing(family, target) == first_again(first)
    assert family.cases.store.head() == head


@pytest.mark.parametrize(
    "amendment",
    [EntryVoided(5, AmendmentReason.OTHER), EntryCorrected(5, VISIT, date(2015, 1, 4), AmendmentReason.OTHER)],
)
def test_a_proposal_repeated_after_its_entry_was_amended_is_not_recorded_again(family, amendment):
    family.put(VISIT)
    first = proposing(family, OfEntry("k1", 5))
    family.put(amendment)
    head = family.cases.store.head()

    assert proposing(family, OfEntry("k1", 5)) == first_again(first)
    assert family.cases.store.head() == head


def test_a_proposal_of_several_entries_repeated_after_another_amendment_and_a_disposal_gets_all_its_receipts(family):
    family.put(VISIT)
    family.put(EntryCorrected(5, VISIT, date(2015, 1, 4), AmendmentReason.OTHER))
    first = proposing(family, OfEntry("k1", 6))
    family.put(EntryVoided(5, AmendmentReason.OTHER))
    erased(family, OfCase("k1"))

    assert [one.again for one in first] == [False, False]
    assert proposing(family, OfEntry("k1", 5)) == first_again(first)


def test_a_proposal_of_several_entries_that_was_cut_off_is_completed_by_the_same_command(family):
    family.put(VISIT)
    family.put(EntryCorrected(5, VISIT, date(2015, 1, 4), AmendmentReason.OTHER))
    by = {"actor": SUPERVISOR, "day": date(2015, 1, 5)}
    family.put(ExpungingProposed(5, ORDER, JUDGE), command_id="once/1", **by)

    said = proposing(family, OfEntry("k1", 5))

    assert [one.again for one in said] == [True, False]
    assert [e.event.entry for e in family.cases.history("k1").of(ExpungingProposed)] == [5, 6]
    assert proposing(family, OfEntry("k1", 5)) == first_again(said)


def test_a_proposal_repeated_after_the_person_was_merged_or_parted_gets_its_first_receipt(family):
    first = proposing(family, OfPerson("p-2"))
    parted = PersonsUnmerged("p-1", "p-2", "two-persons")
    family.put(parted, case=None, person_id="p-1")

    assert proposing(family, OfPerson("p-2")) == first_again(first)


OTHERWISE = [
    {"target": OfEntry("k1", 2)},
    {"target": OfEntry("k1", 5, words_alone=True)},
    {"target": OfEntry("k1", 77)},
    {"target": OfEntry("k2", 3)},
    {"target": OfEntry("no-such", 5)},
    {"target": OfCase("k1")},
    {"target": OfPerson("p-1")},
    {"target": OfPerson("p-9")},
    {"order": "another-order"},
    {"ordered_by": "judge-8"},
    {"actor": OTHER},
]


def test_another_proposal_by_the_same_command_is_refused(family):
    family.put(VISIT)
    proposing(family, OfEntry("k1", 5))
    head = family.cases.store.head()

    for otherwise in OTHERWISE:
        with pytest.raises(CommandReused):
            proposing(family, **{"target": OfEntry("k1", 5), **otherwise})
    assert family.cases.store.head() == head


# Rotating


def rotated(desk: Desk, actor: Actor = SUPERVISOR, **more):
    return desk.cases.erasing.rotate(actor=actor, command_id="r-1", recorded_at=desk.now, **more)


def test_a_rotation_repeated_rotates_nothing_more(family):
    first = rotated(family)
    key = read_key_file(family.cases.key_file)
    family.now += timedelta(minutes=1)

    assert rotated(family) == evolve(first, again=True)
    assert read_key_file(family.cases.key_file) == key


def test_a_rotation_by_somebody_else_or_to_a_key_service_is_another_command(family):
    rotated(family)

    for actor in (OTHER, Actor(SUPERVISOR.id, Role.ADMINISTRATOR)):
        with pytest.raises(CommandReused):
            rotated(family, actor)
    with pytest.raises(CommandReused):
        rotated(family, service=KeptElsewhere())


class KeptElsewhere:
    """A key service, by its name."""

    id = "transit https://vault.agency.example/v1/transit/ihs"


@pytest.mark.parametrize("by_another", [False, True], ids=["this process", "another process"])
def test_a_key_that_is_read_while_keys_are_rotated_opens_all_the_same(family, by_another):
    cases, kept, left = family.cases, family.cases.ring._kept, ["r-1", "r-2"]

    def read_and_then_rotated(key_id):
        found = kept(key_id)
        if left and key_id.startswith("person/"):
            said = {"actor": SUPERVISOR, "command_id": left.pop(), "recorded_at": family.now}
            if by_another:
                with Cases.open(cases.store.address, rules=cases.rules) as other:
                    other.erasing.rotate(**said)
            else:
                cases.erasing.rotate(**said)
        return found

    object.__setattr__(cases.ring, "_kept", read_and_then_rotated)

    [joined, *_] = cases.history("k1", opened=True).of(PersonJoined)
    assert (joined.event.name, left) == (MOTHER.name, [])


def test_keys_that_were_read_together_before_a_rotation_open_after_it(family):
    ring = family.cases.ring.over(family.cases.store.keys("person/"))

    rotated(family)

    assert all(ring.key(key_id) is not None for key_id in family.cases.store.keys("person/"))
