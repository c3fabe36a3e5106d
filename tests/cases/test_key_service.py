"""A key that a key service keeps: asked for when a store is opened, and nothing goes on record where it is away."""

import shutil

import pytest
from attrs import evolve
from rehearsal import ASKED, SUPERVISOR, UTAH
from transit import TOKEN, serving

from ihs_cases import Cases
from ihs_domain.household import PersonJoined, Relation
from ihs_store.errors import KeyFileDamaged, KeyServiceAway, WrongKeyFile
from ihs_store.key_files import copy_key_file, create_key_file
from ihs_store.key_service import TOKEN_FILE, Transit, service_at
from ihs_store.keys import read_key_file

MOTHER = PersonJoined("mother", Relation.MOTHER, name="Quirina Made-Up")


@pytest.fixture
def service(tmp_path, monkeypatch):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv(TOKEN_FILE, str(tmp_path / "token"))
    with serving() as served:
        yield served


@pytest.fixture
def kept(service, desk):
    """A store with a name on record, its key kept by the service."""
    desk.put(ASKED)
    desk.put(MOTHER)
    desk.cases.erasing.rotate(actor=SUPERVISOR, command_id="r-1", service=service_at(service.url), recorded_at=desk.now)
    return desk


def name_in(cases: Cases):
    return cases.history("k1", opened=True).of(PersonJoined)[0].event.name


def test_a_store_whose_key_a_service_keeps_opens_with_one_question(kept, service):
    service.asked.clear()

    with Cases.open(kept.cases.store.address, rules=UTAH) as cases:
        assert name_in(cases) == "Quirina Made-Up"

    assert service.asked == [("decrypt", "ihs")]
    content = kept.cases.key_file.read_bytes()
    assert content.startswith(b"ihs-wrapped-key/1\ntransit http://127.0.0.1:")
    assert read_key_file(kept.cases.key_file) not in content


def test_replacing_a_key_that_a_service_keeps_has_the_service_keep_the_new_one(kept, service):
    before = kept.cases.key_file.read_bytes()

    kept.cases.erasing.rotate(actor=SUPERVISOR, command_id="r-2", recorded_at=kept.now)

    with Cases.open(kept.cases.store.address, rules=UTAH) as cases:
        assert name_in(cases) == "Quirina Made-Up"
    assert kept.cases.key_file.read_bytes() != before
    assert kept.cases.key_file.read_bytes().startswith(b"ihs-wrapped-key/1\n")


@pytest.mark.parametrize("ailing", ["sealed", "html", "nonsense"])
def test_a_service_that_refuses_keeps_a_store_shut_and_a_key_from_being_replaced(kept, service, ailing):
    head, before = kept.cases.store.head(), kept.cases.key_file.read_bytes()
    service.ails = ailing

    with pytest.raises(KeyServiceAway, match="nothing was recorded"):
        Cases.open(kept.cases.store.address, rules=UTAH)
    with pytest.raises(KeyServiceAway, match="nothing was recorded"):
        kept.cases.erasing.rotate(actor=SUPERVISOR, command_id="r-2", recorded_at=kept.now)

    assert (kept.cases.store.head(), kept.cases.key_file.read_bytes()) == (head, before)


def test_a_service_that_is_silent_or_gone_is_given_up(service):
    service.ails = "silent"
    patient = Transit(service.url, lambda: TOKEN, timeout=0.05)

    with pytest.raises(KeyServiceAway, match=r"does not answer \(TimeoutError\): nothing was recorded"):
        patient.unwrap(b"vault:v1:x")
    with pytest.raises(KeyServiceAway, match="does not answer"):
        evolve(patient, url="http://127.0.0.1:1/v1/transit/ihs").wrap(b"k" * 32)


def test_what_another_service_wrapped_is_told_as_the_wrong_key_file(kept, service):
    service.kept.clear()

    with pytest.raises(WrongKeyFile):
        Cases.open(kept.cases.store.address, rules=UTAH)


@pytest.mark.parametrize("token", ["another", None])
def test_without_the_right_token_nothing_is_opened(kept, tmp_path, monkeypatch, token):
    (tmp_path / "token").write_text("another")
    if token is None:
        monkeypatch.delenv(TOKEN_FILE)

    with pytest.raises(KeyServiceAway) as refused:
        Cases.open(kept.cases.store.address, rules=UTAH)

    assert "another" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://h/v1/transit/k",
        "http://vault.example/v1/transit/k",
        "https://h",
        "https://h:x/v1/k",
        "https:///k",
    ],
)
def test_an_address_that_names_no_key_or_would_send_it_in_the_clear_is_refused(url):
    with pytest.raises(KeyFileDamaged):
        service_at(url)


def test_a_key_file_of_a_service_is_made_and_copied_like_any(service, tmp_path):
    create_key_file(tmp_path / "one", service_at(service.url))

    copy_key_file(tmp_path / "one", tmp_path / "two")

    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()
    assert len(read_key_file(tmp_path / "two")) == 32


def test_a_key_file_that_was_spoilt_is_damaged(kept, tmp_path):
    for n, (old, new) in enumerate([(b"transit ", b"other "), (b"\n", b"\n%%")]):
        spoilt = tmp_path / f"spoilt-{n}"
        shutil.copy2(kept.cases.key_file, spoilt)
        spoilt.write_bytes(spoilt.read_bytes()[:18] + spoilt.read_bytes()[18:].replace(old, new, 1))

        with pytest.raises(KeyFileDamaged):
            read_key_file(spoilt)
