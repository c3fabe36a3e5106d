"""What is of the wrong kind is refused by an error that the page on embedding names, and not by Python's own."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rehearsal import ASKED, SUPERVISOR, WORKER, live

from ihs_cases import Cases
from ihs_cases.errors import (
    CaseNotOpen,
    EditionNotAtHand,
    NotAnInstant,
    NotAVersion,
    NothingToSearchFor,
    UnknownAgency,
    UnknownCase,
    UnknownEdition,
    UnknownPerson,
)
from ihs_domain.looking import Seen
from ihs_domain.roles import NotAnActor
from ihs_ledger.verify import NotAKey, verify
from ihs_record.errors import BadFields
from ihs_record.row import DraftRefused
from ihs_store.errors import KeyFileMissing, StoreNotOpened, UnknownURL

DAY = date(2015, 2, 1)
NO_ID = (5, None, b"k1", True, 2.5, [], Path("k1"), "", "\ud800", "k 1")
NO_DAY = (5, "2026-11-27", True, datetime(2015, 2, 1, tzinfo=UTC))
NO_INSTANT = (5, "2026-11-27", True, DAY, datetime(2015, 2, 1))  # noqa: DTZ001 - without offset, it is none
NO_VERSION = ("1", True, 2.5, [], -1)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    with live(tmp_path_factory.mktemp("asked")) as opened:
        opened.record(ASKED, case_id="k1", actor=WORKER, occurred=DAY, command_id="c0")
        yield opened


def not_refused(ask, given, *errors):
    """Those of what is *given* that were not refused by one of these errors, in words."""
    return [one for one in given if not is_refused(ask, one, errors)]


def is_refused(ask, one, errors):
    try:
        ask(one)
    except errors as error:
        return type(error) in errors and str(error)
    return False


@pytest.mark.parametrize(
    "ask, error",
    [
        (lambda cases, id_: cases.get(id_), UnknownCase),
        (lambda cases, id_: cases.zone(id_), UnknownCase),
        (lambda cases, id_: cases.history(id_, opened=True), UnknownCase),
        (lambda cases, id_: cases.person(id_), UnknownPerson),
        (lambda cases, id_: cases.agency(id_), UnknownAgency),
        (lambda cases, id_: cases.reader(WORKER).get(id_), CaseNotOpen),
        (lambda cases, id_: cases.access.keeper("u").get(id_), UnknownCase),
        (lambda cases, id_: cases.access.looked(id_), UnknownCase),
        (lambda cases, id_: cases.access.could(id_, DAY), UnknownCase),
        (lambda cases, id_: cases.access.break_glass(id_, actor=WORKER, reason="emergency"), CaseNotOpen),
    ],
)
def test_what_is_no_id_names_nothing_that_is_on_record(cases, ask, error):
    assert not_refused(lambda id_: ask(cases, id_), NO_ID, error) == []


def test_a_case_to_record_in_is_named_by_an_id(cases):
    def record(id_):
        return cases.record(ASKED, case_id=id_, actor=WORKER, occurred=DAY, command_id="c1")

    assert not_refused(record, [one for one in NO_ID if one is not None], DraftRefused) == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda cases, day: cases.access.could("k1", day),
        lambda cases, day: cases.access.looked("k1", since=day),
        lambda cases, day: cases.access.looked("k1", until=day),
        lambda cases, day: cases.reader(WORKER).across(Seen.CASE, what=Seen.CASE, on=day),
    ],
)
def test_what_is_no_day_is_not_asked_about(cases, ask):
    assert not_refused(lambda day: ask(cases, day), NO_DAY, NotAnInstant) == []


def test_who_could_have_read_a_case_is_asked_of_a_day(cases):
    assert not_refused(lambda day: cases.access.could("k1", day), (None, date(1015, 2, 1)), NotAnInstant) == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda cases, at: cases.reader(WORKER, at=at),
        lambda cases, at: cases.access.keeper("u", at=at),
        lambda cases, at: cases.access.break_glass("k1", actor=WORKER, reason="emergency", at=at),
        lambda cases, at: cases.access.give("w-2", "auditor", actor=SUPERVISOR, at=at),
        lambda cases, at: cases.find("made", actor=WORKER, recorded_at=at),
        lambda cases, at: cases.on_call("a1", at),
    ],
)
def test_what_is_no_instant_is_no_moment_to_ask_at(cases, ask):
    assert not_refused(lambda at: ask(cases, at), NO_INSTANT, NotAnInstant) == []


@pytest.mark.parametrize("as_at", [True, False, "1", 1.0])
def test_what_is_neither_position_day_nor_instant_is_nothing_to_be_known_as_at(cases, as_at):
    for ask in (cases.get, cases.access.keeper("u").get):
        with pytest.raises(NotAnInstant, match="neither a position"):
            ask("k1", as_at=as_at)


def test_what_is_expected_is_a_version(cases):
    def record(version):
        said = {"actor": WORKER, "occurred": DAY, "command_id": "c2"}
        return cases.record(ASKED, case_id="k1", expected_version=version, **said)

    assert not_refused(record, NO_VERSION, NotAVersion) == []


def test_what_is_no_text_is_nothing_to_search_for(cases):
    for find in (lambda name: cases.find(name, actor=WORKER), cases.reader(WORKER).find):
        assert not_refused(find, (5, None, b"made", [], "", "-"), NothingToSearchFor) == []


def test_an_edition_that_is_not_at_hand_is_told_the_same_wherever_it_is_asked_for(cases):
    for ask in (cases.rules.edition, lambda id_: cases.duties("k1", on=DAY, edition=id_)):
        assert not_refused(ask, ("nope", 5), EditionNotAtHand, UnknownEdition) == []
    with pytest.raises(EditionNotAtHand, match=r"^no edition nope; there are: "):
        cases.rules.edition("nope")


def test_a_store_and_its_key_file_are_named_by_text(tmp_path):
    def opened(url):
        Cases.open(url).close()

    def created(key_file):
        Cases.create(str(tmp_path / "new.db"), key_file=key_file).close()

    assert not_refused(opened, (5, None, b"x.db", Path("x.db"), "\ud800.db", []), UnknownURL) == []
    assert not_refused(created, (5, b"x.key", "\ud800.key", True), KeyFileMissing) == []


def test_the_verifier_is_given_the_key_and_not_where_it_is(cases):
    path = cases.key_file

    assert (
        not_refused(lambda key: verify(path.with_suffix(""), key_file=key), (path, str(path), b"short"), NotAKey) == []
    )
    assert verify(path.with_suffix(""), key_file=path.read_bytes()).wrong is None


def test_access_is_given_by_somebody_to_a_post_that_there_is(cases):
    def given(actor):
        return cases.access.give("w-2", "auditor", actor=actor)

    assert not_refused(given, (None, 5, "w-1"), NotAnActor) == []
    assert not_refused(lambda post: cases.access.give("w-2", post, actor=SUPERVISOR), (5, "chief"), BadFields) == []


@pytest.mark.parametrize("url", [":memory:", "sqlite:///:memory:"])
def test_a_store_in_memory_alone_is_not_made(tmp_path, monkeypatch, url):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UnknownURL, match="a store is a file or on a server"):
        Cases.create(url)

    assert [*tmp_path.iterdir()] == []


def test_a_store_is_made_in_a_folder_that_there_is(tmp_path):
    nowhere = tmp_path / "no" / "such"

    with pytest.raises(StoreNotOpened, match=f"there is no folder {nowhere} for the store"):
        Cases.create(str(nowhere / "x.db"))

    assert [*tmp_path.iterdir()] == []
