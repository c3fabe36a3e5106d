"""A store with a little of everything in it, to be changed by somebody who can write its file."""

import pytest
from insider import Store, fill


@pytest.fixture(scope="session")
def kept_store(tmp_path_factory):
    """A store with a little of everything; never changed."""
    path = tmp_path_factory.mktemp("kept") / "cases.db"
    fill(path)
    return Store(path)


@pytest.fixture
def store(kept_store, tmp_path) -> Store:
    """A store of one's own, to be changed."""
    return kept_store.copied(tmp_path)
