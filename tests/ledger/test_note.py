"""Signed notes, checkpoints and proofs as text, held against what others published."""

from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihs_ledger.checkpoint import Checkpoint, InclusionProof
from ihs_ledger.note import NoteRefused, Signer, VerifierKey, key_name
from ihs_ledger.tree import EMPTY_ROOT, Tree, TreeHead

# The key and the note by which Go's package golang.org/x/mod/sumdb/note shows what it does.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
SAID = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    f"{SAID}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer("ihs/store", b"s" * 32)
LEAVES = [sha256(bytes([n])).digest() for n in range(7)]


def test_a_note_that_go_signed_is_read_and_written_to_the_byte():
    key = VerifierKey.parse(PETER)

    assert key.signed(NOTE) == SAID
    assert Signer("PeterNeumann", PETERS_SEED).sign(SAID) == NOTE
    assert Signer("PeterNeumann", PETERS_SEED).key == key
    assert str(key) == PETER


def test_a_key_id_is_the_start_of_the_digest_that_the_specification_gives():
    key = SIGNER.key

    assert key.id == sha256(b"ihs/store\n\x01" + key.public).digest()[:4]


def test_signatures_by_keys_that_are_not_known_are_passed_over():
    witnessed = NOTE + Signer("witness", b"w" * 32).sign("x\n").rpartition("\n\n")[2]

    assert VerifierKey.parse(PETER).signed(witnessed) == SAID


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("answer", "question"),
        NOTE.replace("x08go/Z", "x08go/Y"),
        NOTE.replace("PeterNeumann", "PeterOldmann"),
        NOTE.replace("\n\n", "\n"),
        NOTE[:-1],
        NOTE.replace("— ", "- "),
        NOTE + "more\n",
        f"{NOTE}\x00",
        "",
    ],
)
def test_a_note_that_is_not_signed_by_the_key_is_refused(note):
    with pytest.raises(NoteRefused):
        VerifierKey.parse(PETER).signed(note)


@given(at=st.integers(0, len(NOTE.encode()) - 1), bit=st.integers(0, 7))
def test_a_note_with_any_bit_flipped_is_refused(at, bit):
    flipped = bytearray(NOTE.encode())
    flipped[at] ^= 1 << bit

    with pytest.raises(NoteRefused):
        VerifierKey.parse(PETER).signed(flipped.decode(errors="replace"))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("+ARpc", "+AhpC"),
        f"a {PETER}",
        PETER[:-4],
    ],
)
def test_what_is_no_verifier_key_is_refused(key):
    with pytest.raises(NoteRefused):
        VerifierKey.parse(key)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b"])
def test_a_name_that_no_key_may_have_is_refused(name):
    with pytest.raises(NoteRefused):
        key_name(name)


def test_a_signer_does_not_show_its_seed():
    assert repr(SIGNER) == "Signer(ihs/store)"


# Checkpoints


def test_a_checkpoint_reads_as_the_specification_has_it():
    note = Checkpoint("ihs/store", TreeHead(0, EMPTY_ROOT)).signed_by(SIGNER)

    assert note.startswith("ihs/store\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— ihs/store ")
    assert Checkpoint.opened(note, SIGNER.key) == Checkpoint("ihs/store", TreeHead(0, EMPTY_ROOT))


def test_lines_that_a_later_version_adds_are_passed_over():
    note = SIGNER.sign("ihs/store\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n")

    assert Checkpoint.opened(note, SIGNER.key).head == TreeHead(0, EMPTY_ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "ihs/store\n0\n",
        "ihs/store\n00\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "ihs/store\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "ihs/store\n0\n47DEQpj8\n",
        "ihs/store\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "ihs/other\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    ],
)
def test_a_signed_note_that_is_no_checkpoint_of_its_signer_is_refused(text):
    with pytest.raises(NoteRefused):
        Checkpoint.opened(SIGNER.sign(text), SIGNER.key)


# Proofs


@given(st.data())
def test_a_proof_as_text_comes_back_and_shows_its_leaf_and_no_other(data):
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    tree = Tree(LEAVES)
    checkpoint = Checkpoint("ihs/store", tree.head(size)).signed_by(SIGNER)
    proof = InclusionProof(index, tuple(tree.inclusion_proof(index, size)), checkpoint)

    assert InclusionProof.parse(str(proof)) == proof
    assert proof.shows(LEAVES[index], SIGNER.key)
    assert not proof.shows(LEAVES[index - 1] if index else b"x" * 32, SIGNER.key)


def test_a_proof_reads_as_the_specification_has_it():
    one, two = LEAVES[:2]
    checkpoint = Checkpoint("ihs/store", Tree([one, two]).head()).signed_by(SIGNER)

    lines = str(InclusionProof(0, (two,), checkpoint)).split("\n")

    assert lines[:5] == ["c2sp.org/tlog-proof@v1", "index 0", lines[2], "", "ihs/store"]
    assert b64decode(lines[2]) == two


def test_extra_data_in_a_proof_is_passed_over():
    text = f"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 5\n\n{NOTE}"

    assert InclusionProof.parse(text) == InclusionProof(5, (), NOTE)


@pytest.mark.parametrize("text", ["", "c2sp.org/tlog-proof@v2\nindex 1\n\n", "c2sp.org/tlog-proof@v1\nindex 01\n\n"])
def test_what_is_no_proof_is_refused(text):
    with pytest.raises(NoteRefused):
        InclusionProof.parse(text)
