"""`ihs access`, and reading a case at the command line: who reads is asked, and that they did is on record first."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typed import type_

from ihs_cli.reading import user

WORKER = ("--actor", "w-12", "--role", "practitioner")
STRANGER = ("--actor", "w-99", "--role", "practitioner")
SUPERVISOR = ("--actor", "s-3", "--role", "supervisor")
ADMINISTRATOR = ("--actor", "a-1", "--role", "administrator")
NOBODY = 65534
NOT_OPEN = (
    "ihs: REHEARSAL: no case of that id is open to this actor for this purpose: check the id, be assigned to the case, "
    "or in an emergency break the glass\n"
)


def looked(ihs, *more):
    return [(one["actor"], one["event"]["record"]) for one in ihs_looked(ihs, *more)]


def ihs_looked(ihs, *more):
    return ihs("access", "looked", "cases.db", "alder", *more, "--format", "json").json["looked"]


def test_where_a_reading_can_be_put_on_record_it_is_even_where_one_would_do_without(ihs, alder):
    ihs("case", "show", "cases.db", "alder", "--unrecorded")

    assert len(ihs_looked(ihs)) == 1
    assert "One that can, as by root," in " ".join(ihs("case", "show", "--help").out.split())


def test_who_names_nobody_reads_as_the_user_of_the_machine_and_that_is_on_record(ihs, alder):
    shown = ihs("case", "timeline", "cases.db", "alder", "--purpose", "inventory")

    assert shown.code == 0
    [one] = ihs_looked(ihs)
    assert (one["actor"], one["role"]) == (user(), "administrator")
    said = one["event"]["with"]
    assert (said["what"], said["ground"], said["opened"], said["purpose"]) == ("timeline", "keeper", True, "inventory")


@pytest.mark.parametrize("view", ["show", "history", "approvals", "possible"])
def test_every_view_of_a_case_is_on_record(ihs, alder, view):
    asked = WORKER if view == "possible" else ()
    assert ihs("case", view, "cases.db", "alder", *asked).code == 0

    assert looked(ihs) == [(user(), "RecordViewed")]


WHAT_IF = ("whatif", "cases.db", "--edition", "utah-r512-100@2003-09-03")


@pytest.mark.parametrize(
    "typed, what",
    [
        (("duties", "cases.db", "alder"), "duties"),
        (("duties", "cases.db"), "duties"),
        (("findings", "cases.db"), "findings"),
        (WHAT_IF, "what-if"),
        ((*WHAT_IF, "--counts", "--format", "json"), "what-if"),
        (("audit", "export", "cases.db", "alder", "--to", "alder.bundle"), "export"),
        (("audit", "export", "cases.db", "--position", "9", "--to", "alder.bundle"), "export"),
    ],
)
def test_every_question_that_tells_of_a_case_is_on_record(ihs, alder, typed, what):
    assert ihs(*typed, "--purpose", "monday").code == 0

    [one] = ihs_looked(ihs)
    assert (one["actor"], one["event"]["with"]["what"], one["event"]["with"]["purpose"]) == (user(), what, "monday")


def test_of_all_cases_a_worker_is_told_of_their_own_in_words_that_tell_of_no_other(ihs, three):
    own = ihs("duties", "cases.db", "--on", "2015-02-01", *WORKER)
    none = ihs("duties", "cases.db", "--on", "2015-02-01", *STRANGER)

    assert (own.code, own.out) == (0, ihs("duties", "cases.db", "--on", "2015-02-01", "--worker", "w-12").out)
    assert own.err == "ihs: of all cases, those are told of that w-12 may read\n"
    assert (none.code, none.lines[1:], none.err) == (0, ["0 cases: nothing owed"], own.err.replace("w-12", "w-99"))


def test_a_case_that_cannot_be_read_is_not_named_to_somebody_who_may_have_no_part_in_it(ihs, broken):
    answer = ihs("duties", "cases.db", "--on", "2015-02-01", *WORKER, "--format", "json")

    assert (answer.code, [one["case"] for one in answer.json["cases"]]) == (1, ["alder"])
    assert [one["case"] for one in answer.json["broken"]] == [None]
    assert answer.err.startswith("ihs: a case is left out: it cannot be read, nor who may read it")
    assert "birch" not in answer.err + answer.out


def test_a_case_that_is_not_theirs_is_neither_told_of_nor_handed_out(ihs, alder):
    for typed in (("duties",), ("findings",), WHAT_IF[:1]):
        more = WHAT_IF[2:] if typed == WHAT_IF[:1] else ()
        answer = ihs(*typed, "cases.db", "alder", *more, *STRANGER)
        assert (answer.code, answer.out.count("\n"), answer.err) == (1, 0, NOT_OPEN)
    for named in (["alder"], ["--position", "9"], ["--position", "1"], ["--position", "9999"]):
        answer = ihs("audit", "export", "cases.db", *named, "--to", "alder.bundle", *STRANGER)
        assert (answer.code, answer.err, Path("alder.bundle").exists()) == (1, NOT_OPEN, False)


def test_how_many_cases_are_sealed_is_told_to_who_keeps_the_store(ihs, three):
    seal = ("seal", "place", "cases.db", "birch", "--order", "o-1", "--open-for", "new-report")
    assert ihs(*seal, *SUPERVISOR).code == 0

    closed = ihs("findings", "cases.db")
    open_ = ihs("findings", "cases.db", "--purpose", "new-report")

    left_out = "1 case that a court sealed left out: name a --purpose that the seal leaves open"
    assert (closed.code, closed.err) == (0, f"ihs: {left_out}\n")
    assert (open_.err, closed.out == open_.out) == ("", False)


def test_reading_a_rehearsal_moves_no_clock_and_shows_the_same_again(ihs, alder):
    shown = [ihs("case", "timeline", "cases.db", "alder").out for _ in range(2)]

    assert shown[0] == shown[1]
    assert len(ihs_looked(ihs)) == 2


def test_a_worker_is_shown_their_case_and_a_stranger_is_told_what_they_would_be_of_no_case(ihs, alder):
    own = ihs("case", "show", "cases.db", "alder", *WORKER)
    others = [ihs("case", "show", "cases.db", case, *STRANGER) for case in ("alder", "no-such")]

    assert own.out == ihs("case", "show", "cases.db", "alder").out
    assert [(answer.code, answer.out, answer.err) for answer in others] == [(1, "", NOT_OPEN)] * 2
    assert looked(ihs)[:2] == [("w-12", "RecordViewed"), ("w-99", "AccessDenied")]


def test_who_is_named_has_a_role(ihs, alder):
    answer = ihs("case", "show", "cases.db", "alder", "--actor", "w-12")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("ihs: who reads has an id and a role")


def test_who_looked_is_told_in_words(ihs, alder):
    ihs("case", "timeline", "cases.db", "alder", *WORKER, "--purpose", "home-visit")
    ihs("case", "history", "cases.db", "alder", *STRANGER)

    lines = ihs("access", "looked", "cases.db", "alder").lines

    assert [line.partition("  ")[2] for line in lines[2:]] == [
        "w-12 (practitioner) saw its timeline up to @52, names and words opened: assigned by @9; for home-visit",
        "w-99 (practitioner) was denied its history: no-ground",
    ]
    assert ihs("access", "looked", "cases.db", "alder", "--to", "2014-12-31").lines[2:] == ["nobody looked into it"]


def test_who_could_have_looked_is_told_day_by_day(ihs, alder):
    ihs("access", "give", "cases.db", "s-3", "--post", "supervisor", "--worker", "w-12", *ADMINISTRATOR)

    day = ihs("access", "could", "cases.db", "alder", "--on", "2015-03-01")
    before = ihs("access", "could", "cases.db", "alder", "--on", "2014-12-31")

    assert day.lines[1:] == [
        "alder on 2015-03-01",
        "w-12 (case-manager, practitioner, second-worker, cps-worker): assigned by @9",
    ]
    assert before.lines[1:] == ["alder on 2014-12-31", "nobody"]


def test_a_post_is_given_by_an_administrator_lets_look_and_ends(ihs, alder):
    give = ("access", "give", "cases.db", "s-3", "--post", "supervisor", "--worker", "w-12")
    refused = ihs(*give, *SUPERVISOR)
    given = ihs(*give, *ADMINISTRATOR)
    while_given = ihs("case", "show", "cases.db", "alder", *SUPERVISOR)
    ended = ihs("access", "end", "cases.db", "s-3", "1", *ADMINISTRATOR)

    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert (given.code, given.lines[1:]) == (0, ["recorded s-3@1 AccessGiven"])
    assert while_given.code == 0
    assert (ended.code, ihs("case", "show", "cases.db", "alder", *SUPERVISOR).err) == (0, NOT_OPEN)


def test_broken_glass_opens_the_case_and_awaits_its_review(ihs, alder):
    broken = ihs("access", "break-glass", "cases.db", "alder", "--reason", "child-in-danger", *STRANGER)
    shown = ihs("case", "show", "cases.db", "alder", *STRANGER)
    awaiting = ihs("access", "open", "cases.db").lines[1:]
    [told] = ihs("access", "open", "cases.db", "--format", "json").json["unreviewed"]
    own = ihs("access", "review", "cases.db", "w-99", "1", "--justified", "--actor", "w-99", "--role", "supervisor")
    reviewed = ihs("access", "review", "cases.db", "w-99", "1", "--not-justified", *SUPERVISOR)

    assert (broken.code, broken.lines[1:], shown.code) == (0, ["recorded w-99@1 BreakGlassOpened"], 0)
    assert awaiting[0].endswith("w-99 (practitioner) @1 broke the glass of alder: child-in-danger")
    assert (told["actor"], told["case"], told["version"]) == ("w-99", "alder", 1)
    assert (own.code, own.err.partition(": ")[2].startswith("REHEARSAL: nobody reviews their own")) == (1, True)
    assert reviewed.lines[1:] == ["recorded w-99@3 BreakGlassReviewed"]
    assert ihs("access", "open", "cases.db").lines[1:] == ["no breaking of the glass awaits review"]


def test_a_case_that_is_not_there_is_told_of_to_who_keeps_the_store_and_nothing_is_on_record(ihs, alder):
    before = ihs("store", "info", "cases.db").out

    for typed in (("case", "show"), ("access", "looked")):
        answer = ihs(*typed, "cases.db", "no-such")
        assert (answer.code, answer.err) == (2, "ihs: REHEARSAL: no case of that id is on record\n")
    assert ihs("store", "info", "cases.db").out == before


@pytest.fixture
def copy(alder):
    """A copy of the store that can only be read; root, who could write all the same, is nobody meanwhile."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cases.db"
        for ending in ("", ".key"):
            shutil.copy(f"{alder}{ending}", f"{path}{ending}")
        os.chown(f"{path}.key", NOBODY, NOBODY) if os.geteuid() == 0 else None
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        yield path
        os.seteuid(os.getuid())
        Path(folder).chmod(0o700)


def test_a_copy_that_can_only_be_read_is_shown_where_its_keeper_says_unrecorded(copy):
    refused = type_("case", "show", copy, "alder")
    denied = type_("case", "show", copy, "alder", *WORKER, "--unrecorded")
    shown = type_("case", "show", copy, "alder", "--unrecorded")

    assert (refused.code, refused.out) == (1, "")
    assert "the store can only be read here" in refused.err
    assert (denied.code, denied.out) == (1, "")
    assert (shown.code, shown.lines[1]) == (0, "alder")
    assert [type_("duties", copy, *more).code for more in ((), ("--unrecorded",))] == [1, 0]
