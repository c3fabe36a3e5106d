"""The drill: a store is backed up, lost, and restored on another database; and what of it goes wrong."""

from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir

import psycopg
import pytest
from typed import REQUEST

from ihs_cases import Cases
from ihs_store.addresses import server_of


@pytest.fixture
def server_url(postgres):
    return postgres.url(f"t{token_hex(8)}")


def root_in(said):
    return next(line for line in said.splitlines() if "root" in line).partition("root ")[2][:64]


def test_a_lost_store_is_restored_from_its_backup_with_all_that_was_sealed(ihs, alder, tmp_path, server_url):
    shown = ihs("case", "timeline", alder, "alder").out
    saved = ihs("store", "backup", alder, "saved.db")
    alder.unlink()
    alder.with_name("cases.db.key").unlink()

    restored = ihs("store", "restore", "saved.db", server_url, "--key-file", "new.key")

    assert (saved.code, restored.code) == (0, 0)
    assert root_in(saved.out) == root_in(restored.out)
    assert ihs("case", "timeline", server_url, "alder", "--key-file", "new.key").out == shown
    assert ihs("audit", "verify", server_url).code == 0
    assert ihs("store", "restore", "saved.db", "cases.db").code == 0
    assert ihs("case", "timeline", "cases.db", "alder").out == shown


@pytest.fixture
def on_a_server(ihs, alder, server_url):
    """The Alder diary in a store on a server, its keys in new.key."""
    ihs("store", "backup", alder, "saved.db")
    ihs("store", "restore", "saved.db", server_url, "--key-file", "new.key")
    return server_url


def temporary():
    return {path.name for path in Path(gettempdir()).glob("ihs-*/*.db")}


def test_a_store_on_a_server_verifies_as_its_file_does_and_no_copy_stays(ihs, on_a_server):
    before = temporary()

    with_keys = ihs("audit", "verify", on_a_server, "--key-file", "new.key")
    without = ihs("audit", "verify", on_a_server)

    assert with_keys.out == ihs("audit", "verify", "saved.db").out
    assert without.lines[-1].startswith("without the key file")
    assert temporary() == before


def test_what_somebody_changed_on_a_server_is_named(ihs, on_a_server):
    server = server_of(on_a_server)
    with psycopg.connect(server.conninfo, autocommit=True) as insider:
        insider.execute("SET session_replication_role = replica")  # as who owns the database may: no trigger fires
        insider.execute(f"UPDATE {server.schema}.records SET actor = 'w-99' WHERE position = 9")

    answer = ihs("audit", "verify", on_a_server)

    assert (answer.code, answer.lines[1].partition(": ")[2][:12]) == (1, "position 9, ")


def test_a_bundle_of_a_store_on_a_server_is_checked_as_any_other(ihs, on_a_server):
    key = ihs("audit", "key", on_a_server, "--key-file", "new.key").out.strip()

    exported = ihs("audit", "export", on_a_server, "alder", "--to", "alder.bundle", "--key-file", "new.key")

    assert exported.code == 0
    assert ihs("audit", "check", "alder.bundle", "--key", key).lines[1].startswith("holds: ")


def test_a_backup_is_shown_and_verified_where_it_is(ihs, live):
    ihs("store", "backup", live, "saved.db")

    assert ihs("audit", "verify", "saved.db").out == ihs("audit", "verify", live).out
    assert ihs("case", "timeline", "saved.db", "k1").out == ihs("case", "timeline", live, "k1").out


def test_a_backup_without_its_key_file_is_restored_with_one_kept_elsewhere(ihs, live, tmp_path):
    ihs("store", "backup", live, "saved.db", "--without-key-file")
    assert not (tmp_path / "saved.db.key").exists()

    without = ihs("store", "restore", "saved.db", "again.db")
    (tmp_path / "cases.db.key").rename(tmp_path / "again.db.key")
    with_it = ihs("store", "restore", "saved.db", "again.db")

    assert (without.code, with_it.code) == (2, 0)
    says = "there is no key file at again.db.key or saved.db.key: give the backup's own by --key-file"
    assert without.err == f"ihs: {says}\n"
    assert ihs("case", "timeline", "again.db", "k1").code == 0


def test_a_store_is_not_restored_with_another_stores_keys(ihs, live, tmp_path):
    ihs("store", "init", "other.db")
    ihs("store", "backup", live, "saved.db")

    answer = ihs("store", "restore", "saved.db", "again.db", "--key-file", "other.db.key")

    assert (answer.code, answer.err.startswith("ihs: the key file does not open this store's keys")) == (2, True)
    assert not (tmp_path / "again.db").exists()


def test_a_backup_into_a_folder_that_is_not_there_is_told_by_the_name_that_was_typed(ihs, live):
    answer = ihs("store", "backup", live, "none/saved.db")

    assert answer == (1, "", "ihs: none/saved.db cannot be created: No such file or directory\n")


def test_nothing_is_overwritten_by_a_backup_or_a_restore(ihs, live):
    ihs("store", "backup", live, "saved.db")

    again = ihs("store", "backup", live, "saved.db")
    over = ihs("store", "restore", "saved.db", live)

    assert (again.code, again.out, again.err.count("\n")) == (2, "", 1)
    assert (over.code, over.out, over.err.count("\n")) == (2, "", 1)


def test_a_store_of_this_format_is_told_that_there_is_nothing_to_migrate(ihs, live):
    assert ihs("store", "migrate", live) == (0, "nothing to do: format 1\n", "")


def test_a_store_on_a_server_is_used_like_any_other_and_its_password_is_not_shown(ihs, server_url, write):
    url = server_url.replace("ihs@", "ihs:s3cret@")

    begun = ihs("store", "init", url, "--key-file", "k.key")
    said = ihs("record", url, write(REQUEST), "--key-file", "k.key")
    about = ihs("store", "info", url)

    assert (begun.code, said.code, about.code) == (0, 0, 0)
    assert "s3cret" not in begun.out + said.out + about.out + begun.err
    assert "127.0.0.1" in about.out
    with Cases.open(url, key_file="k.key") as cases:
        assert cases.case_ids() == ["k1"]


def test_a_server_that_is_not_there_is_told_in_one_line_without_the_password(ihs):
    answer = ihs("store", "info", "postgresql://ihs:s3cret@127.0.0.1:1/cases")

    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert answer.err.startswith("ihs: the server cannot be reached")
    assert "s3cret" not in answer.err
