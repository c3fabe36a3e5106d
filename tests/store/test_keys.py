"""Sealing under data keys, the key file they hang on, and what is gone when a key is."""

from contextlib import closing

import pytest
from examples import some
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ihs_store.errors import (
    KeyErased,
    KeyFileDamaged,
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    KeyIdTaken,
    SealBroken,
    VersionConflict,
    WrongKeyFile,
)
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Command
from ihs_store.store import create

PLACE = b"case/k1 1 narrative"


@pytest.fixture
def key_file(tmp_path):
    create_key_file(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def store(url, clock, key_file):
    opened = create(url, clock=clock, keys=first_keys(read_key_file(key_file)))
    yield opened
    opened.close()


@pytest.fixture
def ring(key_file, store):
    return KeyRing(read_key_file(key_file), store.key)


@pytest.fixture
def recorded(ring, store, draft):
    """Record one part sealed under a key, and give the ciphertext."""

    def record(key_id, plaintext=b"Jane", version=1):
        sealing = ring.sealing()
        sealed = sealing.seal(key_id, PLACE, plaintext)
        store.append([draft(version, sealed=((key_id, sealed),))], keys=sealing.new_keys)
        return sealed

    return record


@pytest.fixture
def destroy(tamper):
    return lambda key_id: tamper(f"UPDATE keys SET wrapped = NULL WHERE id = '{key_id}'")


def test_a_sealed_part_is_opened_with_its_key_at_its_place(ring, store, recorded):
    recorded("person/p1")

    (part,) = store.read(0)[0].sealed

    assert b"Jane" not in part.content
    assert ring.unseal(part.key, PLACE, part.content) == b"Jane"


def test_one_key_is_made_for_one_id_and_used_again(ring, recorded):
    recorded("person/p1")
    sealing = ring.sealing()

    sealing.seal("person/p1", PLACE, b"again")
    sealing.seal("person/p2", PLACE, b"new")
    sealing.seal("person/p2", PLACE, b"new again")

    assert [key.id for key in sealing.new_keys] == ["person/p2"]


def test_keys_read_together_open_what_each_opened_and_know_of_none_destroyed_since(ring, store, destroy, recorded):
    sealed = {"person/p1": recorded("person/p1"), "person/p2": recorded("person/p2", version=2)}
    recorded("narrative/case/k1/3/words", version=3)
    destroy("person/p2")

    together = store.keys("person/")
    ring = ring.over(together)
    destroy("person/p1")

    assert together.keys() == sealed.keys()
    assert ring.unseal("person/p1", PLACE, sealed["person/p1"]) == b"Jane"
    with pytest.raises(KeyErased):
        ring.unseal("person/p2", PLACE, sealed["person/p2"])
    with pytest.raises(KeyErased):
        ring.unseal("narrative/case/k1/3/words", PLACE, b"x" * 40)


def test_the_same_words_sealed_twice_do_not_look_the_same(ring):
    sealing = ring.sealing()

    assert sealing.seal("k", PLACE, b"Jane") != sealing.seal("k", PLACE, b"Jane")


@settings(max_examples=some(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_sealed_part_altered_in_any_byte_is_not_opened(ring, sealed_once, data):
    at = data.draw(st.integers(0, len(sealed_once) - 1))
    altered = bytearray(sealed_once)
    altered[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(SealBroken):
        ring.unseal("person/p1", PLACE, bytes(altered))


@pytest.fixture
def sealed_once(recorded):
    return recorded("person/p1")


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
def test_a_sealed_part_cut_short_is_not_opened(ring, sealed_once, cut):
    with pytest.raises(SealBroken):
        ring.unseal("person/p1", PLACE, sealed_once[:cut])


def test_a_sealed_part_moved_to_another_place_or_key_is_not_opened(ring, recorded):
    sealed = recorded("person/p1")
    recorded("person/p2", version=2)

    with pytest.raises(SealBroken):
        ring.unseal("person/p1", b"case/k2 1 narrative", sealed)
    with pytest.raises(SealBroken):
        ring.unseal("person/p2", PLACE, sealed)


@pytest.mark.fault("key missing")
def test_a_key_that_was_destroyed_opens_nothing_and_seals_nothing(ring, sealed_once, destroy):
    destroy("person/p1")

    with pytest.raises(KeyErased):
        ring.unseal("person/p1", PLACE, sealed_once)
    with pytest.raises(KeyErased):
        ring.sealing().seal("person/p1", PLACE, b"Jane")


@pytest.mark.usefixtures("sealed_once")
def test_destroying_a_key_leaves_the_record_as_it_was(store, holds, destroy, draft):
    store.append([draft(1, "person/p1", name="PersonErased.v1", open=b'{"order":"o","person":"p1"}')])
    before = store.head()

    destroy("person/p1")

    assert store.head() == before
    assert holds(store)


@pytest.mark.fault("key missing")
def test_a_key_that_never_was_opens_nothing(ring):
    with pytest.raises(KeyErased):
        ring.unseal("person/none", PLACE, b"x" * 40)


def test_a_key_is_kept_only_with_the_append_that_needs_it(ring, store, draft):
    sealing = ring.sealing()
    sealed = sealing.seal("person/p1", PLACE, b"Jane")

    with pytest.raises(VersionConflict):
        store.append([draft(2, sealed=(("person/p1", sealed),))], keys=sealing.new_keys)

    assert store.key("person/p1") is None


def test_of_two_appends_that_make_one_key_the_second_seals_again(ring, store, draft):
    first, second = ring.sealing(), ring.sealing()
    one = first.seal("person/p1", PLACE, b"Jane")
    two = second.seal("person/p1", PLACE, b"Jane")
    store.append([draft(1, sealed=(("person/p1", one),))], keys=first.new_keys)

    with pytest.raises(KeyIdTaken) as refused:
        store.append([draft(2, sealed=(("person/p1", two),))], command=Command("c", b"m" * 32), keys=second.new_keys)

    assert refused.value.key == "person/p1"
    assert store.receipt("c") is None
    assert store.head().position == 1
    assert ring.unseal("person/p1", PLACE, ring.sealing().seal("person/p1", PLACE, b"Jane")) == b"Jane"


@pytest.mark.fault("key missing")
def test_another_key_file_opens_nothing(tmp_path, store, recorded):
    sealed = recorded("person/p1")
    create_key_file(tmp_path / "other")
    other = KeyRing(read_key_file(tmp_path / "other"), store.key)

    with pytest.raises(WrongKeyFile):
        other.unseal("person/p1", PLACE, sealed)
    with pytest.raises(WrongKeyFile):
        other.sealing().seal("person/p1", PLACE, b"x")


def test_a_key_swapped_for_another_of_the_same_key_file_is_found_by_its_commitment(tamper, ring, recorded):
    sealed = recorded("person/p1")
    recorded("person/p2", version=2)
    tamper("UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE id = 'person/p2')")

    with pytest.raises(SealBroken, match="not the one on record"):
        ring.unseal("person/p1", PLACE, sealed)
    with pytest.raises(SealBroken):
        ring.sealing().seal("person/p1", PLACE, b"Jane")


def test_macs_and_derived_keys_are_the_same_for_one_store_and_differ_by_use(tmp_path, key_file, ring, store):
    kek = read_key_file(key_file)
    same = KeyRing(kek, store.key)
    with closing(create(str(tmp_path / "other.db"), keys=first_keys(kek))) as another:
        other = KeyRing(kek, {"root": another.key("root")}.get)

    assert ring.mac(b"asked") == same.mac(b"asked")
    assert ring.derive("a") == same.derive("a")
    assert len({ring.mac(b"asked"), ring.mac(b"other"), other.mac(b"asked")}) == 3
    assert len({ring.derive("a"), ring.derive("b"), other.derive("a"), read_key_file(key_file)}) == 4


@pytest.mark.fault("key missing")
def test_the_wrong_key_file_is_told_before_anything_is_sealed_under_it(tmp_path, store):
    create_key_file(tmp_path / "other")

    with pytest.raises(WrongKeyFile):
        _ = KeyRing(read_key_file(tmp_path / "other"), store.key).root


def test_a_ring_does_not_show_its_key(key_file, ring):
    assert read_key_file(key_file).hex() not in repr(ring)
    assert repr(read_key_file(key_file)) not in repr(ring)


def test_a_key_file_is_for_its_owner_and_never_overwritten(key_file):
    before = key_file.read_bytes()

    with pytest.raises(KeyFileExists):
        create_key_file(key_file)

    assert key_file.stat().st_mode & 0o777 == 0o600
    assert (len(before), key_file.read_bytes()) == (32, before)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
@pytest.mark.fault("key missing")
def test_a_key_file_that_others_may_use_is_refused(key_file, mode):
    key_file.chmod(mode)

    with pytest.raises(KeyFileExposed):
        read_key_file(key_file)


@pytest.mark.parametrize("size", [0, 31, 33])
@pytest.mark.fault("key missing")
def test_a_key_file_of_another_size_is_refused(key_file, size):
    key_file.write_bytes(b"k" * size)

    with pytest.raises(KeyFileDamaged):
        read_key_file(key_file)


@pytest.mark.fault("key missing")
def test_a_key_file_that_is_missing_or_a_folder_is_refused(tmp_path):
    with pytest.raises(KeyFileMissing):
        read_key_file(tmp_path / "none")
    with pytest.raises(KeyFileDamaged):
        read_key_file(tmp_path)
    with pytest.raises(KeyFileMissing):
        create_key_file(tmp_path / "nowhere" / "key")
