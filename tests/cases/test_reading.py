"""Reading: as at an instant, a day or a position, as of a day, without plugins, with sealed parts closed or open."""

import asyncio
import inspect
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from diary import DENVER
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, Desk, live, rehearsal

from ihs_cases import AsyncCases, Cases
from ihs_cases.errors import EditionMissing, NoJurisdiction, NoSuchPosition, NotAnInstant, UnknownCase, UnknownPerson
from ihs_domain.approving import ApprovalGranted
from ihs_domain.assessing import FamilyAssessmentCompleted
from ihs_domain.case import fold
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.editions import RuleBook
from ihs_domain.gates import Refused
from ihs_domain.history import effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.planning import PlanDrafted
from ihs_domain.possible import DECISIONS
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.restricting import AccessRestricted
from ihs_domain.roles import Actor, Role
from ihs_domain.teaming import Part, TeamFormed
from ihs_domain.terms import Unopened
from ihs_store.errors import KeyFileExists, KeyFileMissing, StoreClosed, StoreExists

NARRATIVE = "The aunt, Zenobia Made-Up, supervises on weekday evenings."
MOTHER = PersonJoined("p-m", Relation.MOTHER, "1985-07", name="Quirina Made-Up", born_on=date(1985, 7, 19))
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"p-m"}), words=NARRATIVE)
NO_PLUGIN = RuleBook(())


# As at and as of


def test_as_at_a_day_is_the_end_of_that_local_day(desk):
    desk.now = datetime(2015, 1, 5, 22, 40, tzinfo=DENVER)  # already the next day in UTC
    desk.put(ASKED)
    desk.now = datetime(2015, 1, 5, 23, 58, 59, 999_999, tzinfo=DENVER)
    desk.put(MOTHER)
    desk.now = datetime(2015, 1, 5, 23, 59, tzinfo=DENVER)
    desk.put(VISIT)

    known = {day: len(desk.cases.history("k1", as_at=date(2015, 1, day)).record) for day in (4, 5, 6)}

    assert known == {4: 0, 5: 2, 6: 3}


@pytest.mark.parametrize("day", [date(2014, 3, 9), date(2014, 11, 2)], ids=["spring", "autumn"])
def test_as_at_a_day_on_which_the_clocks_change_is_that_whole_day(desk, day):
    midnight = datetime.combine(day + timedelta(days=1), time.min, DENVER)
    desk.now = midnight - timedelta(minutes=1, microseconds=1)
    desk.put(ASKED, day=day)
    desk.now = midnight - timedelta(minutes=1)
    desk.put(MOTHER, day=day)

    assert len(desk.cases.history("k1", as_at=day).record) == 1


def test_as_at_an_instant_includes_what_was_recorded_at_it(desk):
    receipt = desk.put(ASKED)

    assert len(desk.cases.history("k1", as_at=receipt.recorded_at)) == 1
    assert len(desk.cases.history("k1", as_at=receipt.recorded_at - timedelta(microseconds=1))) == 0
    with pytest.raises(NotAnInstant):
        desk.cases.history("k1", as_at=datetime(2015, 1, 5))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("position, known", [(0, 0), (2, 0), (3, 1)])
def test_as_at_a_position_is_what_had_been_recorded_by_it(desk, position, known):
    desk.put(ASKED)
    desk.put(ASKED, case="k2")

    assert len(desk.cases.history("k2", as_at=position)) == known


@pytest.mark.parametrize("position", [-1, 4, 2015])
def test_no_answer_is_given_as_at_a_position_that_the_record_has_not_come_to(desk, position):
    desk.put(ASKED)

    with pytest.raises(NoSuchPosition):
        desk.cases.history("k1", as_at=position)


def test_as_at_and_as_of_together_say_what_was_known_then_about_then(desk):
    desk.put(ASKED)
    desk.put(MOTHER)
    late = desk.on(2, 27).put(VISIT, day=date(2015, 2, 20))
    desk.on(3, 2).put(EntryCorrected(3, VISIT, date(2015, 2, 19), AmendmentReason.WRONG_DAY))

    def days(**when):
        return [e.day.day for e in desk.cases.history("k1", **when).of(ContactMade)]

    assert days() == [19]
    assert days(as_at=date(2015, 2, 27)) == days(as_at=late.position) == [20]
    assert days(as_at=date(2015, 2, 26)) == []
    assert days(as_at=late.position, as_of=date(2015, 2, 19)) == []
    assert days(as_of=date(2015, 2, 19)) == [19]


def test_duties_and_findings_are_told_as_they_were_known(desk):
    desk.put(ASKED)
    known = desk.on(1, 9).put(MOTHER)

    assert desk.cases.duties("k1", on=date(2015, 1, 9), as_at=1) == ()
    assert desk.cases.duties("k1", on=date(2015, 1, 9), as_at=known.position) == desk.cases.duties(
        "k1", on=date(2015, 1, 9)
    )
    assert desk.cases.findings("k1", as_at=date(2015, 1, 9)) == desk.cases.findings("k1")


ACTS = st.tuples(st.sampled_from(["k1", "k2"]), st.sampled_from(["record", "correct", "void"]), st.integers(0, 40))


@settings(max_examples=some(15))
@given(acts=st.lists(ACTS, max_size=12))
def test_as_at_is_a_prefix_of_the_record_and_as_at_now_is_plain(tmp_path_factory, acts):
    with rehearsal(tmp_path_factory.mktemp("prefix")) as cases:
        desk = Desk(cases)
        for case in ("k1", "k2"):
            desk.put(ASKED, case=case)
        for case, act, n in acts:
            target = n % (len(cases.history(case).record) or 1) + 1
            on = date(2014, 12, 1) + timedelta(days=n)
            with suppress(Refused):  # a correction of a void says nothing, and is refused
                desk.on(2, 1).put(_act(act, target, on), case=case, day=on)

        record = cases.history("k1").record
        instants = {e.recorded_at for e in cases.recorder.entries("case/k1") + cases.recorder.entries("case/k2")}

        assert cases.history("k1", as_at=cases.store.head().position) == cases.history("k1")
        assert cases.history("k1", as_at=datetime.now(UTC)) == cases.history("k1")
        for instant in instants:
            known = [e for e in record if e.recorded_at <= instant]
            assert cases.history("k1", as_at=instant) == effective(known)
            assert cases.get("k1", as_at=instant) == fold(effective(known))


def _act(act, target, on):
    if act == "record":
        return ASKED
    if act == "void":
        return EntryVoided(target, AmendmentReason.OTHER)
    return EntryCorrected(target, ASKED, on, AmendmentReason.WRONG_DAY)


# Without plugins


def test_a_case_is_read_without_any_plugin_and_nothing_more_is_recorded(tmp_path):
    with rehearsal(tmp_path) as cases:
        desk = Desk(cases)
        desk.put(ASKED)
        desk.put(MOTHER)
        with_plugin = cases.get("k1"), cases.history("k1"), cases.case_ids()

    with Cases.open(str(tmp_path / "rehearsal.db"), rules=NO_PLUGIN) as cases:
        assert (cases.get("k1"), cases.history("k1"), cases.case_ids()) == with_plugin
        for ask in (cases.findings, partial(cases.duties, on=date(2015, 2, 1))):
            with pytest.raises(EditionMissing, match="utah-r512-100@2010-10-08"):
                ask("k1")
        assert (str(cases.zone("k1")), str(cases.home)) == ("UTC", "UTC")
        with pytest.raises(NoJurisdiction, match="install the plugin"):
            Desk(cases, count=10).on(1, 9).put(VISIT)


# Sealed parts


def everything_on_disk(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix != ".key")


def test_no_sealed_part_is_on_the_disk_in_the_clear(tmp_path):
    with live(tmp_path) as cases:
        say = {"case_id": "k1", "actor": WORKER, "occurred": date(2015, 1, 5)}
        cases.record(ASKED, **say, command_id="1")
        cases.record(MOTHER, **say, command_id="2")
        cases.record(VISIT, **say, command_id="3")
        correction = EntryCorrected(3, VISIT, date(2015, 1, 4), AmendmentReason.OTHER, words=NARRATIVE)
        cases.record(correction, **say, command_id="4")

        with_log = everything_on_disk(tmp_path)
    at_rest = everything_on_disk(tmp_path)

    assert b"ContactMade.v1" in with_log
    for secret in (NARRATIVE, "Zenobia", "Quirina", "1985-07-19"):
        assert secret.encode() not in with_log
        assert secret.encode() not in at_rest


def test_sealed_parts_are_read_only_where_they_are_asked_for(desk):
    desk.put(ASKED)
    desk.put(MOTHER)
    desk.put(VISIT)
    desk.put(EntryCorrected(2, MOTHER, date(2015, 1, 5), AmendmentReason.WRONG_DETAIL, words="Typed wrong."))

    closed, opened = desk.cases.history("k1"), desk.cases.history("k1", opened=True)

    assert (closed[1].event.name, closed[2].event.words) == (Unopened.SEALED, Unopened.SEALED)
    assert (opened[1].event, opened[2].event) == (MOTHER, VISIT)
    assert opened.record[3].event.words == "Typed wrong."
    assert fold(closed) == fold(opened)


def test_a_part_whose_key_is_gone_is_marked_as_erased_and_the_others_open(desk):
    desk.put(ASKED)
    desk.put(MOTHER)
    desk.put(VISIT)
    desk.put(PersonJoined("p-f", Relation.FATHER, name="Stays Readable"))
    with closing(sqlite3.connect(desk.cases.store.address)) as database:
        database.execute("DELETE FROM keys WHERE id = 'person/k1/p-m'")
        database.execute("UPDATE keys SET wrapped = NULL WHERE id = '/words'")
        database.commit()

    _, mother, visit, father = desk.cases.history("k1", opened=True)

    assert (mother.event.name, mother.event.born_on) == (Unopened.ERASED, Unopened.ERASED)
    assert visit.event.words is Unopened.ERASED
    assert father.event.name == "Stays Readable"


# Opening, closing, awaiting


def test_a_new_store_is_not_made_with_another_stores_key(tmp_path):
    live(tmp_path).close()
    (tmp_path / "live.db").rename(tmp_path / "moved.db")

    with pytest.raises(KeyFileExists):
        live(tmp_path)
    assert not (tmp_path / "live.db").exists()


def test_where_a_store_stands_already_no_key_is_left_behind(tmp_path):
    live(tmp_path).close()

    with pytest.raises(StoreExists):
        Cases.create(str(tmp_path / "live.db"), key_file=tmp_path / "other.key", rules=UTAH)
    assert not (tmp_path / "other.key").exists()


def test_a_store_without_its_key_file_is_not_opened(tmp_path):
    live(tmp_path).close()
    (tmp_path / "live.db.key").unlink()

    with pytest.raises(KeyFileMissing):
        Cases.open(str(tmp_path / "live.db"), rules=UTAH)


def test_the_key_file_may_be_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("IHS_KEY_FILE", str(tmp_path / "elsewhere.key"))
    live(tmp_path).close()

    assert (tmp_path / "elsewhere.key").exists()
    assert not (tmp_path / "live.db.key").exists()


def test_cases_are_closed_on_leaving_and_closing_twice_does_no_harm(tmp_path):
    with live(tmp_path) as cases:
        pass
    cases.close()

    with pytest.raises(StoreClosed):
        cases.case_ids()


def test_async_cases_has_the_same_words_with_the_same_arguments(tmp_path):
    with live(tmp_path) as cases:
        awaited = AsyncCases(cases)

        for word in sorted(w for w in vars(Cases) if not w.startswith("_")):
            own, other = getattr(cases, word), getattr(awaited, word)
            if word == "reader":  # it asks nothing yet: what it gives is awaited
                assert inspect.signature(own).parameters == inspect.signature(other).parameters
            elif callable(own):
                assert inspect.signature(own).parameters == inspect.signature(other).parameters, word
                assert inspect.iscoroutinefunction(other), word
            else:
                assert own == other, word


def test_async_cases_gives_the_same_answers_and_errors(tmp_path):
    async def use() -> None:
        url = str(tmp_path / "async.db")
        async with await AsyncCases.create(url, rules=UTAH) as cases:
            say = {"case_id": "k1", "actor": WORKER, "occurred": date(2015, 1, 5)}
            receipts = await asyncio.gather(
                *(cases.record(ASKED, **say, command_id=f"c{n}", correlation="together") for n in range(8))
            )
            assert sorted(r.version for r in receipts) == list(range(1, 9))
            assert (await cases.get("k1")).jurisdiction == "us-ut"
            with pytest.raises(UnknownCase):
                await cases.history("k2")
        async with await AsyncCases.open(url, rules=UTAH) as cases:
            assert await cases.case_ids() == ["k1"]
        with pytest.raises(StoreClosed):
            await cases.case_ids()

    asyncio.run(use())


def test_a_case_whose_request_is_void_keeps_its_duties(desk):
    desk.put(ASKED)
    desk.put(CaseOpened(Authority.VOLUNTARY, "north"))
    before = desk.cases.duties("k1", on=date(2015, 3, 1))

    desk.put(EntryVoided(1, AmendmentReason.DID_NOT_HAPPEN))

    assert before
    assert {d.cites for d in desk.cases.duties("k1", on=date(2015, 3, 1))} == {d.cites for d in before}


# Approvals, and a copy for one person

CHANGED = EntryCorrected(3, VISIT, date(2015, 1, 4), AmendmentReason.WRONG_DAY)


def test_approvals_as_at_a_day_are_those_of_then(desk):
    for event in (ASKED, MOTHER, VISIT):
        desk.put(event)
    desk.put(ApprovalGranted(3), actor=SUPERVISOR)
    desk.on(2, 1).put(CHANGED)

    now, then = (desk.cases.approvals("k1", as_at=as_at) for as_at in (None, date(2015, 1, 31)))

    assert [(a.entry, a.by, a.standing, [c.version for c in a.changes]) for a in (*then, *now)] == [
        (3, "s-3", "stands", []),
        (3, "s-3", "changed since", [5]),
    ]


FATHER = PersonJoined("p-f", Relation.FATHER, name="Quincy Made-Up")


def test_every_question_may_be_asked_for_a_person_and_is_answered_from_their_copy(desk):
    kept = AccessRestricted(4, frozenset({"p-f"}), "danger")
    for event in (ASKED, FATHER, MOTHER, VISIT, kept):
        desk.put(event)
    ask, day = desk.cases, date(2015, 3, 1)

    copy = ask.history("k1", for_person="p-f", opened=True)

    assert [type(e.event) for e in copy.record] == [type(ASKED), PersonJoined, PersonJoined]
    assert (copy[1].event.name, copy[2].event.name) == ("Quincy Made-Up", Unopened.SEALED)
    assert ask.get("k1", for_person="p-f").household.members.keys() == {"p-f", "p-m"}
    assert ask.findings("k1", for_person="p-f") == ()
    assert [d.what for d in ask.duties("k1", on=day, for_person="p-f")] == [d.what for d in ask.duties("k1", on=day)]
    assert ask.approvals("k1", for_person="p-f") == ()
    assert [e.version for e in ask.history("k1", for_person="p-f", as_at=desk.now)] == [1, 2, 3]


def test_a_copy_is_made_for_nobody_who_is_not_of_the_case(desk):
    desk.put(ASKED)

    for question in (desk.cases.history, desk.cases.get, desk.cases.findings, desk.cases.approvals):
        with pytest.raises(UnknownPerson) as unknown:
            question("k1", for_person="p-F")
        assert str(unknown.value) == "no person of that id is on record in this case: name one as the record does"


def test_what_is_possible_can_be_put_on_record_as_its_example_says_it(desk):
    desk.put(ASKED)
    desk.put(CaseOpened(Authority.VOLUNTARY, "north"))
    desk.put(MOTHER)
    desk.put(FamilyAssessmentCompleted("A1", frozenset(), frozenset(), frozenset()))
    desk.put(PlanDrafted("PL1", (), assessment="A1"))
    desk.put(TeamFormed({"p-m": Part.PARENT}, frozenset()))
    today, supervisor = desk.now.date(), Actor("s-3", Role.SUPERVISOR)

    names = [one.decision for one in desk.cases.possible("k1", supervisor, on=today) if one.possible == "yes"]
    for name in names:
        [now] = [one for one in desk.cases.possible("k1", supervisor, on=today) if one.decision == name]
        desk.put(now.witness, actor=supervisor)

    put = [type(entry.event).__name__ for entry in desk.cases.history("k1").record[6:]]
    assert put == names
    never = {cls.__name__ for cls in DECISIONS} - {*names}
    assert never == {"CaseOpened", "CaseReopened", "ReferralSent", "SafetyPlanRevised"}


def test_async_cases_says_the_same_of_what_is_possible(tmp_path):
    async def use():
        async with await AsyncCases.create(str(tmp_path / "c.db"), rules=UTAH) as cases:
            await cases.record(ASKED, case_id="k1", actor=WORKER, occurred=date(2015, 1, 5), command_id="c1")
            return await cases.possible("k1", WORKER, on=date(2015, 1, 5))

    told = asyncio.run(use())

    with Cases.open(str(tmp_path / "c.db"), rules=UTAH) as cases:
        assert told == cases.possible("k1", WORKER, on=date(2015, 1, 5))


AN_INSTANT = datetime(2015, 1, 9, 12, tzinfo=UTC)
ASKING = {
    "duties": lambda cases, day: cases.duties("k1", on=day),
    "possible": lambda cases, day: cases.possible("k1", WORKER, on=day),
    "history": lambda cases, day: cases.history("k1", as_of=day),
    "get": lambda cases, day: cases.get("k1", as_of=day),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("day", [AN_INSTANT, "2015-01-09", 9])
def test_what_is_asked_of_a_day_is_not_asked_of_an_instant_or_a_text(desk, ask, day):
    desk.put(ASKED)

    with pytest.raises(NotAnInstant, match="is no day: give a date"):
        ask(desk.cases, day)


@pytest.mark.parametrize("day", [None, date.min, date(1899, 12, 31), date(2200, 1, 1), date.max])
@pytest.mark.parametrize("ask", ["duties", "possible"])
def test_what_is_owed_and_possible_is_not_asked_of_a_mistyped_year(desk, ask, day):
    desk.put(ASKED)

    with pytest.raises(NotAnInstant):
        ASKING[ask](desk.cases, day)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_case_can_be_read_as_of_any_day(desk, day):
    desk.put(ASKED)

    assert len(desk.cases.history("k1", as_of=day)) == (day == date.max)
