"""`ihs erase`, `keys`, `hold`, `seal`, `retention`: two persons, a dry run, a hold, a new key file."""

import json
import shutil

import pytest
from typed import REQUEST

from ihs_cases import Cases
from ihs_domain.looking import AccessDenied, RecordViewed

SUPERVISOR = ("--actor", "s-3", "--role", "supervisor")
WORKER = ("--actor", "w-12", "--role", "practitioner")
OTHER = ("--actor", "s-9", "--role", "supervisor")
ORDER = ("--order", "o-26-4")
BY_JUDGE = ("--ordered-by", "judge-2")
ASSIGNED = {**REQUEST, "id": "assigned", "record": "WorkerAssigned", "with": {"worker": "w-12"}}
CASE = ("erase", "cases.db", "--case", "k1", *ORDER)


@pytest.fixture
def proposed(ihs, live):
    ihs(*CASE, *BY_JUDGE, *SUPERVISOR)
    return live


def test_one_proposes_another_approves_and_it_is_done(ihs, live):
    proposed = ihs(*CASE, *BY_JUDGE, *SUPERVISOR)
    done = ihs(*CASE, "--approve", *OTHER, "--id", "e-1")
    again = ihs(*CASE, "--approve", *OTHER, "--id", "e-1")

    assert proposed.lines == ["proposed: case/k1@2", "somebody else has it done: --approve"]
    assert done.lines == [
        "erased: 0 keys destroyed, 1 entry emptied, at position 5",
        "the new key file: cases.db.key",
        "every key file of before opens nothing any more: destroy the copies of it",
        "a backup of before opens with none but those copies: make a new one now",
    ]
    assert again.lines == ["nothing new: 0 keys destroyed, 0 entries emptied, at position 5"]
    assert "Expunged" in ihs("case", "timeline", "cases.db", "k1").out
    assert ihs("audit", "verify", "cases.db").code == 0


def test_of_a_case_disposed_of_it_is_told_when_and_by_which_order_whatever_moment_is_asked_about(ihs, proposed):
    before = ihs("case", "show", "cases.db", "k1", "--format", "json").json
    known = ihs("store", "info", "cases.db", "--format", "json").json["position"]
    ihs(*CASE, "--approve", *OTHER)

    now, then = (ihs("case", "show", "cases.db", "k1", *at) for at in ((), ("--as-at", known)))
    told = ihs("case", "show", "cases.db", "k1", "--format", "json").json["disposed"]

    said = f"disposed of    on {told['on']}, by order o-26-4 (@3): its content is destroyed"
    assert (now.lines[1], then.lines[1]) == (said, said)
    assert (before["disposed"], told["order"], told["version"]) == (None, "o-26-4", 3)


def test_of_a_case_disposed_of_it_is_not_told_that_nobody_could_have_read_it(ihs, proposed):
    ihs(*CASE, "--approve", *OTHER)

    answer = ihs("access", "could", "cases.db", "k1", "--on", "2015-03-01")

    assert (answer.code, len(answer.err.splitlines())) == (1, 1)
    assert "who could have read it cannot be told" in answer.err


def test_who_proposed_it_does_not_have_it_done(ihs, proposed):
    answer = ihs(*CASE, "--approve", *SUPERVISOR)

    assert answer.code == 1
    assert "who proposed it does not have it done" in answer.err


def test_a_dry_run_says_what_would_be_touched_and_by_which_hold_it_is_stopped(ihs, proposed):
    ihs("hold", "place", "cases.db", "k1", "--hold", "suit-1", *SUPERVISOR)

    told = ihs(*CASE, "--dry-run")
    stopped = ihs(*CASE, "--approve", *OTHER)
    ihs("hold", "lift", "cases.db", "k1", "--hold", "suit-1", *SUPERVISOR)

    assert told.lines == [
        "would destroy 0 keys and empty 2 entries; nothing was destroyed",
        "case      k1: touches @1 @3",
        "hold      k1: suit-1 stands in the way",
        "views     the rows of these cases are made again by whoever follows the record",
    ]
    assert (stopped.code, "a hold stands on this case" in stopped.err) == (1, True)
    assert ihs(*CASE, "--dry-run", "--format", "json").json == {
        "store": "live",
        "would_destroy": {"cases": ["k1"], "entries": {"k1": [1, 3, 4]}, "keys": [], "agencies": [], "holds": {}},
        "would_empty": 3,
    }
    assert ihs(*CASE, "--approve", *OTHER).code == 0


def test_a_dry_run_is_on_record_of_whoever_looks_and_shows_a_named_reader_what_they_may_read(ihs, live):
    supervises = ("--post", "supervisor", "--worker", "w-12", "--actor", "a-1", "--role", "administrator")
    for given in (False, True):
        if given:
            ihs("access", "give", "cases.db", "s-9", *supervises)
            ihs("record", "cases.db", "-", given=json.dumps(ASSIGNED))
        looked = ihs(*CASE, "--dry-run", *OTHER, "--purpose", "order")
        assert (looked.code, "touches @1" in looked.out) == ((0, True) if given else (1, False))

    ihs(*CASE, "--dry-run")
    with Cases.open("cases.db") as cases:
        looks = cases.access.looked("k1")
    assert [(e.actor.id.partition("-")[0], type(e.event), e.event.purpose) for e in looks] == [
        ("s", AccessDenied, "order"),
        ("s", RecordViewed, "order"),
        ("os", RecordViewed, None),
    ]


@pytest.mark.parametrize(
    "typed, why",
    [
        (BY_JUDGE, "say who acts, with --actor and --role"),
        (("--approve", *OTHER, "--purpose", "order"), "--purpose and --unrecorded are for who looks"),
        (("--approve", *OTHER, "--unrecorded"), "--purpose and --unrecorded are for who looks"),
        (("--dry-run", "--id", "e-1"), "leave --on and --id out"),
        (("--dry-run", "--on", "2026-01-01"), "leave --on and --id out"),
        (("--dry-run", "--actor", "s-9"), "give --actor and --role, or neither"),
    ],
)
def test_who_acts_and_who_looks_are_asked_for_apart(ihs, live, typed, why):
    answer = ihs(*CASE, *typed)

    assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1)
    assert why in answer.err


def test_a_dry_run_of_a_person_says_what_is_left_of_them(ihs, live):
    ihs("person", "register", "cases.db", "p-7", "--birth-month", "1985-07", *SUPERVISOR)

    told = ihs("erase", "cases.db", "--person", "p-7", *ORDER, "--dry-run")

    assert told.lines[-1] == (
        "left      the month of birth, relations and ids, and what words say of them: erase those entry by entry"
    )


@pytest.mark.parametrize(
    "what",
    [
        (),
        ("--person", "p-7", "--case", "k1"),
        ("--person", "p-7", "--entry", "1"),
        ("--case", "k1", "--words-alone"),
        ("--person", "p-7"),
        ("--case", "k1", "--entry", "99", *BY_JUDGE),
        ("--case", "k1"),
    ],
)
def test_what_cannot_be_meant_is_asked_wrongly(ihs, live, what):
    answer = ihs("erase", "cases.db", *what, *ORDER, *SUPERVISOR)

    assert (answer.code, len(answer.err.splitlines())) == (2, 1)


def test_a_key_file_is_replaced_and_the_old_one_opens_nothing(ihs, live, tmp_path):
    before = ihs("keys", "show", "cases.db", "--format", "json").json
    shutil.copy2("cases.db.key", "old.key")

    done = ihs("keys", "rotate", "cases.db", "--actor", "a-1", "--role", "administrator")

    after = ihs("keys", "show", "cases.db", "--format", "json").json
    assert done.lines[0] == "rotated: the key file is cases.db.key"
    assert before["fingerprint"] != after["fingerprint"]
    assert (before["kept_by"], after["kept_by"]) == ("the file", "the file")
    assert ihs("case", "show", "cases.db", "k1").code == 0
    assert ihs("case", "show", "cases.db", "k1", "--key-file", "old.key").code == 2


def test_a_seal_is_placed_and_lifted(ihs, live):
    placed = ihs("seal", "place", "cases.db", "k1", *ORDER, "--open-for", "investigation", *SUPERVISOR)
    sealed = [ihs("case", "show", "cases.db", "k1", *who) for who in (SUPERVISOR, WORKER)]
    lifted = ihs("seal", "lift", "cases.db", "k1", *ORDER, *SUPERVISOR, "--format", "json")

    assert [(one.code, one.out, "sealed this record, by o-26-4: " in one.err) for one in sealed] == [
        (1, "", True),
        (1, "", False),
    ]
    assert placed.lines == ["recorded k1@2 RecordSealed"]
    assert (lifted.json["result"], lifted.json["version"], lifted.json["record"]) == ("recorded", 3, "RecordUnsealed")


@pytest.mark.parametrize("what", [("hold", "--hold", "suit-1"), ("seal", "--order", "o-26-4")])
def test_what_was_found_in_a_lifting_by_who_may_not_is_told(ihs, live, what):
    kind, *name = what
    ihs(kind, "place", "cases.db", "k1", *name, *SUPERVISOR)
    lift = (kind, "lift", "cases.db", "k1", *name, *WORKER, "--id", "l-1")

    text, again = ihs(*lift), ihs(*lift, "--format", "json").json

    [found] = again["findings"]
    assert text.lines[1] == "    found: this is not for a practitioner to decide"
    assert (again["result"], found["version"]) == ("nothing new", 3)
    assert found["objection"]["says"] == "this is not for a practitioner to decide"


def test_a_case_closed_for_fifty_years_is_due(ihs, three):
    closed = ihs("retention", "due", "cases.db", "--on", "2090-01-01", "--format", "json").json["due"]

    assert ihs("retention", "due", "cases.db", "--on", "2016-01-01").lines[1:] == ["no case's retention has run out"]
    assert closed != []
    for case in closed:
        assert int(case["until"][:4]) == int(case["closed_on"][:4]) + 50
