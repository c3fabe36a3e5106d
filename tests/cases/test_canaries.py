"""Canaries: what identifies somebody is written everywhere and erased; then every file and every key is searched."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER
from typed import type_

from ihs_cases import Cases
from ihs_cases.erasing import OfCase, OfPerson
from ihs_domain.agencies import AgreementMade
from ihs_domain.assessing import NeedIdentified
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.persons import PersonIdentified, PersonRegistered
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.releasing import Kind, ReleaseSigned
from ihs_domain.requesting import Ground, ServicesAccepted
from ihs_domain.roles import Actor, Role
from ihs_domain.serving import ReferralSent
from ihs_follow.follower import Follower
from ihs_follow.views import Views
from ihs_nats import EmbeddedServer
from ihs_nats.sink import NatsSink
from ihs_projections import PROJECTIONS
from ihs_store.errors import KeyFileError, StoreError

SEALED = (
    "Quirina Canarybird",
    "Zebedee Canarybird",
    "1985-07-19",
    "2008-09-23",
    "the canary sang at the kitchen table",
)
OPEN = ("canary-counselling",)
MOTHER, CHILD, MOTHER_BORN, CHILD_BORN, WORDS = SEALED
OTHER = Actor("s-9", Role.SUPERVISOR)
TODAY = datetime.now(UTC).date()


def facts():
    visit = ContactMade(ContactMode.HOME_VISIT, frozenset({"m"}), words=WORDS)
    release = ReleaseSigned(
        "R", "m", frozenset({"c"}), "wasatch", "treatment", frozenset({Kind.REFERRAL}), date(2099, 1, 1)
    )
    yield from (ASKED, ServicesAccepted(frozenset({Ground.THREAT_NOT_MANAGED})))
    yield CaseOpened(Authority.VOLUNTARY, "salt-lake")
    yield PersonJoined("m", Relation.MOTHER, name=MOTHER, born_on=date.fromisoformat(MOTHER_BORN))
    yield PersonJoined("c", Relation.CHILD, birth_month="2008-09", name=CHILD, born_on=date.fromisoformat(CHILD_BORN))
    yield from (NeedIdentified("N", OPEN[0], of="c"), release, ReferralSent("F", "N", "wasatch", frozenset({"c"})))
    yield from (visit, EntryCorrected(9, visit, date(2015, 1, 2), AmendmentReason.WRONG_DAY, words=WORDS))


def put(cases: Cases, n: int, event, **where) -> None:
    said = {"actor": WORKER, "occurred": date(2015, 1, 5), "command_id": f"c{n}"}
    cases.record(event, **said, **where)


def put_all(cases: Cases) -> None:
    put(cases, 90, AgreementMade("wasatch", frozenset({Kind.REFERRAL}), "treatment"), agency_id="wasatch")
    for n, event in enumerate(facts()):
        put(cases, n, event, case_id="k1")
    for n, (id_, name, born) in enumerate((("p-m", MOTHER, MOTHER_BORN), ("p-c", CHILD, CHILD_BORN)), 50):
        person = PersonRegistered(id_, born[:7], name=name, born_on=date.fromisoformat(born))
        put(cases, n, person, person_id=id_)
        put(cases, n + 10, PersonIdentified(id_, "k1", id_[2:], "same-address"), person_id=id_)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where everything is written; nothing else is."""
    monkeypatch.delenv("IHS_KEY_FILE", raising=False)
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
def everywhere(place, nats_server):
    """A store in which everything was told, shown, exported, backed up and complained about."""
    with Cases.create(str(place / "cases.db"), rules=UTAH) as cases:
        put_all(cases)
        cases.find(MOTHER, actor=WORKER)
        followed(cases, place)
    typed_in(place)
    return place


def followed(cases: Cases, place: Path) -> None:
    views = Views(place / "views.db", PROJECTIONS)
    Follower(cases, views).catch_up()
    views.close()
    with EmbeddedServer(place / "nats", ["wasatch"]) as server:
        Follower(cases, NatsSink(cases, server.connection)).catch_up()


def typed_in(place: Path) -> None:
    """Errors that what was typed brings about, an export and a backup, as a command writes them."""
    store = place / "cases.db"
    wrong = {"id": "w", "case": "k1", "record": "ContactMade", "actor": "w-12", "role": "practitioner"}
    line = json.dumps({**wrong, "occurred": "2015-01-05", "with": {"mode": WORDS, "whom": MOTHER, "words": 7}})
    answers = [
        type_("record", store, "-", given=line),
        type_("record", store, "-", given=f"{{{WORDS}"),
        type_("audit", "export", store, "k1", "--to", place / "bundle.json"),
        type_("store", "backup", store, place / "saved.db"),
        type_("case", "show", store, WORDS),
    ]
    (place / "log").write_text("".join(answer.err + answer.out for answer in answers))


def erased(cases: Cases) -> None:
    for target in (OfPerson("p-m"), OfPerson("p-c"), OfCase("k1")):
        said = {"order": "o-26-4", "occurred": TODAY}
        cases.erasing.propose(target, **said, ordered_by="judge-2", actor=SUPERVISOR, command_id=f"propose {target}")
        cases.erasing.erase(target, **said, actor=OTHER, command_id=f"erase {target}")


def forms(canary: str) -> Iterator[bytes]:
    """A text as it might stand in a file."""
    yield from (canary.encode(), canary.encode("utf-16-le"), json.dumps(canary)[1:-1].encode())
    yield from (b64encode(b"\0" * n + canary.encode())[4:-4] for n in range(3))


def found_in(folder: Path, canaries: tuple[str, ...]) -> list[tuple[str, str]]:
    """The files below a folder that hold a canary in any form."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        (str(path.relative_to(folder)), canary)
        for path in files
        for canary in canaries
        if any(form in path.read_bytes() for form in forms(canary))
    ]


def opened_by_any_key(folder: Path) -> list[tuple[str, str, str]]:
    """What any key file below a folder still opens in any store there."""
    keys = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size == 32]
    stores = [path for path in folder.glob("*.db") if path.name != "views.db"]
    return [
        (store.name, key.name, canary)
        for store in stores
        for key in keys
        for canary in SEALED
        if canary in "".join(_all_opened(store, key))
    ]


def _all_opened(store: Path, key: Path) -> Iterator[str]:
    try:
        with Cases.open(str(store), key_file=key, rules=UTAH) as cases:
            shown = [e.event for e in cases.history("k1", opened=True).record]
            yield from (
                f"{getattr(event, name)} "
                for event in shown
                for name in ("name", "born_on", "words")
                if hasattr(event, name)
            )
            yield from (one.name for one in cases.find("canarybird", actor=WORKER))
    except (KeyFileError, StoreError) as error:
        yield str(error)


def test_what_is_sealed_stands_in_no_file_at_any_time_and_after_erasing_no_key_opens_it(everywhere):
    before = opened_by_any_key(everywhere)
    sealed_before = found_in(everywhere, SEALED)

    with Cases.open(str(everywhere / "cases.db"), rules=UTAH) as cases:
        erased(cases)
        followed(cases, everywhere)

    assert {canary for _, _, canary in before} == set(SEALED)
    assert sealed_before == []
    assert found_in(everywhere, SEALED) == []
    left = opened_by_any_key(everywhere)
    assert {(store, key) for store, key, _ in left} == {("saved.db", "saved.db.key")}
    (everywhere / "saved.db.key").unlink()  # as one is told to
    assert opened_by_any_key(everywhere) == []


def test_a_code_that_was_expunged_stands_in_neither_store_nor_views(everywhere):
    before = {name for name, _ in found_in(everywhere, OPEN)}

    with Cases.open(str(everywhere / "cases.db"), rules=UTAH) as cases:
        erased(cases)
        followed(cases, everywhere)

    after = {name for name, _ in found_in(everywhere, OPEN)}
    assert {"cases.db", "saved.db", "bundle.json"} <= before
    assert after == {"saved.db", "bundle.json"}


def in_the_page() -> list[str]:
    """What the page on erasing has a superuser of a server do."""
    page = (Path(__file__).parents[2] / "docs/how-to/erase.md").read_text()
    block = page.split("```sql\n")[1].split("```")[0]
    return [one.strip() for one in re.split(r";\n(?! )(?!END)", block) if one.strip()]


@pytest.fixture
def superuser(postgres):
    address = f"postgresql://ihs@127.0.0.1:{postgres.port}/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET min_wal_size = '1GB'")  # it keeps every file of its log, to be used again
        connection.execute("SELECT pg_reload_conf()")
        yield connection
        connection.execute("ALTER SYSTEM RESET min_wal_size")
        connection.execute("SELECT pg_reload_conf()")


def test_on_a_server_what_was_erased_is_in_no_file_once_its_log_was_written_over(postgres, superuser, tmp_path):
    data = postgres.folder / "data"
    with Cases.create(postgres.url(f"t{token_hex(8)}"), key_file=tmp_path / "key", rules=UTAH) as cases:
        put_all(cases)
        used = {part.key for row in cases.store.read(0) for part in row.sealed}
        doomed = [cases.store.key(key).wrapped for key in sorted(used)]
        for statement in ["SELECT pg_switch_wal()", "CHECKPOINT"] * 2:
            superuser.execute(statement)
        put(cases, 99, NeedIdentified("N2", OPEN[0], of="c"), case_id="k1")
        before = bytes_found_in(data, [OPEN[0].encode(), *doomed])
        erased(cases)
        after = bytes_found_in(data, [OPEN[0].encode(), *doomed])
        for statement in in_the_page():
            superuser.execute(statement)

    assert len(doomed) >= 5
    assert {place for place, _ in before} == {"base", "pg_wal"}
    assert {place for place, _ in after} == {"pg_wal"}
    assert bytes_found_in(data, [OPEN[0].encode(), *doomed]) == set()


def bytes_found_in(data: Path, canaries: list[bytes]) -> set[tuple[str, int]]:
    """Where below a server's folder which of the canaries stand."""
    files = [path for path in data.rglob("*") if path.is_file()]
    return {
        (path.relative_to(data).parts[0], n)
        for path in files
        for content in [path.read_bytes()]
        for n, canary in enumerate(canaries)
        if canary in content
    }


@pytest.mark.parametrize("form", [0, 1, 2, 3, 4, 5])
def test_a_canary_in_any_form_would_be_found(tmp_path, form):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_bytes(b"before " + [*forms(WORDS)][form] + b" after")

    assert found_in(tmp_path, SEALED) == [("sub/file", WORDS)]
