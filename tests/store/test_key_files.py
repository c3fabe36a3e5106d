"""Replacing a key file: one of two always opens the store, one person at a time, and the old key is written over."""

import os
from threading import Barrier, Thread

import pytest

from ihs_store.errors import KeyFileBusy, KeyFileMissing, OutcomeUnknown, StoreBusy, WrongKeyFile
from ihs_store.key_files import beside, create_key_file, fitting_key, read_key_file, replacing


@pytest.fixture
def path(tmp_path):
    create_key_file(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def old(path):
    return read_key_file(path)


def only(key):
    """What a store says that is wrapped under this key alone."""
    return lambda asked: asked == key


def test_a_key_file_is_replaced_and_what_the_old_one_held_is_written_over(path, old):
    with path.open("rb") as was, replacing(path, None, only(old)) as new:
        assert read_key_file(path) == old
        assert read_key_file(beside(path)) == new
        was_file = os.dup(was.fileno())

    assert read_key_file(path) == new != old
    assert os.pread(was_file, 64, 0) == bytes(32)
    assert not beside(path).exists()
    os.close(was_file)


def test_where_nothing_was_recorded_the_new_key_is_forgotten(path, old):
    with pytest.raises(StoreBusy), replacing(path, None, only(old)):
        raise StoreBusy("made up")

    assert read_key_file(path) == old
    assert not beside(path).exists()


@pytest.mark.parametrize("committed", [True, False])
def test_where_it_is_not_known_both_files_stay_until_the_store_says_which(path, old, committed):
    with pytest.raises(OutcomeUnknown), replacing(path, None, only(old)) as new:
        raise OutcomeUnknown("made up")

    stands = new if committed else old
    assert fitting_key(path, only(stands)) == stands
    assert read_key_file(path) == stands
    assert beside(path).exists() is not committed


def test_a_new_file_that_was_never_used_is_replaced_by_the_next(path, old):
    beside(path).write_bytes(b"cut off")
    beside(path).chmod(0o600)

    with pytest.raises(WrongKeyFile):
        fitting_key(path, only(b"k" * 32))
    assert fitting_key(path, only(old)) == old
    with replacing(path, None, only(old)) as new:
        pass

    assert read_key_file(path) == new


def test_a_new_file_that_the_store_is_under_is_never_written_over(path, old):
    with pytest.raises(OutcomeUnknown), replacing(path, None, only(old)) as new:
        raise OutcomeUnknown("made up")

    with pytest.raises(KeyFileBusy), replacing(path, None, only(new)):
        raise AssertionError("it went on")

    assert read_key_file(path) == new


def test_of_two_who_replace_a_key_file_at_once_one_does(path, old):
    with replacing(path, None, only(old)) as new, pytest.raises(KeyFileBusy), replacing(path, None, only(old)):
        raise AssertionError("it went on")

    assert read_key_file(path) == new


def test_a_reader_between_commit_and_move_uses_the_new_file_and_leaves_it_to_who_wrote_it(path, old):
    with replacing(path, None, only(old)) as new:
        assert fitting_key(path, only(new)) == new
        assert beside(path).exists()

    assert read_key_file(path) == new


def test_many_who_open_after_a_replacing_was_cut_off_all_get_the_key(path, old):
    with pytest.raises(OutcomeUnknown), replacing(path, None, only(old)) as new:
        raise OutcomeUnknown("made up")
    together, got = Barrier(8), []

    def opens():
        together.wait()
        got.append(fitting_key(path, only(new)))

    threads = [Thread(target=opens) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == [new] * 8


def test_where_neither_fits_the_key_file_is_the_wrong_one(path):
    with pytest.raises(WrongKeyFile):
        fitting_key(path, only(b"k" * 32))


def test_a_link_to_a_key_file_leads_to_the_new_one_and_where_there_is_no_folder_nothing_is_replaced(
    tmp_path, path, old
):
    (tmp_path / "link").symlink_to(path)
    with replacing(tmp_path / "link", None, only(old)) as new:
        pass

    assert (tmp_path / "link").is_symlink()
    assert read_key_file(tmp_path / "link") == new
    with pytest.raises(KeyFileMissing), replacing(tmp_path / "nowhere" / "key", None, only(old)):
        raise AssertionError("it went on")
