"""`ihs person` and `ihs oncall`: who is who, who is called so, who was on call."""

import json
import shutil

import pytest
from typed import entry, type_

from ihs_cases import Cases
from ihs_cli.reading import user
from ihs_domain.looking import RecordViewed
from ihs_domain.searching import PersonSearchMade

WORKER = ("--actor", "w-12", "--role", "practitioner")
SUPERVISOR = ("--actor", "s-3", "--role", "supervisor")
BECAUSE = ("--reason", "registered-twice")


def joined(name, case="k1"):
    fields = {"person": "mother", "relation": "mother", "birth_month": "1985-07", "name": name}
    return entry(f"joined-{case}", case=case, record="PersonJoined", **{"with": fields})


@pytest.fixture(scope="module")
def kept_register(kept_live, tmp_path_factory):
    """The live case with a mother, and two persons in the register; never written to again."""
    folder = tmp_path_factory.mktemp("register")
    store = folder / "cases.db"
    for name in ("cases.db", "cases.db.key"):
        shutil.copy2(kept_live / name, folder / name)
    type_("record", store, "-", given=json.dumps(joined("Zoë Made-Up")))
    type_("person", "register", store, "p-7", "--name", "-", "--born-on", "1985-07-19", *WORKER, given="Zoe M.\n")
    type_("person", "register", store, "p-8", "--name", "Made-Up, ZOE", "--birth-month", "1985-07", *WORKER)
    return folder


@pytest.fixture
def register(kept_register, tmp_path, ihs):
    """The same, at cases.db."""
    for name in ("cases.db", "cases.db.key"):
        shutil.copy2(kept_register / name, tmp_path / name)


def test_a_person_is_registered_identified_merged_and_shown(ihs, register):
    said = [
        ihs("person", "identify", "cases.db", "p-8", "k1", "mother", "--reason", "same-address", *WORKER),
        ihs("person", "merge", "cases.db", "p-7", "p-8", *BECAUSE, *SUPERVISOR),
    ]

    assert [answer.out for answer in said] == ["recorded p-8@2 PersonIdentified\n", "recorded p-7@2 PersonsMerged\n"]
    assert ihs("person", "show", "cases.db", "p-8").lines == [
        "p-8 was merged into p-7",
        "birth month    1985-07",
        "duplicates     p-8",
        "known as       mother in k1",
    ]
    assert ihs("person", "show", "cases.db", "p-7", "--format", "json").json == {
        "store": "live",
        "asked": "p-7",
        "as_at": None,
        "person": {
            "id": "p-7",
            "birth_month": "1985-07",
            "erased": False,
            "duplicates": ["p-8"],
            "known_as": [{"case": "k1", "known_as": "mother"}],
        },
    }


def test_what_was_joined_by_mistake_is_taken_back(ihs, register):
    ihs("person", "identify", "cases.db", "p-7", "k1", "mother", "--reason", "same-address", *WORKER)
    ihs("person", "merge", "cases.db", "p-7", "p-8", *BECAUSE, *SUPERVISOR)
    known = ihs("store", "info", "cases.db", "--format", "json").json["position"]

    for typed in (("withdraw", "k1", "mother"), ("unmerge", "p-8")):
        answer = ihs("person", typed[0], "cases.db", "p-7", *typed[1:], "--reason", "twins", *SUPERVISOR)
        assert (answer.code, answer.err) == (0, "")

    assert ihs("person", "show", "cases.db", "p-7").lines == ["p-7", "birth month    1985-07"]
    then = ihs("person", "show", "cases.db", "p-8", "--as-at", known).lines
    assert then[0] == "p-8 was merged into p-7"


def test_what_is_typed_twice_under_one_id_is_recorded_once(ihs, register):
    typed = ("person", "merge", "cases.db", "p-7", "p-8", *BECAUSE, *SUPERVISOR, "--on", "2015-01-09", "--id", "m1")

    assert [ihs(*typed).out for _ in range(2)] == [
        "recorded p-7@2 PersonsMerged\n",
        "nothing new p-7@2 PersonsMerged\n",
    ]


def test_a_day_of_birth_keeps_its_month_open_and_the_rest_sealed(ihs, register):
    with Cases.open("cases.db") as cases:
        [entry] = cases.recorder.entries("person/p-7")
        row = cases.store.stream("person/p-7")[0]

    assert entry.event.birth_month == "1985-07"
    assert row.open.content == b'{"birth_month":"1985-07","person":"p-7"}'


REFUSED = {
    "a merge with oneself": (
        ("merge", "p-7", "p-7", *BECAUSE, *SUPERVISOR),
        "a person is no duplicate of themselves [p-7]: name two persons",
    ),
    "a merge of an unknown person": (
        ("merge", "p-7", "p-9", *BECAUSE, *SUPERVISOR),
        "no person of that id is registered [p-9]: register them first",
    ),
    "a reason that is no code": (
        ("merge", "p-7", "p-8", "--reason", "Zuleika said so", *SUPERVISOR),
        "PersonsMerged: reason: expected a code: lower-case words joined by hyphens, at most 80 letters",
    ),
    "a taken id": (("register", "p-7", *WORKER), "a person of that id is registered already [p-7]: choose another id"),
    "a search for nothing": (
        ("find", "'-'"),
        "there is no letter in what is searched for: give a part of a name",
    ),
}


@pytest.mark.parametrize("typed, why", REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line_is(ihs, register, typed, why):
    command, *rest = typed

    assert ihs("person", command, "cases.db", *rest) == (1, "", f"ihs: {why}\n")


def test_a_person_nobody_registered_is_told_in_one_line(ihs, register):
    why = "ihs: no person of that id is in what may be read: check the id, or register them first\n"

    assert ihs("person", "show", "cases.db", "nobody") == (2, "", why)


@pytest.mark.parametrize(
    "who, why",
    [
        (("--actor", "no id", "--role", "supervisor"), "expected an id"),
        (("--actor", "s-3", "--role", "system"), "'system' is not one of"),
        (("--role", "supervisor"), "give --actor and --role, or neither"),
    ],
)
def test_who_searches_is_said_whole_or_not_at_all(ihs, register, who, why):
    answer = ihs("person", "find", "cases.db", "zoe", *who)

    assert (answer.code, answer.out) == (2, "")
    assert why in answer.err


def test_what_is_piped_and_is_no_text_is_told_in_one_line(ihs, register):
    answer = ihs("person", "find", "cases.db", "-", given=b"Zo\xeb\n")

    assert answer == (2, "", "ihs: what comes from the pipe is not text in UTF-8\n")


# Looking up


IDENTIFIED = ("person", "identify", "cases.db", "p-7", "k1", "mother", "--reason", "same-address", *WORKER)
ASSIGNED = entry("assigned", record="WorkerAssigned", **{"with": {"worker": "w-12"}})


def on_record(whose):
    with Cases.open("cases.db") as cases:
        return [entry.event for entry in cases.recorder.entries(f"access/{whose}")]


def test_that_somebody_looked_a_person_up_is_on_record_and_so_is_each_case_that_is_told_of(ihs, register):
    ihs(*IDENTIFIED)

    shown = ihs("person", "show", "cases.db", "p-7", "--purpose", "inventory")

    assert shown.lines[-1] == "known as       mother in k1"
    searched, viewed = on_record(user())
    assert searched == PersonSearchMade(1, "inventory")
    assert (viewed.case, viewed.what, viewed.opened, viewed.purpose) == ("k1", "search", False, "inventory")


def test_who_is_in_no_case_that_somebody_may_read_is_told_of_like_nobody(ihs, register):
    ihs(*IDENTIFIED)

    theirs, nobody = (ihs("person", "show", "cases.db", whom, *WORKER) for whom in ("p-7", "p-99"))
    ihs("record", "cases.db", "-", given=json.dumps(ASSIGNED))

    assert (theirs.code, theirs) == (2, nobody)
    assert on_record("w-12") == [PersonSearchMade(0), PersonSearchMade(0)]
    assert ihs("person", "show", "cases.db", "p-7", *WORKER).lines[-1] == "known as       mother in k1"


def test_a_case_that_a_court_sealed_is_not_told_of(ihs, register):
    second = entry(
        "c9", case="k2", record="ServicesRequested", **{"with": {"jurisdiction": "us-ut", "source": "school"}}
    )
    lines = (second, joined("Zoë Made-Up", case="k2"))
    ihs("record", "cases.db", "-", given="\n".join(map(json.dumps, lines)))
    ihs(*IDENTIFIED)
    ihs("person", "identify", "cases.db", "p-7", "k2", "mother", "--reason", "same-address", *WORKER)
    ihs("seal", "place", "cases.db", "k1", "--order", "o-1", "--open-for", "new-report", *SUPERVISOR)

    told = [ihs("person", "show", "cases.db", "p-7", *what).lines[-1] for what in ((), ("--purpose", "new-report"))]

    assert told == ["known as       mother in k2", "known as       mother in k1, mother in k2"]


def test_a_case_that_was_disposed_of_is_not_told_of(ihs, register):
    ihs(*IDENTIFIED)
    disposal = ("erase", "cases.db", "--case", "k1", "--order", "o-1")
    ihs(*disposal, "--ordered-by", "judge-2", *SUPERVISOR)
    assert ihs(*disposal, "--approve", "--actor", "s-9", "--role", "supervisor").code == 0

    assert ihs("person", "show", "cases.db", "p-7").lines == ["p-7", "birth month    1985-07"]
    assert on_record(user()) == [PersonSearchMade(1)]


# Search


def test_a_search_gives_names_with_the_ids_they_go_by(ihs, register):
    ihs("person", "identify", "cases.db", "p-7", "k1", "mother", "--reason", "same-address", *WORKER)

    assert ihs("person", "find", "cases.db", "made", "zoe", "--purpose", "new-request").lines == [
        "Made-Up, ZOE, born 1985-07: p-8 in the register",
        "Zoë Made-Up, born 1985-07: mother in k1, who is p-7",
    ]
    assert ihs("person", "find", "cases.db", "-", given="Nobody\n").lines == [
        "nobody of that name is on record in what may be read"
    ]


def test_a_search_of_somebody_who_is_named_finds_who_is_in_the_cases_they_may_read(ihs, register, write):
    before = ihs("person", "find", "cases.db", "zoe", *WORKER)
    write(entry("assigned", record="WorkerAssigned", **{"with": {"worker": "w-12"}}))
    ihs("record", "cases.db", "day.jsonl")

    assert (before.code, before.lines) == (0, ["nobody of that name is on record in what may be read"])
    assert ihs("person", "find", "cases.db", "zoe", *WORKER, "--purpose", "new-request").lines == [
        "Zoë Made-Up, born 1985-07: mother in k1"
    ]
    with Cases.open("cases.db") as cases:
        said = [entry.event for entry in cases.recorder.entries("access/w-12")]
    assert [(type(one), one.purpose) for one in said] == [
        (PersonSearchMade, None),
        (PersonSearchMade, "new-request"),
        (RecordViewed, "new-request"),
    ]


def test_a_search_as_json_and_on_record(ihs, register):
    answer = ihs("person", "find", "cases.db", "ZOË M", "--format", "json")

    assert [(one["case"], one["known_as"], one["person"]) for one in answer.json["found"]] == [
        (None, "p-8", "p-8"),
        (None, "p-7", "p-7"),
        ("k1", "mother", None),
    ]
    with Cases.open("cases.db") as cases:
        [searched, viewed] = [entry.event for entry in cases.recorder.entries(f"access/{user()}")]
    assert (searched.found, viewed.case) == (3, "k1")


def test_a_name_cannot_move_the_cursor(ihs, register, write):
    write({**joined("Eve\x1b[2J"), "id": "eve"})
    ihs("record", "cases.db", "day.jsonl")

    assert ihs("person", "find", "cases.db", "eve").lines == [r"Eve\x1b[2J, born 1985-07: mother in k1"]


# Lines


def test_a_line_may_name_a_person(ihs, live, write):
    registered = entry("r", without=("case",), person="p-1", record="PersonRegistered", **{"with": {"person": "p-1"}})
    again = {**registered, "id": "r2"}
    write(registered, again, {**registered, "id": "r3", "person": "p-2"})

    answer = ihs("record", "cases.db", "day.jsonl", "--format", "json")

    told = [json.loads(line) for line in answer.lines]
    assert [(one.get("person"), one["result"]) for one in told[:3]] == [
        ("p-1", "recorded"),
        ("p-1", "refused"),
        ("p-2", "refused"),
    ]
    text = ihs("record", "cases.db", "day.jsonl").lines
    assert text[0] == "day.jsonl:1 nothing new r p-1@1 PersonRegistered"


def test_info_counts_the_persons(ihs, register):
    assert ihs("store", "info", "cases.db", "--format", "json").json["persons"] == 2


# On call

COVER = entry(
    "cover",
    without=("case",),
    agency="cyfd-region",
    record="OnCallCovered",
    **{"with": {"worker": "w-44", "since": "2015-01-02T17:00:00-07:00", "until": "2015-01-03T08:00:00-07:00"}},
)


@pytest.fixture
def covered(ihs, live, write):
    write(COVER)
    ihs("record", "cases.db", "day.jsonl")
    return live


def test_who_was_on_call_is_told_at_an_instant(ihs, covered):
    at = ("--at", "2015-01-02T22:40:00-07:00")

    assert ihs("oncall", "cases.db", "cyfd-region", *at).lines == ["cyfd-region at 2015-01-02T22:40:00-07:00: w-44"]
    assert ihs("oncall", "cases.db", "cyfd-region", "--at", "2015-01-03T22:40:00Z").lines == [
        "cyfd-region at 2015-01-03T22:40:00+00:00: nobody was on call"
    ]
    assert ihs("oncall", "cases.db", "cyfd-region", *at, "--format", "json").json == {
        "store": "live",
        "agency": "cyfd-region",
        "at": "2015-01-02T22:40:00-07:00",
        "as_at": None,
        "on_call": ["w-44"],
    }


@pytest.mark.parametrize(
    "typed, why",
    [
        (
            ("nobody", "--at", "2015-01-02T22:40:00Z"),
            "no agency of that id is on record: name it as the record does, or record who was on call first",
        ),
        (("cyfd-region", "--at", "2015-01-02"), "expected an instant with its offset"),
        (("cyfd-region",), "Missing option '--at'"),
    ],
)
def test_on_call_asked_wrongly_is_told_in_one_line(ihs, covered, typed, why):
    answer = ihs("oncall", "cases.db", *typed)

    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert why in answer.err
