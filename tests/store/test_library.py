"""The library's own test cases on our recorder, and the library's traps that we do not fall into."""

import sys
from contextlib import closing
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ihs_store.application import Entry, Records
from ihs_store.errors import StoreBusy
from ihs_store.recorder import RecordRecorder
from ihs_store.store import create, path_of


class OnOurRecorder:
    """Gives the library's cases a recorder on a new store, and streams whose ids are text.

    Left out: subscriptions (the library has none on SQLite; followers ask `data_version`), and the cases of
    tracking and process recorders (views keep their position in databases of their own).
    """

    def setUp(self):
        self.folder = TemporaryDirectory()
        self.store = create(f"{self.folder.name}/cases.db")
        self.records = self.store.records

    def tearDown(self):
        # The ledger has counted every record, whoever wrote it.
        with self.records.recorder.datastore.transaction(commit=False) as c:
            c.execute("SELECT size, (SELECT count(*) FROM records), (SELECT max(position) FROM records) FROM ledger")
            size, count, last = c.fetchone()
        self.store.close()
        self.folder.cleanup()
        assert (size, last or 0) == (count, count)

    def new_originator_id(self):
        return str(uuid4())

    def create_recorder(self):
        return self.records.recorder


class WithoutPositions(RecordRecorder):
    """An aggregate recorder gives no positions: the one thing in which the library's two kinds differ."""

    def insert_events(self, stored_events, **kwargs):
        super().insert_events(stored_events, **kwargs)


class TestAsAggregateRecorder(OnOurRecorder, AggregateRecorderTestCase):
    def create_recorder(self):
        return WithoutPositions(self.records.recorder.datastore)


class TestAsApplicationRecorder(OnOurRecorder, ApplicationRecorderTestCase):
    pass


class TestPositionsOfOneInsertStandTogether(OnOurRecorder, NonInterleavingNotificationIDsBaseCase):
    insert_num = 300


@pytest.fixture
def records(tmp_path):
    url = f"sqlite:///{tmp_path}/cases.db"
    create(url).close()
    with closing(Records(path_of(url), lock_timeout=0.05)) as application:
        yield application


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


def test_a_writer_takes_the_lock_before_it_reads_and_one_that_waits_too_long_is_told_so(records, tmp_path, draft):
    holder = Records(tmp_path / "cases.db")
    with holder.recorder.datastore.transaction(commit=True), pytest.raises(StoreBusy):
        records.save(draft(1))
    holder.close()

    assert records.save(draft(1))[0].notification.id == 1
