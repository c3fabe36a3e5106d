"""What can be read, and as at when."""

from examples import some
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ihs_ledger.tree import EMPTY_ROOT, Frontier
from ihs_store.addresses import is_server
from ihs_store.port import Head
from ihs_store.store import create


def test_a_new_store_has_no_records(store, at):
    assert store.head() == Head(0, None, EMPTY_ROOT)
    assert store.read(0) == []
    assert store.stream("case/k1") == []
    assert store.streams("") == []
    assert store.receipt("c1") is None
    assert store.position_at(at(0)) == 0


def test_the_head_states_the_root_over_all_leaves(store, draft, at):
    store.append([draft(n) for n in range(1, 8)])

    root = Frontier().grown(row.leaf for row in store.read(0)).root

    assert store.head() == Head(7, at(0), root)


def test_a_stream_is_read_in_version_order_up_to_a_position_and_after_a_version(store, draft):
    for n in range(1, 5):
        store.append([draft(n), draft(n, "case/k2")])

    def versions(**bounds):
        return [row.version for row in store.stream("case/k1", **bounds)]

    assert versions() == [1, 2, 3, 4]
    assert versions(upto=5) == [1, 2, 3]
    assert versions(upto=4) == [1, 2]
    assert versions(upto=0) == []
    assert versions(after_version=2) == [3, 4]
    assert versions(after_version=2, upto=5) == [3]


def test_a_stream_is_read_by_the_names_of_its_records_and_says_how_far_it_has_come(store, draft):
    store.append([draft(n, name=f"{name}.v1") for n, name in enumerate(("Seen", "Given", "Seen", "Ended"), 1)])

    found = store.stream("case/k1", names={"Given.v1", "Ended.v1"}, after_version=1)

    assert [row.version for row in found] == [2, 4]
    assert (store.standing("case/k1"), store.standing("case/k2")) == (4, 0)


def test_the_record_is_read_in_pages(store, draft):
    store.append([draft(n) for n in range(1, 8)])

    def positions(*after, **bounds):
        return [row.position for row in store.read(*after, **bounds)]

    assert positions(0, limit=3) == [1, 2, 3]
    assert positions(3, limit=3) == [4, 5, 6]
    assert positions(6) == [7]
    assert positions(7) == []
    assert positions(2, upto=4) == [3, 4]


def test_records_of_some_names_are_read_in_pages_of_their_own(store, draft):
    store.append([draft(n, name=f"{word}.v1") for n, word in enumerate("abacab", 1)])

    def positions(after, *names, **bounds):
        return [row.position for row in store.read(after, names=names, **bounds)]

    assert positions(0, "a.v1") == [1, 3, 5]
    assert positions(0, "b.v1", "c.v1") == [2, 4, 6]
    assert positions(1, "a.v1", limit=1) == [3]
    assert positions(0, "a.v1", upto=4) == [1, 3]
    assert positions(0, "d.v1") == []
    assert positions(0) == [1, 2, 3, 4, 5, 6]


def test_streams_are_listed_by_how_they_begin(store, draft):
    for stream in ("case/b", "case/a", "person/p", "case/a-1", "system"):
        store.append([draft(1, stream), draft(2, stream)])

    assert store.streams("case/") == ["case/a", "case/a-1", "case/b"]
    assert store.streams("case/a") == ["case/a", "case/a-1"]
    assert store.streams("agency/") == []
    assert store.streams("") == ["case/a", "case/a-1", "case/b", "person/p", "system"]


@settings(max_examples=some(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), max_size=12))
def test_the_position_at_an_instant_counts_the_records_up_to_it(tmp_path_factory, draft, at, steps):
    store = create(str(tmp_path_factory.mktemp("store") / "cases.db"), rehearsal=True)
    times = [sum(steps[: n + 1]) for n in range(len(steps))]
    for version, time in enumerate(times, start=1):
        store.append([draft(version)], recorded_at=at(time))

    counted = {asked: store.position_at(at(asked)) for asked in range(-1, 40)}
    store.close()

    assert counted == {asked: sum(time <= asked for time in times) for asked in range(-1, 40)}


def test_the_data_version_changes_when_anyone_records_and_only_then(store, reopened, draft):
    follower = reopened()
    before = follower.data_version()

    assert follower.data_version() == before
    store.append([draft(1)])
    after = follower.data_version()
    follower.append([draft(2)])

    assert len({before, after, follower.data_version()}) == 3
    assert store.head() == follower.head()


def test_a_store_says_how_its_database_keeps_what_it_acknowledged_and_what_is_unsafe(store):
    found = {setting.name: setting for setting in store.settings()}

    if is_server(store.address):  # the tests' server is set up to be quick
        assert {name for name, setting in found.items() if setting.unsafe} == {"fsync", "full_page_writes"}
        assert found["synchronous_commit"].value == "on"
    else:
        said = {"journal_mode": "wal", "synchronous": "full", "secure_delete": "on"}
        assert {name: setting.value for name, setting in found.items()} == said
        assert not any(setting.unsafe for setting in found.values())
