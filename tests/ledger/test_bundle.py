"""A bundle shows a stranger what it says, and nothing that was altered passes for it."""

import json
from hashlib import sha256

import pytest
from examples import some
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ihs_ledger.bundle import BundleRefused, Withheld, check, export
from ihs_ledger.checkpoint import Checkpoint, InclusionProof
from ihs_ledger.note import NoteRefused, Signer
from ihs_ledger.tables import SQLiteTables
from ihs_ledger.tree import Tree, TreeHead
from ihs_ledger.verify import verify

SIGNER = Signer("ihs/store", b"s" * 32)
KEY = SIGNER.key
ALL = Withheld()


def sign(head):
    return Checkpoint(SIGNER.name, head).signed_by(SIGNER)


def bundle(store, stream="case/b", position=None, withheld=ALL, since=None):
    with SQLiteTables(store.path) as tables:
        return export(tables, stream, position, sign, withheld, since)


@pytest.fixture(scope="session")
def whole(kept_store):
    """A bundle of one case: records of several commands, sealed parts, and one part emptied by order."""
    return bundle(kept_store)


def test_a_case_is_shown_with_all_that_is_on_record_of_it(kept_store, whole):
    shown = check(whole, KEY)

    assert (shown.kind, shown.positions) == ("live", (3, 4, 5, 7, 8))
    assert shown.checkpoint.head == verify(kept_store.path).tree
    assert shown.withheld == 1  # the open part that was emptied


def test_one_record_is_shown_alone(kept_store):
    assert check(bundle(kept_store, None, 2), KEY).positions == (2,)


@pytest.mark.parametrize("position", range(1, 12))
def test_any_record_is_shown_whole_or_with_its_parts_withheld(kept_store, position):
    whole = check(bundle(kept_store, None, position), KEY)
    closed = bundle(kept_store, None, position, Withheld(sealed=True, open_at=(position,)))

    assert check(closed, KEY).checkpoint == whole.checkpoint
    assert "salt" not in closed
    assert "content" not in closed


def test_what_is_withheld_cannot_be_guessed_from_its_digest(kept_store):
    [record] = json.loads(bundle(kept_store, None, 1, Withheld(open_at=(1,))))["records"]
    [(salted,)] = kept_store.all("SELECT open FROM records WHERE position = 1")

    assert record["open"].keys() == {"digest"}
    assert salted[:16].hex() not in json.dumps(record)


def test_the_proof_in_a_bundle_with_the_checkpoint_behind_it_is_a_proof_for_anyone(kept_store, whole):
    said = json.loads(whole)
    [(leaf,)] = kept_store.all("SELECT leaf FROM records WHERE position = 3")

    text = "\n".join((*said["records"][0]["proof"], "", said["checkpoint"]))

    assert InclusionProof.parse(text).shows(leaf, KEY)


def leaves_of(value, path=()):
    """Every place in a bundle's JSON that holds text, a number or nothing."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves_of(inner, (*path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves_of(inner, (*path, at))
    else:
        yield path


def altered(said, path, value):
    said = json.loads(json.dumps(said))
    at = said
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(said)


def other(value):
    match value:
        case int():
            return value + 1
        case None:
            return "x"
        case str():
            return value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"


def test_whatever_is_altered_in_a_bundle_is_refused(whole):
    said = json.loads(whole)

    passed = [path for path in leaves_of(said) if accepts(altered(said, path, other(at(said, path))))]

    assert passed == []


def at(said, path):
    for step in path:
        said = said[step]
    return said


def accepts(text):
    try:
        check(text, KEY)
    except (BundleRefused, NoteRefused):
        return False
    return True


@settings(max_examples=some(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_left_out_of_a_bundle_or_of_another_kind_is_refused_and_stops_nothing(whole, data):
    said = json.loads(whole)
    path = data.draw(st.sampled_from([*leaves_of(said)]))
    value = data.draw(st.sampled_from([None, [], {}, 0, -1, 1.5, True, "", "x", "00", [[]], {"digest": "00"}]))

    assert value == at(said, path) or not accepts(altered(said, path, value))


@pytest.mark.parametrize(
    "text", ["", "[" * 100_000, "[]", "{}", "1", "null", '{"bundle": "ihs-bundle/2"}', '{"bundle": "ihs-bundle/1"}']
)
def test_what_is_no_bundle_is_refused(text):
    with pytest.raises(BundleRefused):
        check(text, KEY)


def test_a_bundle_by_another_key_is_refused(whole):
    with pytest.raises(NoteRefused):
        check(whole, Signer(SIGNER.name, b"t" * 32).key)


def test_a_record_shown_twice_or_out_of_its_chain_is_refused(whole):
    said = json.loads(whole)
    said["records"].append(said["records"][0])

    with pytest.raises(BundleRefused, match="twice"):
        check(json.dumps(said), KEY)


def test_records_of_one_stream_that_do_not_follow_each_other_are_refused(store):
    store.rebuild(chain=False)
    said = json.loads(bundle(store))
    for record in said["records"]:
        record["previous"] = ""  # what each leaf was made of: it fits, and so does its proof

    with pytest.raises(BundleRefused, match="position 4 does not follow"):
        check(json.dumps(said), KEY)


def test_parts_that_never_were_are_not_shown_as_withheld(kept_store):
    said = json.loads(bundle(kept_store, None, 1))
    assert said["records"][0]["sealed"] == []

    assert not accepts(altered(said, ("records", 0, "sealed"), {"digest": ""}))


def test_a_record_that_stands_elsewhere_in_the_tree_than_it_says_is_refused(kept_store):
    first, second, *rest = (leaf for (leaf,) in kept_store.all("SELECT leaf FROM records ORDER BY position"))
    swapped = Tree([second, first, *rest])
    said = json.loads(bundle(kept_store, None, 2))

    said["checkpoint"] = sign(swapped.head())
    said["records"][0]["proof"] = [*InclusionProof(0, tuple(swapped.inclusion_proof(0)), "").lines]

    with pytest.raises(BundleRefused, match="position 2 is not the one"):
        check(json.dumps(said), KEY)


def test_a_record_that_does_not_exist_is_not_bundled(kept_store):
    for stream, position in (("case/none", None), (None, 99)):
        with pytest.raises(BundleRefused, match="no such record"):
            bundle(kept_store, stream, position)


def test_nothing_is_signed_over_records_that_disagree_with_the_ledger(store):
    store.do("UPDATE records SET leaf = zeroblob(32) WHERE position = 9")

    with pytest.raises(BundleRefused, match="verify the store"):
        bundle(store)


# Whole, and nothing besides


def cut(said, *left_out):
    """A bundle without the records at these places of it: a negative one counts from the end."""
    said = json.loads(said)
    for at_ in sorted(left_out, reverse=True):
        del said["records"][at_]
    return json.dumps(said)


@pytest.mark.parametrize(
    "left_out, why",
    [
        ((1,), "version 2 .* before the record at position 5"),
        ((1, 2), "versions 2 to 3 .* before the record at position 7"),
        ((0,), "version 1 .* before the record at position 4"),
        ((0, 1, 2), "versions 1 to 3 .* before the record at position 7"),
    ],
)
def test_a_record_cut_out_of_a_bundle_is_named_by_where_it_is_missing(whole, left_out, why):
    with pytest.raises(BundleRefused, match=f"^{why}: "):
        check(cut(whole, *left_out), KEY)


def test_a_case_is_whole_up_to_its_end_whatever_of_it_is_withheld(kept_store, whole):
    closed = bundle(kept_store, withheld=Withheld(sealed=True, open_at=(3, 4, 5, 7, 8)))

    assert check(whole, KEY).is_whole
    assert check(closed, KEY).is_whole
    assert check(cut(whole, -1), KEY).is_whole  # up to an end before: of what came later a bundle shows nothing


def test_one_record_alone_is_whole_where_it_is_the_first(kept_store, whole):
    assert check(bundle(kept_store, None, 3), KEY).is_whole
    assert not check(bundle(kept_store, None, 5), KEY).is_whole


def test_records_in_another_order_are_still_whole(whole):
    said = json.loads(whole)
    said["records"].reverse()

    assert check(json.dumps(said), KEY).is_whole


def test_a_bundle_of_no_records_holds_nothing(whole):
    with pytest.raises(BundleRefused, match="shows no record"):
        check(cut(whole, 0, 1, 2, 3, 4), KEY)


def objects_of(value, path=()):
    """Every place in a bundle's JSON that holds names with values."""
    if isinstance(value, dict):
        yield path
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, (dict, list)):
            yield from objects_of(inner, (*path, step))


def test_a_name_that_no_bundle_has_is_refused_wherever_it_stands(kept_store, whole):
    goes_on = bundle(kept_store, since=sign(TreeHead(0, sha256().digest())))
    closed = bundle(kept_store, withheld=Withheld(sealed=True, open_at=(3,)))
    asked = [(json.loads(text), path) for text in (goes_on, closed) for path in objects_of(json.loads(text))]

    passed = [path for said, path in asked if accepts(altered(said, (*path, "extra"), 1))]

    assert accepts(goes_on)
    assert {("since",), (), ("records", 0)} <= {path for _, path in asked}
    assert passed == []


def test_a_name_that_stands_twice_is_refused(whole):
    twice = whole.replace('"records": [', '"kind": "live",\n "records": [', 1)

    with pytest.raises(BundleRefused, match="in another form"):
        check(twice, KEY)


@pytest.mark.parametrize(
    "path, said_otherwise",
    [
        (("proof",), lambda lines: [lines[0], "extra dW5wcm92ZW4=", *lines[1:]]),
        (("checks",), str.upper),
        (("checks",), lambda text: f"{text[:2]} {text[2:]}"),
        (("sealed",), lambda _: ""),
        (("keys",), lambda _: ""),
    ],
)
def test_what_a_record_says_is_said_in_one_form_alone(kept_store, path, said_otherwise):
    said = json.loads(bundle(kept_store, None, 1))
    where = ("records", 0, *path)

    assert not accepts(altered(said, where, said_otherwise(at(said, where))))


# Going on from an earlier checkpoint


@pytest.mark.parametrize("size", [0, 1, 4, 11])
def test_a_bundle_goes_on_from_a_checkpoint_that_its_reader_kept(kept_store, size):
    leaves = [leaf for (leaf,) in kept_store.all("SELECT leaf FROM records ORDER BY position")]
    mine = sign(Tree(leaves).head(size))

    shown = check(bundle(kept_store, since=mine), KEY, mine)

    assert shown.since.head.size == size


def test_a_bundle_that_does_not_go_on_from_it_is_refused(kept_store, whole):
    rewritten = sign(TreeHead(4, b"x" * 32))
    other_checkpoint = sign(TreeHead(3, b"x" * 32))

    with pytest.raises(BundleRefused, match="rewritten"):
        check(bundle(kept_store, since=rewritten), KEY, rewritten)
    with pytest.raises(BundleRefused, match="another checkpoint than yours"):
        check(bundle(kept_store, since=rewritten), KEY, other_checkpoint)
    with pytest.raises(BundleRefused, match="does not go on"):
        check(whole, KEY, rewritten)
    with pytest.raises(BundleRefused, match="more records than there are"):
        bundle(kept_store, since=sign(TreeHead(99, b"x" * 32)))
