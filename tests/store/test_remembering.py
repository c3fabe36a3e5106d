"""What a writer remembers of the record's end settles nothing: it is held against what stands, each time."""

import pytest

from ihs_store.errors import CommandReused, StoreDamaged, VersionConflict
from ihs_store.port import Command

MAC = b"m" * 32


@pytest.fixture
def both(store, reopened, draft, clock):
    """Two processes' stores that each remember the record's end as it was."""
    other = reopened(clock=clock)
    store.append([draft(1)], command=Command("c1", MAC))
    other.append([draft(2)], command=Command("c2", MAC))
    store.append([draft(3)], command=Command("c3", MAC))
    return store, other


def test_a_writer_goes_on_from_what_another_recorded(both, draft, holds):
    store, other = both

    receipts = [one.append([draft(n)], command=Command(f"c{n}", MAC)) for n, one in enumerate((other, store) * 2, 4)]

    assert [(receipt.first, receipt.versions) for receipt in receipts] == [(n, (("case/k1", n),)) for n in range(4, 8)]
    assert holds(store)


def test_a_version_that_another_writer_took_is_a_conflict(both, draft):
    _, other = both

    with pytest.raises(VersionConflict) as conflict:
        other.append([draft(3)], command=Command("c4", MAC))

    assert conflict.value.current == 3
    assert other.append([draft(4)], command=Command("c4", MAC)).first == 4


def test_a_command_that_another_writer_recorded_gives_its_receipt_again(both, draft):
    store, other = both
    first = store.receipt("c3")

    assert other.append([draft(4)], command=Command("c3", MAC)) == first
    with pytest.raises(CommandReused):
        other.append([draft(4)], command=Command("c3", b"x" * 32))
    assert store.head().position == 3


def test_a_command_of_its_own_gives_its_receipt_again_and_leaves_no_trace(both, draft, holds):
    store, _ = both

    assert store.append([draft(4)], command=Command("c1", MAC)).again
    assert (store.head().position, store.append([draft(4)]).first) == (3, 4)
    assert holds(store)


def test_a_draft_for_a_leaf_that_does_not_stand_there_is_a_conflict(both, draft):
    store, other = both
    [*_, last] = store.stream("case/k1")

    for after in (b"", b"x" * 32):
        with pytest.raises(VersionConflict):
            other.append([draft(4, after=after)])
    assert other.append([draft(4, after=last.leaf)]).leaves == (store.stream("case/k1")[-1].leaf,)


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM records WHERE position = 3", "UPDATE ledger SET frontier = x'000000'"],
    ids=["the last record is gone", "the ledger's row is damaged"],
)
def test_a_record_damaged_under_a_writer_takes_nothing_more(store, draft, tamper, change):
    for n in (1, 2, 3):
        store.append([draft(n)])
    tamper(change)

    with pytest.raises(StoreDamaged):
        store.append([draft(4)])
