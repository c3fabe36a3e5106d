"""The library's own test cases on our recorder, and the library's traps that we do not fall into."""

import sys
from contextlib import closing, contextmanager
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ihs_store.application import Entry
from ihs_store.errors import StoreBusy
from ihs_store.postgres_recorder import writing
from ihs_store.store import create, open_store


class OnOurRecorder:
    """Gives the library's cases a recorder on a new store, and streams whose ids are text.

    Left out: the cases of tracking and process recorders (views keep their position in databases of their own).
    """

    @pytest.fixture(autouse=True)
    def _store(self, url):
        self.store = create(url)
        yield
        with self.store._database.reading() as c:
            c.execute("SELECT size, (SELECT count(*) FROM records), (SELECT max(position) FROM records) FROM ledger")
            size, count, last = c.fetchone()
        self.store.close()
        # The ledger has counted every record, whoever wrote it.
        assert (size, last or 0) == (count, count)

    def new_originator_id(self):
        return str(uuid4())

    def create_recorder(self):
        return self.store.records.recorder

    def close_db_connection(self):
        """Nothing: connections are given back when a statement is done."""


class OnSQLite(OnOurRecorder):
    @pytest.fixture
    def url(self, sqlite_url):
        return sqlite_url


class OnPostgres(OnOurRecorder):
    @pytest.fixture
    def url(self, postgres_url):
        return postgres_url


class WithoutPositions:
    """An aggregate recorder gives no positions: the one thing in which the library's two kinds differ."""

    def create_recorder(self):
        recorder = self.store.records.recorder
        insert = recorder.insert_events
        recorder.insert_events = lambda events, **kwargs: (insert(events, **kwargs), None)[1]
        return recorder


class TestAsAggregateRecorder(WithoutPositions, OnSQLite, AggregateRecorderTestCase):
    pass


class TestAsAggregateRecorderOnPostgres(WithoutPositions, OnPostgres, AggregateRecorderTestCase):
    pass


class TestAsApplicationRecorder(OnSQLite, ApplicationRecorderTestCase):
    """Without subscriptions: the library has none on SQLite."""


class TestAsApplicationRecorderOnPostgres(OnPostgres, ApplicationRecorderTestCase):
    def test_insert_subscribe(self):
        self.optional_test_insert_subscribe()


class TestPositionsOfOneInsertStandTogether(OnSQLite, NonInterleavingNotificationIDsBaseCase):
    insert_num = 300


class TestPositionsOfOneInsertStandTogetherOnPostgres(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    insert_num = 300


@pytest.fixture
def records(url):
    with closing(create(url, lock_timeout=0.05)) as store:
        yield store.records


def test_an_application_saves_drafts_and_reads_them_back_through_the_library(records, draft):
    recordings = records.save(draft(1), draft(2))

    assert [recording.notification.id for recording in recordings] == [1, 2]
    assert list(records.events.get("case/k1")) == [
        Entry("case/k1", 1, "ThreatIdentified.v1", b'{"kind":"T1"}'),
        Entry("case/k1", 2, "ThreatIdentified.v1", b'{"kind":"T1"}'),
    ]
    assert [item.id for item in records.notification_log.select(1, 10)] == [1, 2]


def test_a_repository_folds_a_stream_with_a_function_of_ours(records, draft):
    records.save(draft(1), draft(2))

    folded = records.repository.get("case/k1", projector_func=lambda _, events: [e.originator_version for e in events])

    assert folded == [1, 2]


def test_a_name_that_is_an_import_path_imports_nothing(records):
    sys.modules.pop("this", None)
    records.recorder.insert_events([StoredEvent("case/k1", 1, "this:s", b"")])

    (entry,) = records.events.get("case/k1")

    assert entry.name == "this:s"
    assert "this" not in sys.modules


def test_what_is_not_a_draft_is_not_saved(records):
    class Stranger:
        originator_id = "case/k1"
        originator_version = 1

    with pytest.raises(TypeError):
        records.save(Stranger())


def test_a_bare_event_of_the_library_conflicts_as_the_library_expects(records):
    records.recorder.insert_events([StoredEvent("case/k1", 1, "t", b"")])

    with pytest.raises(IntegrityError):
        records.recorder.insert_events([StoredEvent("case/k1", 1, "t", b"")])


def test_a_writer_takes_the_lock_before_it_reads_and_one_that_waits_too_long_is_told_so(url, draft):
    with closing(create(url, lock_timeout=0.05)) as store, closing(open_store(url)) as another:
        with holding(another), pytest.raises(StoreBusy):
            store.append([draft(1)])

        assert store.append([draft(1)]).first == 1


@contextmanager
def holding(store):
    """Hold the write lock, as another program would that is in the middle of an append."""
    recorder = store.records.recorder
    if hasattr(store._database, "datastore"):
        with recorder.datastore.transaction(commit=True):
            yield
    else:
        with recorder.datastore.get_connection() as connection, writing(connection, "ihs"):
            yield
