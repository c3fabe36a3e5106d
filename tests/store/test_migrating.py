"""A store of an earlier format: it says what to do, and is brought up to date once, when somebody asks."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ihs_store.addresses import is_server
from ihs_store.errors import NewerStore, OlderStore, StoreDamaged, StoreError, StoreMissing
from ihs_store.migrating import Step, migrate
from ihs_store.store import create, open_store

UNSAID = "the store does not say (which format it has|what it is): restore it from a backup"
ADD = "CREATE TABLE added(x INT)"
STEPS = (Step(to=1, sqlite=(ADD,), postgres=(ADD,)),)


@pytest.fixture
def as_format(url, tamper):
    """Have the store say that it is of another format."""

    def say(version):
        pragma = () if is_server(url) else (f"PRAGMA user_version = {version}",)
        tamper(f"UPDATE meta SET value = '{version}' WHERE key = 'format'", *pragma)

    return say


def test_a_store_of_this_format_has_nothing_to_migrate(store, url):
    assert migrate(url) == (1, 1)


def test_an_older_store_says_what_to_do_and_is_migrated_when_asked(store, url, as_format, draft):
    store.append([draft(1)])
    as_format(0)

    with pytest.raises(OlderStore, match="ihs store migrate"):
        open_store(url)
    done = migrate(url, STEPS)

    assert done == (0, 1)
    with closing(open_store(url)) as migrated:
        assert migrated.append([draft(2)]).first == 2
        with migrated._database.reading() as c:
            c.execute("SELECT count(*) FROM added")
            assert c.fetchone()[0] == 0


def test_of_many_that_migrate_at_once_one_does_and_the_others_find_it_done(store, url, as_format):
    as_format(0)

    with ThreadPoolExecutor(6) as migrators:
        done = sorted(migrators.map(lambda _: migrate(url, STEPS), range(6)))

    assert done == [(0, 1)] + [(1, 1)] * 5


def test_a_step_that_fails_leaves_the_store_as_it_was(store, url, as_format):
    as_format(0)
    broken = Step(to=1, sqlite=(ADD, "CREATE nonsense"), postgres=(ADD, "CREATE nonsense"))

    with pytest.raises(StoreError):
        migrate(url, (broken,))

    assert migrate(url, STEPS) == (0, 1)


def test_a_newer_store_is_left_alone(store, url, as_format):
    as_format(2)

    with pytest.raises(NewerStore):
        migrate(url, STEPS)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM meta WHERE key = 'format'",
        "UPDATE meta SET value = 'first' WHERE key = 'format'",
        "UPDATE meta SET value = '-5' WHERE key = 'format'",
        "UPDATE meta SET value = '0' WHERE key = 'format'",
    ],
)
def test_a_store_that_does_not_say_a_format_that_ever_was_is_not_migrated(store, url, tamper, damage):
    tamper(damage)

    with pytest.raises(StoreDamaged, match=UNSAID):
        migrate(url)


def test_a_file_that_says_two_formats_is_not_migrated(store, url, tamper):
    if is_server(url):
        pytest.skip("a schema says its format once")
    tamper("PRAGMA user_version = 0")

    with pytest.raises(StoreDamaged, match=UNSAID):
        migrate(url, STEPS)


def test_what_is_no_store_is_not_migrated(url):
    with pytest.raises(StoreMissing):
        migrate(url)
    with closing(create(url)) as store:
        assert store.head().position == 0
