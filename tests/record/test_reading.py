"""What people and other systems write is taken as it stands or refused, by field, without a word of what they wrote."""

from datetime import date, datetime, timedelta, timezone

import pytest
from anything import STORABLE
from examples import some
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ihs_domain.contacting import ContactMade
from ihs_domain.household import PersonJoined
from ihs_domain.safety import SafetyPlanMonitored
from ihs_record.errors import BadFields, Fault, RecordError, UnknownName
from ihs_record.reading import MOST_TEXT, Misfit, instant, read_event, structured

ID = "expected an id: letters, digits, dots, hyphens, underscores, at most 64"
CODE = "expected a code: lower-case words joined by hyphens, at most 80 letters"
DAY = "expected a day, YYYY-MM-DD"
IN_CALENDAR = "expected a day that is in the calendar, YYYY-MM-DD"
INSTANT = "expected an instant with its offset, such as 2015-01-09T15:00:00-07:00"
FROM_0, FROM_1 = (f"a whole number from {least} of at most 15 digits" for least in (0, 1))
MINUTES = f"expected minutes, {FROM_0}"
ENTRY = "expected an entry's version, a whole number from 1 of at most 15 digits"
REASON = "expected one of: wrong-day, wrong-person, wrong-detail, wrong-case, entered-twice, did-not-happen, other"
RELATION = "expected one of: mother, father, guardian, caregiver, child, other"
JURISDICTION = "expected a jurisdiction as ISO 3166-2 has it, in lower case: us-ut"
NO_EVENT = "there is no event of that name: see the catalogue of events"
TEXT = "expected text without NUL characters and lone surrogates"

GOOD = {
    "ContactMade": {"mode": "home-visit", "whom": ["A-m", "A-1"], "by": "w-12", "minutes": 40, "words": "Said."},
    "SafetyPlanMonitored": {"plan": "SP1", "kept": True, "review_on": "2031-03-09"},
    "PersonJoined": {"person": "A-1", "relation": "child", "birth_month": "2008-09", "born_on": "2008-09-14"},
    "PlanDrafted": {"plan": "PL1", "goals": [{"need": "N1", "intervention": "dental-check"}]},
    "TeamFormed": {"members": {"A-m": "parent", "aunt": "relative"}, "helped_by": []},
    "PlanAgreed": {"plan": "PL1", "reported": {"by": "judge", "role": "court", "on": "2031-02-03", "document": "D1"}},
    "EntryVoided": {"entry": 1, "reason": "other"},
    "FundsSpent": {"cents": 18000},
    "FundsApproved": {"cents": 18000},
    "ContactStandardSet": {"number": 4, "per": "month", "modes": [], "whom": []},
    "ServicesRequested": {"jurisdiction": "us-ut", "source": "school"},
    "EditionLoaded": {"ruleset": "made-up", "edition": "made-up@2031-01-01", "digest": 64 * "0"},
    "DisclosureWithheld": {"case": "k1", "position": 1, "entry": 1, "part": "", "kind": "referral"},
}


def faults(word, said):
    with pytest.raises(BadFields) as refused:
        read_event(word, said)
    assert refused.value.name == word
    return list(refused.value.faults)


@pytest.mark.parametrize("word", GOOD)
def test_what_fits_is_taken(word):
    assert type(read_event(word, GOOD[word])).__name__ == word


@pytest.mark.parametrize(
    "word, field, value, says",
    [
        ("SafetyPlanMonitored", "kept", "false", "expected true or false"),
        ("SafetyPlanMonitored", "kept", "true", "expected true or false"),
        ("SafetyPlanMonitored", "kept", 1, "expected true or false"),
        ("SafetyPlanMonitored", "kept", None, "expected true or false"),
        ("ContactMade", "minutes", "12", MINUTES),
        ("ContactMade", "minutes", 1.9, MINUTES),
        ("ContactMade", "minutes", 1.0, MINUTES),
        ("ContactMade", "minutes", True, MINUTES),
        ("ContactMade", "minutes", [1], MINUTES),
        ("ContactMade", "minutes", 10**15, MINUTES),
        ("ContactMade", "minutes", -(10**15), MINUTES),
        ("EntryVoided", "entry", 0, ENTRY),
        ("EntryVoided", "entry", -1, ENTRY),
        ("ContactMade", "minutes", -1, MINUTES),
        ("FundsSpent", "cents", 0, f"expected an amount in cents, {FROM_1}"),
        ("FundsApproved", "cents", -18000, f"expected an amount in cents, {FROM_1}"),
        ("ContactStandardSet", "number", -3, f"expected {FROM_0}"),
        ("EntryVoided", "entry", "1", ENTRY),
        ("EntryVoided", "entry", True, ENTRY),
        ("ContactMade", "words", 5, "expected text"),
        ("ContactMade", "words", ["Said."], "expected text"),
        ("ContactMade", "words", "a\x00b", TEXT),
        ("ContactMade", "words", "a\ud800b", TEXT),
        ("ContactMade", "words", (MOST_TEXT + 1) * "x", "expected at most 262144 characters"),
        ("ContactMade", "by", 12, ID),
        ("ContactMade", "by", "Zebulon Zigzag", ID),
        ("ContactMade", "by", "", ID),
        ("ContactMade", "by", "w-12\n", ID),
        ("ContactMade", "by", "-12", ID),
        ("ContactMade", "by", 65 * "x", ID),
        ("ContactMade", "by", "w-\u0661", ID),
        ("SafetyPlanMonitored", "plan", None, ID),
        ("PersonJoined", "born_on", "2008-09-14T00:00:00", DAY),
        ("PersonJoined", "born_on", "2008-9-14", DAY),
        ("PersonJoined", "born_on", "20080914", DAY),
        ("PersonJoined", "born_on", "2008-W37-7", DAY),
        ("PersonJoined", "born_on", "\u0662008-09-14", DAY),
        ("PersonJoined", "born_on", 20080914, DAY),
        ("PersonJoined", "born_on", date(2008, 9, 14), DAY),
        ("PersonJoined", "born_on", "2009-02-29", IN_CALENDAR),
        ("PersonJoined", "born_on", "2008-13-01", IN_CALENDAR),
        ("PersonJoined", "born_on", "0000-01-01", IN_CALENDAR),
        ("PersonJoined", "birth_month", "2008-13", "expected a month, YYYY-MM"),
        ("PersonJoined", "birth_month", "2008-09-14", "expected a month, YYYY-MM"),
        ("PersonJoined", "birth_month", "september", "expected a month, YYYY-MM"),
        ("PlanAgreed", "reported", "judge", "expected an object of fields"),
        ("PlanAgreed", "reported", [], "expected an object of fields"),
        ("PlanDrafted", "goals", {"need": "N1"}, "expected a list"),
        ("PlanDrafted", "goals", "N1", "expected a list"),
        ("ContactMade", "whom", "A-m", "expected a list"),
        ("ContactMade", "whom", {"A-m": 1}, "expected a list"),
        ("ContactMade", "whom", None, "expected a list"),
        ("ContactMade", "whom", ["A-m", "A-1", "A-m"], "expected each only once"),
        ("TeamFormed", "members", [["A-m", "parent"]], "expected an object"),
        ("EditionLoaded", "ruleset", "Made Up", CODE),
        ("EditionLoaded", "ruleset", "made--up", CODE),
        ("EditionLoaded", "ruleset", "made-up-", CODE),
        ("EditionLoaded", "ruleset", "made_up", CODE),
        ("EditionLoaded", "ruleset", 81 * "x", CODE),
        ("EditionLoaded", "edition", "made-up", "expected an edition: its ruleset, @, and its first day"),
        ("EditionLoaded", "digest", 64 * "A", "expected a SHA-256 in lower-case hex"),
        ("EditionLoaded", "digest", 63 * "0", "expected a SHA-256 in lower-case hex"),
        ("DisclosureWithheld", "part", "a b", "expected the id of a part of the entry, or nothing for the whole"),
        ("DisclosureWithheld", "part", None, "expected the id of a part of the entry, or nothing for the whole"),
        ("ServicesRequested", "jurisdiction", "Utah", JURISDICTION),
        ("EntryVoided", "reason", "because", REASON),
        ("PersonJoined", "relation", "CHILD", RELATION),
        ("PersonJoined", "relation", 4, RELATION),
        ("PersonJoined", "relation", None, RELATION),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_field(word, field, value, says):
    assert faults(word, GOOD[word] | {field: value}) == [Fault(field, says)]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_without_bounds_is_refused(number):
    assert faults("ContactMade", GOOD["ContactMade"] | {"minutes": number}) == [Fault("minutes", MINUTES)]


def test_the_longest_text_is_taken():
    event = read_event("ContactMade", GOOD["ContactMade"] | {"words": MOST_TEXT * "x"})

    assert len(event.words) == MOST_TEXT


@pytest.mark.parametrize("word", GOOD)
@pytest.mark.parametrize("said", [None, [], "text", 1, [("plan", "PL1")]])
def test_fields_that_are_no_object_are_refused(word, said):
    assert faults(word, said) == [Fault("", "expected an object of fields")]


def test_a_missing_field_is_named():
    assert faults("ContactMade", {"mode": "phone"}) == [Fault("whom", "this field is missing")]


def test_a_field_that_the_event_does_not_have_is_named():
    said = GOOD["ContactMade"] | {"word": "Said.", "Zebulon Zigzag": 1, "": 1, "\ud800": 1}

    assert faults("ContactMade", said) == [
        *[Fault("(a name that is none)", "no such field")] * 3,
        Fault("word", "no such field"),
    ]


@pytest.mark.parametrize(
    "word, says",
    [
        ("ContactWasMade", NO_EVENT),
        ("contactmade", NO_EVENT),
        ("", NO_EVENT),
        (".v1", NO_EVENT),
        ("ContactMade.", NO_EVENT),
        ("ContactMade.v0", NO_EVENT),
        ("ContactMade.Zebulon", NO_EVENT),
        ("ContactMade.v1.v1", NO_EVENT),
        ("ContactMade.v999", "ContactMade of version 999 is newer than this software knows: update it"),
        (None, NO_EVENT),
        (["ContactMade"], NO_EVENT),
        ({}, NO_EVENT),
    ],
)
def test_a_name_that_no_event_has_is_refused(word, says):
    with pytest.raises(UnknownName) as refused:
        read_event(word, {})

    assert str(refused.value) == says


def test_an_event_may_be_named_with_its_version():
    assert read_event("ContactMade.v1", GOOD["ContactMade"]) == read_event("ContactMade", GOOD["ContactMade"])


def test_every_fault_is_named_with_its_whole_path():
    said = {
        "plan": "",
        "goals": [{"need": "N 1"}, "N2", {}, {"need": "N4", "more": 1, "desired_result": "A B"}],
        "reported": {"by": "judge"},
    }

    assert faults("PlanDrafted", said) == [
        Fault("plan", ID),
        Fault("goals[0].need", ID),
        Fault("goals[1]", "expected an object of fields"),
        Fault("goals[2].need", "this field is missing"),
        Fault("goals[3].desired_result", CODE),
        Fault("goals[3].more", "no such field"),
        Fault("reported", "no such field"),
    ]


def test_a_fault_in_what_was_reported_is_named_with_its_whole_path():
    said = {"plan": "PL1", "reported": {"by": "j", "on": "2031-02-30", "extra": 1}}

    assert faults("PlanAgreed", said) == [
        Fault("reported.role", "this field is missing"),
        Fault("reported.on", IN_CALENDAR),
        Fault("reported.document", "this field is missing"),
        Fault("reported.extra", "no such field"),
    ]


def test_a_fault_in_an_object_by_ids_is_counted_and_its_id_not_named():
    said = {"members": {"A-m": "parent", "Zebulon Zigzag": "parent", "aunt": "auntie"}, "helped_by": []}

    assert [(fault.at, fault.says.partition(":")[0]) for fault in faults("TeamFormed", said)] == [
        ("members[1]", "expected an id"),
        ("members[2]", "expected one of"),
    ]


def test_a_fault_within_a_correction_is_named_with_its_whole_path():
    within = {"plan": "PL1", "goals": [{"need": 5}], "replaced": "PL0"}
    said = {"entry": 0, "instead": {"record": "PlanDrafted", "with": within}, "on": "2031-02-03", "reason": "other"}

    assert faults("EntryCorrected", said) == [
        Fault("entry", ENTRY),
        Fault("instead.with.goals[0].need", ID),
        Fault("instead.with.replaced", "no such field"),
    ]


@pytest.mark.parametrize(
    "instead, says",
    [
        ("PlanAgreed", 'expected {"record": the event, "with": {its fields}}'),
        ({"record": "PlanAgreed"}, 'expected {"record": the event, "with": {its fields}}'),
        ({"record": "PlanAgreed", "with": {}, "as": 1}, 'expected {"record": the event, "with": {its fields}}'),
        ({"record": "Zebulon", "with": {}}, NO_EVENT),
        ({"record": [], "with": {}}, NO_EVENT),
        (
            {"record": "PlanAgreed.v999", "with": {}},
            "PlanAgreed of version 999 is newer than this software knows: update it",
        ),
        (
            {"record": "EntryVoided", "with": {"entry": 1, "reason": "other"}},
            "expected the event as it should have been, not an amendment",
        ),
        ({"record": "EntryCorrected", "with": {}}, "expected the event as it should have been, not an amendment"),
    ],
)
def test_what_cannot_stand_in_a_correction_is_refused(instead, says):
    said = {"entry": 1, "instead": instead, "on": "2031-02-03", "reason": "other"}

    assert faults("EntryCorrected", said) == [Fault("instead", says)]


def test_three_hundred_faults_are_all_found_and_the_first_twenty_written_out():
    said = {"plan": "PL1", "goals": [{"need": 5} for _ in range(300)]}

    with pytest.raises(BadFields) as refused:
        read_event("PlanDrafted", said)

    assert refused.value.faults == tuple(Fault(f"goals[{n}].need", ID) for n in range(300))
    assert str(refused.value).endswith(f"goals[19].need: {ID}; and 280 more")


@pytest.mark.parametrize(
    "said",
    [
        "2015-01-09T15:00:00",
        "2015-01-09 15:00:00-07:00",
        "20150109T150000-0700",
        "2015-W02-5T15:00:00-07:00",
        "2015-01-09T15-07:00",
        "2015-01-09T24:00:00Z",
        "2015-01-09T15:00:60Z",
        "2015-01-09T15:00:00.1234567Z",
        "2015-01-09T15:00:00z",
        "2015-01-09",
        "",
        1420840800,
        None,
        datetime(2015, 1, 9, tzinfo=timezone.utc),  # noqa: UP017 - any instant that is not text
    ],
)
def test_an_instant_that_is_not_one_with_its_offset_is_refused(said):
    with pytest.raises(Misfit) as refused:
        instant(said)

    assert str(refused.value) == INSTANT


@pytest.mark.parametrize("said", ["2015-02-29T15:00:00Z", "2015-01-09T15:00:00+24:00", "0001-01-01T00:00:00+01:00"])
def test_an_instant_outside_the_calendar_is_refused(said):
    with pytest.raises(Misfit) as refused:
        instant(said)

    assert str(refused.value) == f"{INSTANT}, that is in the calendar"


def test_a_naive_instant_in_a_correction_is_refused_by_its_field():
    instead = {"record": "SupervisorAgreed", "with": {"plan": "PL1"}}
    said = {"entry": 1, "instead": instead, "on": "2031-02-03", "reason": "other", "at": "2031-02-03T15:00:00"}

    assert faults("EntryCorrected", said) == [Fault("at", INSTANT)]


def test_an_instant_keeps_its_offset():
    read = instant("2015-01-09T15:00:00.25-07:00")

    assert read == datetime(2015, 1, 9, 15, 0, 0, 250_000, timezone(timedelta(hours=-7)))
    assert read.utcoffset() == timedelta(hours=-7)


def test_values_come_back_as_what_their_types_say():
    event = read_event("ContactMade", GOOD["ContactMade"])

    assert event == ContactMade("home-visit", frozenset({"A-m", "A-1"}), "w-12", minutes=40, words="Said.")
    assert type(event.mode).__name__ == "ContactMode"
    assert type(event.whom) is frozenset
    assert {type(whom) for whom in event.whom} == {str}
    assert read_event("SafetyPlanMonitored", GOOD["SafetyPlanMonitored"]) == SafetyPlanMonitored(
        "SP1", kept=True, review_on=date(2031, 3, 9)
    )
    assert type(read_event("PlanDrafted", GOOD["PlanDrafted"]).goals) is tuple


def test_what_was_never_opened_cannot_be_written_by_a_person():
    for value in (1, 2, "SEALED", "ERASED"):
        said = GOOD["PersonJoined"] | {"born_on": value}

        assert faults("PersonJoined", said) == [Fault("born_on", DAY)]
    assert PersonJoined("A-1", "child").name is None


# Errors carry no personal data: what is random and long enough to be anybody's is in no message.

SECRET = st.text("ZQXJzqxj0123456789\u00e9\u96ea", min_size=6, max_size=12).map(lambda text: f"{text[:3]} {text[3:]}")
ANYWHERE = st.recursive(
    SECRET, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SECRET, inner, max_size=3), max_leaves=5
)


def strings(value):
    if isinstance(value, dict):
        return {text for pair in value.items() for each in pair for text in strings(each)}
    return {text for item in value for text in strings(item)} if isinstance(value, list) else {value}


def refused(word, said):
    try:
        read_event(word, said)
    except RecordError as error:
        return error
    return None


@settings(max_examples=some(100))
@given(st.data())
def test_no_message_ever_repeats_what_was_given(data):
    cls = data.draw(st.sampled_from(STORABLE))
    names = st.one_of(SECRET, *(st.just(name.name) for name in cls.__attrs_attrs__))
    said = data.draw(st.dictionaries(names, ANYWHERE))
    word = data.draw(st.just(cls.__name__) | SECRET | SECRET.map(lambda text: f"{cls.__name__}.{text}"))

    error = refused(word, said)

    assume(error is not None)
    secrets = strings(said) - {a.name for a in cls.__attrs_attrs__} | {word.replace(cls.__name__, "")} - {""}
    assert [secret for secret in secrets if secret in f"{error!s} {error!r} {error.args}"] == []
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def test_a_kind_of_value_that_there_are_no_words_for_is_refused_without_repeating_it():
    with pytest.raises(BadFields) as refused:
        structured("Zebulon Zigzag", float, "Made up")

    assert refused.value.faults == (Fault("", "a value of the wrong kind"),)


def test_a_correction_never_repeats_what_was_given_either():
    secret = "Zebulon Zigzag"
    within = {"person": secret, "relation": secret, "name": [secret], "born_on": secret, secret: secret}
    instead = {"record": "PersonJoined", "with": within}
    said = {"entry": secret, "instead": instead, "on": secret, "reason": secret, "at": secret, "words": {secret: 1}}

    with pytest.raises(BadFields) as refused:
        read_event("EntryCorrected", said)

    assert len(refused.value.faults) == 10
    assert secret not in str(refused.value)
