"""The tree, held against the definitions of RFC 6962 written out as they stand there."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihs_ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    TreeDamaged,
    TreeHead,
    is_consistent,
    is_included,
)

# The roots over the first 1 to 8 of the inputs that Certificate Transparency's own tests use.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

leaf_lists = st.integers(1, 70).map(lambda n: [sha256(b"%d" % i).digest() for i in range(n)])


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d):
    if not d:
        return sha256(b"").digest()
    if len(d) == 1:
        return d[0]
    k = split(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m, d, *, b):
    if m == len(d):
        return [] if b else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b=b), mth(d[k:])]
    return [*subproof(m - k, d[k:], b=False), mth(d[:k])]


def head(leaves):
    return Frontier().grown(leaves).head


def test_the_roots_are_those_that_certificate_transparency_published():
    leaves = [sha256(b"\x00" + bytes.fromhex(data)).digest() for data in INPUTS]

    assert [Frontier().grown(leaves[:n]).root.hex() for n in range(1, 9)] == ROOTS


def test_a_tree_without_leaves_has_the_root_of_nothing():
    assert Frontier().head == TreeHead(0, sha256(b"").digest())


@given(leaf_lists, st.data())
def test_growing_in_two_steps_gives_the_root_of_the_definition(leaves, data):
    first = data.draw(st.integers(0, len(leaves)))

    grown = Frontier().grown(leaves[:first]).grown(leaves[first:])

    assert grown.head == TreeHead(len(leaves), mth(leaves))


@given(leaf_lists)
def test_a_frontier_comes_back_from_its_bytes(leaves):
    frontier = Frontier().grown(leaves)

    assert Frontier.from_bytes(frontier.size, frontier.to_bytes()) == frontier


@pytest.mark.parametrize("size, peaks", [(1, b""), (0, b"x" * 32), (3, b"x" * 32), (2, b"x" * 31), (-1, b"")])
def test_bytes_that_fit_no_tree_of_that_size_are_refused(size, peaks):
    with pytest.raises(TreeDamaged):
        Frontier.from_bytes(size, peaks)


@given(leaf_lists, st.data())
def test_an_inclusion_proof_is_the_definitions_and_convinces(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))

    proof = Tree(leaves).inclusion_proof(index)

    assert proof == path(index, leaves)
    assert is_included(leaves[index], index, proof, head(leaves))


@given(leaf_lists, st.data())
def test_an_inclusion_proof_convinces_of_nothing_else(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(-1, len(leaves) + 1).filter(lambda i: i != index))
    proof = Tree(leaves).inclusion_proof(index)
    tree = head(leaves)

    assert not is_included(leaves[index], other, proof, tree)
    assert not is_included(sha256(b"other").digest(), index, proof, tree)
    assert not is_included(leaves[index], index, [*proof, tree.root], tree)
    assert not is_included(leaves[index], index, proof, TreeHead(tree.size, EMPTY_ROOT))
    if proof:
        assert not is_included(leaves[index], index, proof[:-1], tree)


@given(leaf_lists, st.data())
def test_a_consistency_proof_is_the_definitions_and_convinces(leaves, data):
    old = data.draw(st.integers(1, len(leaves)))

    proof = Tree(leaves).consistency_proof(old)

    assert proof == subproof(old, leaves, b=True)
    assert is_consistent(head(leaves[:old]), head(leaves), proof)


@given(leaf_lists, st.data())
def test_a_consistency_proof_convinces_of_nothing_else(leaves, data):
    old = data.draw(st.integers(1, len(leaves)))
    proof = Tree(leaves).consistency_proof(old)
    before, after = head(leaves[:old]), head(leaves)
    changed = TreeHead(before.size, sha256(before.root).digest())

    assert not is_consistent(changed, after, proof)
    assert not is_consistent(before, TreeHead(after.size, sha256(after.root).digest()), proof)
    assert not is_consistent(before, after, [*proof, after.root])
    if proof:
        assert not is_consistent(before, after, proof[:-1])
        assert not is_consistent(after, before, proof)


@given(leaf_lists, st.data())
def test_a_tree_proves_what_it_held_when_it_was_smaller(leaves, data):
    size = data.draw(st.integers(1, len(leaves)))
    tree = Tree(leaves)

    assert tree.head(size) == head(leaves[:size])
    assert tree.inclusion_proof(size - 1, size) == path(size - 1, leaves[:size])
    assert tree.consistency_proof(1, size) == subproof(1, leaves[:size], b=True)


@given(leaf_lists)
def test_every_tree_goes_on_from_the_empty_one(leaves):
    assert Tree(leaves).consistency_proof(0) == []
    assert is_consistent(TreeHead(0, EMPTY_ROOT), head(leaves), [])
    assert not is_consistent(TreeHead(0, head(leaves).root), head(leaves), [])


def test_a_proof_too_short_for_the_stated_size_convinces_of_nothing():
    one, two = sha256(b"1").digest(), sha256(b"2").digest()

    assert not is_included(one, 0, [], TreeHead(2, one))
    assert not is_consistent(TreeHead(1, one), TreeHead(3, mth([one, two])), [two])


def test_there_is_no_proof_of_what_the_tree_does_not_hold():
    leaves = [sha256(b"a").digest()]

    with pytest.raises(IndexError):
        Tree(leaves).inclusion_proof(1)
    with pytest.raises(IndexError):
        Tree(leaves).inclusion_proof(-1)
    with pytest.raises(IndexError):
        Tree(leaves).consistency_proof(2)
