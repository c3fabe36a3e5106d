"""What goes wrong between a store and its PostgreSQL server: each time the answer is OK, NO or UNKNOWN, and true."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Thread

import pytest
from proxy import REFUSE, SILENT, Proxy

from ihs_store.addresses import server_of, shown
from ihs_store.errors import (
    ForeignDatabase,
    NewerStore,
    OlderStore,
    OutcomeUnknown,
    StoreBusy,
    StoreClosed,
    StoreExists,
    StoreMissing,
    StoreUnavailable,
    UnknownURL,
)
from ihs_store.port import Command
from ihs_store.postgres import connected
from ihs_store.store import create, open_store

MAC = b"m" * 32


@pytest.fixture
def url(postgres_url):
    return postgres_url


@pytest.fixture
def proxy(postgres):
    between = Proxy(postgres.port)
    yield between
    between.close()


@pytest.fixture
def far(postgres, proxy, store):
    """The same store, reached through the proxy, with half a second for each answer."""
    schema = server_of(store.address).schema
    opened = open_store(postgres.url(schema, port=proxy.port, answer_within=0.5, connect_timeout=2))
    yield opened
    opened.close()


@pytest.mark.faults
@pytest.mark.fault("lost replies from PostgreSQL")
def test_a_commit_whose_answer_was_lost_is_made_out_to_stand(store, far, proxy, draft, holds):
    far.append([draft(1)])
    proxy.cut_at(b"COMMIT\0", delivered=True)

    receipt = far.append([draft(2)], command=Command("c1", MAC))

    assert (receipt.first, receipt.again) == (2, False)
    assert store.receipt("c1").first == 2
    assert far.append([draft(3)]).first == 3
    assert holds(store)


@pytest.mark.faults
@pytest.mark.fault("lost replies from PostgreSQL")
def test_a_commit_that_never_arrived_is_made_out_to_have_recorded_nothing(store, far, proxy, draft, holds):
    far.append([draft(1)])
    proxy.cut_at(b"COMMIT\0", delivered=False)

    with pytest.raises(StoreUnavailable, match="nothing was recorded"):
        far.append([draft(2)], command=Command("c1", MAC))

    assert store.receipt("c1") is None
    assert far.append([draft(2)], command=Command("c1", MAC)).first == 2
    assert holds(store)


@pytest.mark.faults
@pytest.mark.parametrize("delivered, landed", [(True, 2), (False, None)])
@pytest.mark.fault("lost replies from PostgreSQL")
def test_what_became_of_a_commit_is_unknown_while_the_server_is_out_of_reach(
    store, far, proxy, draft, holds, delivered, landed
):
    far.append([draft(1)])
    command = Command("c1", MAC)
    proxy.cut_at(b"COMMIT\0", delivered=delivered, then=REFUSE)

    with pytest.raises(OutcomeUnknown, match="ask for the command's receipt"):
        far.append([draft(2)], command=command)

    proxy.mode = "pass"
    assert (far.receipt("c1") and far.receipt("c1").first) == landed
    assert far.append([draft(2)], command=command).again == (landed is not None)
    assert store.head().position == 2
    assert holds(store)


@pytest.mark.faults
@pytest.mark.fault("lost replies from PostgreSQL")
def test_a_connection_that_breaks_before_the_commit_records_nothing(store, far, proxy, draft):
    far.append([draft(1)])
    proxy.cut_at(b"UPDATE ledger", delivered=True)

    with pytest.raises(StoreUnavailable, match="nothing was recorded"):
        far.append([draft(2)])

    assert store.head().position == 1
    assert far.append([draft(2)]).first == 2


@pytest.mark.faults
@pytest.mark.fault("lost replies from PostgreSQL")
def test_a_server_that_falls_silent_is_given_up_in_time_and_used_again_when_it_answers(store, far, proxy, draft):
    far.append([draft(1)])
    proxy.mode = SILENT

    with pytest.raises(StoreUnavailable, match="nothing was recorded"):
        far.append([draft(2)], command=Command("c1", MAC))
    proxy.mode = REFUSE
    with pytest.raises(StoreUnavailable):
        far.stream("case/k1")

    proxy.mode = "pass"
    assert far.append([draft(2)], command=Command("c1", MAC)).first == 2
    assert [row.version for row in far.stream("case/k1")] == [1, 2]


@pytest.mark.faults
@pytest.mark.fault("lost replies from PostgreSQL")
def test_a_commit_that_falls_into_silence_is_unknown_in_time(store, far, proxy, draft):
    far.append([draft(1)])
    proxy.cut_at(b"COMMIT\0", delivered=True, then=SILENT)

    with pytest.raises(OutcomeUnknown):
        far.append([draft(2)], command=Command("c1", MAC))

    assert store.receipt("c1").first == 2


@pytest.mark.faults
@pytest.mark.fault("lost replies from PostgreSQL")
def test_a_store_goes_on_by_itself_after_its_server_was_started_again(postgres, store, draft, holds):
    store.append([draft(1)], command=Command("c1", MAC))

    postgres.stop()
    postgres.start()
    at_once = store.append([draft(2)])
    postgres.stop()
    with pytest.raises(StoreUnavailable):
        store.append([draft(3)])
    postgres.start()

    assert at_once.first == 2
    assert store.receipt("c1").first == 1
    assert store.append([draft(3)]).first == 3
    assert holds(store)


def test_a_writer_that_waits_too_long_for_another_is_told_so_and_records_nothing(url, store, draft):
    with closing(connected(server_of(url), 1)) as other, other.transaction():
        other.execute("SELECT * FROM ledger FOR UPDATE")
        with closing(open_store(url, lock_timeout=0.05)) as waiting, pytest.raises(StoreBusy):
            waiting.append([draft(1)])

    assert store.head().position == 0


def test_a_wait_ends_when_another_process_has_recorded(store, reopened, draft):
    other, seen = reopened(), store.data_version()
    came = []
    waiting = Thread(target=lambda: came.append(store.wait(seen, timeout=60)))

    waiting.start()
    other.append([draft(1)])
    waiting.join()

    assert came == [1]
    assert store.wait(1, timeout=0.01) == 1


def test_a_wait_on_a_closed_store_says_so(store):
    store.close()

    with pytest.raises(StoreClosed):
        store.wait(0, timeout=1)


# What is no store


def test_what_holds_no_store_is_told_by_its_kind(postgres, url):
    with pytest.raises(StoreMissing, match="create one first"):
        open_store(url)
    with pytest.raises(StoreMissing, match="no such database"):
        open_store(url.replace("/postgres?", "/nowhere?"))
    with closing(connected(server_of(url), 1)) as connection:
        connection.execute(f"CREATE SCHEMA {server_of(url).schema}")
        connection.execute("CREATE TABLE something()")
    with pytest.raises(ForeignDatabase):
        open_store(url)
    with pytest.raises(StoreExists):
        create(url)


def test_a_schema_made_ready_and_empty_is_taken(url, draft):
    with closing(connected(server_of(url), 1)) as connection:
        connection.execute(f"CREATE SCHEMA {server_of(url).schema}")

    with closing(create(url)) as store:
        assert store.append([draft(1)]).first == 1


@pytest.mark.parametrize("version, error", [("2", NewerStore), ("0", OlderStore)])
def test_a_store_of_another_format_is_not_opened_and_one_that_becomes_so_takes_no_more(
    store, url, tamper, draft, version, error
):
    tamper(f"UPDATE meta SET value = '{version}' WHERE key = 'format'")

    with pytest.raises(error):
        open_store(url)
    with pytest.raises(NewerStore, match="while it was open"):
        store.append([draft(1)])


def test_of_twelve_that_create_one_store_at_once_one_does_and_all_can_open_it(url):
    def make(_):
        try:
            create(url).close()
        except StoreExists:
            return "exists"
        finally:
            open_store(url).close()
        return "created"

    with ThreadPoolExecutor(12) as makers:
        said = sorted(makers.map(make, range(12)))

    assert said == ["created"] + ["exists"] * 11


# Addresses


def test_a_password_is_in_no_error_and_in_nothing_that_is_shown(postgres):
    url = f"postgresql://ihs:s3cret@127.0.0.1:{postgres.port}/postgres?schema=none&sslpassword=s3cret"
    refused = f"postgresql://ihs:s3cret@127.0.0.1:{postgres.port}/postgres?schema=none&sslmode=nonsense"

    for address in (url, refused, url.replace("/postgres?", "/s3?"), url.replace(str(postgres.port), "1")):
        with pytest.raises((StoreMissing, StoreUnavailable)) as told:
            open_store(address)
        assert "s3cret" not in f"{told.value} {told.value.__cause__}"
    assert "s3cret" not in shown(url) + repr(server_of(url))
    assert shown(url).startswith(f"postgresql://ihs@127.0.0.1:{postgres.port}/postgres?schema=none")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://host",
        "postgresql://host/",
        "postgresql://host:port/db",
        "postgresql://host/db?schema=Ihs",
        "postgresql://host/db?schema=pg_catalog",
        "postgresql://host/db?schema=",
        "postgresql://host/db?answer_within=soon",
        "postgresql://host/db?answer_within=0",
        "postgresql://host/db#here",
        "postgresql://host/d\x00b",
    ],
)
def test_an_address_that_names_no_database_or_no_schema_is_refused(url):
    with pytest.raises(UnknownURL):
        open_store(url)


def test_what_the_address_says_of_time_goes_before_what_is_usual(url, store):
    spoken = server_of(f"{url}&connect_timeout=7&answer_within=2.5")

    with closing(connected(spoken, 1.5)) as connection:
        found = connection.execute(
            "SELECT current_setting('statement_timeout') s, current_setting('lock_timeout') l"
        ).fetchone()

    assert (found["s"], found["l"]) == ("2500ms", "1500ms")
    assert connection.answer_within == 2.5
    assert "connect_timeout=7" in spoken.conninfo
    assert "tcp_user_timeout=20000" in spoken.conninfo


def test_a_database_that_makes_commits_less_durable_is_overruled(url, store):
    with closing(connected(server_of(url), 1)) as admin:
        admin.execute("ALTER ROLE ihs SET synchronous_commit = off")
        with closing(connected(server_of(url), 1)) as connection:
            (kept,) = connection.execute("SHOW synchronous_commit").fetchone().values()
        admin.execute("ALTER ROLE ihs RESET synchronous_commit")

    assert kept == "on"


def test_an_append_reads_no_more_of_a_large_store_than_of_a_small_one(store, draft):
    """A server keeps the plan that it made while the tables were empty: it must not be one that reads all of them."""

    def read():
        with store._database._pool.connection() as connection:
            connection.execute("SELECT pg_stat_force_next_flush()")
            found = connection.execute(
                "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) AS rows_read,"
                " (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) AS entries_read"
            ).fetchone()
        return sum(int(value) for value in found.values())

    def some_appends(first):
        for version in range(first, first + 12):
            store.append([draft(version)], command=Command(f"c{version}", b"m" * 32))
        before = read()
        for version in range(first + 12, first + 24):
            store.append([draft(version)], command=Command(f"c{version}", b"m" * 32))
        return read() - before

    small = some_appends(1)
    store.append([draft(version, "case/k2") for version in range(1, 2001)])

    assert some_appends(25) < small + 12 * 100
