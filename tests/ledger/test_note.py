"""Signed notes and checkpoints, held against notes that others published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihs_ledger.checkpoint import Checkpoint, InclusionProof
from ihs_ledger.note import NoteRefused, Signer, VerifierKey
from ihs_ledger.tree import EMPTY_ROOT, Tree, TreeHead

# The key and the note with which Go's own package for signed notes shows what it does.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
SAID = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    f"{SAID}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a():
    import base64

    key = VerifierKey.parse(PETER)
    assert key.signed(NOTE) == SAID
    assert str(key) == PETER
    s = Signer("PeterNeumann", base64.b64decode(PETERS_SECRET)[1:])
    assert s.sign(SAID) == NOTE
