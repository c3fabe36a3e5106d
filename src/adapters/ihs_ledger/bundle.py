"""Bundles: some records with their proofs, to be checked by a stranger who has neither the store nor its keys."""

import json
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from ihs_ledger import layout
from ihs_ledger.bundle_form import misshapen, read
from ihs_ledger.chain import Link, broken
from ihs_ledger.checkpoint import Checkpoint, InclusionProof
from ihs_ledger.layout import HEADER, SALT_SIZE, Key, Stored
from ihs_ledger.note import NoteRefused, VerifierKey, decoded
from ihs_ledger.tables import Tables
from ihs_ledger.tree import Frontier, Tree, TreeDamaged, TreeHead, is_consistent

VERSION: Final = "ihs-bundle/1"


class BundleRefused(ValueError):
    """What is offered as a bundle is not one, or does not show what it says it shows."""


class Withheld(NamedTuple):
    """Which parts stay out of a bundle: all sealed parts, and the open parts at these positions."""

    sealed: bool = False
    open_at: Collection[int] = ()


class Shown(NamedTuple):
    """What a bundle showed: records at positions, of a store of this kind, as of a checkpoint.

    *withheld* counts the parts that are shown by their digests alone; *since* is the earlier checkpoint that the
    bundle's own was shown to go on from. It *is_whole* where no record is left out before the last one of it: all but
    a bundle of one record that is not the first of its stream.
    """

    kind: str
    checkpoint: Checkpoint
    positions: tuple[int, ...]
    withheld: int
    since: Checkpoint | None
    is_whole: bool


Sign = Callable[[TreeHead], str]


def export(
    tables: Tables, stream: str | None, position: int | None, sign: Sign, withheld: Withheld, since: str | None = None
) -> str:
    """Bundle a stream's records, or the record at a position, with proofs that lead to a checkpoint of now.

    BundleRefused where there is no such record, or something is to be withheld that would not be in the bundle;
    *since* is an earlier checkpoint to go on from.
    """
    with tables.moment():
        rows = tables.some(stream, position)
        tree, kind = Tree(tables.leaves()), dict(tables.meta())[b"kind"].decode()
        _must_agree(tables, tree)
        records = [_record(tables, row, tree, withheld) for row in rows]
    if not records:
        raise BundleRefused("there is no such record to bundle")
    _must_be_among(rows, withheld.open_at)
    said: dict[str, Any] = {"bundle": VERSION, "kind": kind, "checkpoint": sign(tree.head()), "records": records}
    if since is not None:
        said["since"] = {"checkpoint": since, "proof": _consistency(tree, since)}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def _must_be_among(rows: Iterable[Stored], named: Collection[int]) -> None:
    """Whoever misnames what is to be withheld would hand it out."""
    strange = sorted({*named} - {row.position for row in rows})
    if strange:
        which = ", ".join(map(str, strange))
        raise BundleRefused(f"to be withheld, and not in the bundle: {which}; name positions, not versions, of its own")


def _must_agree(tables: Tables, tree: Tree) -> None:
    """Nothing is signed that the ledger does not state."""
    stated = [(size, frontier) for _, size, frontier in tables.ledger()]
    try:
        heads = [Frontier.from_bytes(size, frontier).head for size, frontier in stated]
    except TreeDamaged:
        heads = []
    if heads != [tree.head()]:
        raise BundleRefused("the records and the ledger disagree: verify the store")


def _consistency(tree: Tree, since: str) -> list[str]:
    size = Checkpoint.opened(since, None).head.size
    try:
        return [b64encode(one).decode() for one in tree.consistency_proof(size)]
    except IndexError:
        raise BundleRefused("the earlier checkpoint states more records than there are: verify the store") from None


def _record(tables: Tables, row: Stored, tree: Tree, withheld: Withheld) -> dict[str, Any]:
    said: dict[str, Any] = {column: _told(value) for column, value in zip(HEADER, row, strict=False)}
    said |= {column: _hex(getattr(row, column)) for column in ("asked", "checks")}
    said["previous"] = _hex(tables.previous(row.stream, row.version))
    made = tables.made(row.position, row.position)
    said["keys"] = [{"id": id_.decode(), "commitment": _hex(commitment)} for id_, commitment, _ in made]
    said["open"] = _open(row, shown=row.position not in withheld.open_at)
    said["sealed"] = _sealed(row.sealed, shown=not withheld.sealed)
    index = row.position - 1
    said["proof"] = [*InclusionProof(index, tuple(tree.inclusion_proof(index)), "").lines]
    return said


def _told(value: object) -> object:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _open(row: Stored, *, shown: bool) -> dict[str, Any] | None:
    if row.open is None or not shown:
        digest = layout.opened(row.emptied, row.open)
        return None if digest is None else {"digest": digest.hex()}
    salt, content = row.open[:SALT_SIZE], row.open[SALT_SIZE:]
    return {"salt": salt.hex(), "content": b64encode(content).decode(), "reads": content.decode(errors="replace")}


def _sealed(data: bytes, *, shown: bool) -> list[dict[str, str]] | dict[str, str]:
    if data and not shown:
        return {"digest": layout.closed(data).hex()}
    pieces = layout.sealed_pieces(data)
    return [{"key": key.decode(), "content": b64encode(content).decode()} for key, content in pieces]


def check(bundle: str, key: VerifierKey, since: str | None = None) -> Shown:
    """Check a bundle with nothing but the key that its store hands out; BundleRefused or NoteRefused.

    *since* is a checkpoint that the reader kept, which the bundle must go on from.
    """
    try:
        said = read(bundle)
        if said["bundle"] != VERSION:
            raise BundleRefused("this is no bundle that this version can read")
        checkpoint = Checkpoint.opened(said["checkpoint"], key)
        leaves = [_shown(record, said["kind"], checkpoint.head, said["checkpoint"]) for record in said["records"]]
        _must_say_no_more(said)
        earlier = _since(said, checkpoint.head, key, since)
        return _whole(said, checkpoint, leaves, earlier)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError) as error:
        if isinstance(error, (BundleRefused, NoteRefused)):
            raise
        raise BundleRefused("this is no bundle: it lacks what a bundle says, or says it in another form") from None


def _must_say_no_more(said: Mapping[str, Any]) -> None:
    """What no leaf was made of nothing proves: a reader would take it for proven."""
    where = misshapen(said)
    if where is not None:
        raise BundleRefused(f"{where} has other names than a bundle's, and nothing proves those: have it exported anew")


def _whole(said: Mapping[str, Any], checkpoint: Checkpoint, leaves: Sequence[bytes], since: Checkpoint | None) -> Shown:
    """What was shown, once no record is left out of it; BundleRefused where one is, or there is none."""
    records = said["records"]
    if not records:
        raise BundleRefused("the bundle shows no record, and so nothing: have it exported anew")
    _must_be_a_chain(records, leaves)
    positions, withheld = tuple(r["position"] for r in records), sum(map(_digests, records))
    is_whole = len(records) > 1 or records[0]["version"] == 1
    return Shown(said["kind"], checkpoint, positions, withheld, since, is_whole)


def held_against(found: Shown, kept: Iterable[TreeHead]) -> TreeHead:
    """The largest head kept outside that a checked bundle comes by; BundleRefused if it departs from one, or has none.

    Its own checkpoint is of the moment it was made, and so rarely one that was kept: it is exported with `since`.
    """
    heads = {*kept}
    stated = {one.head for one in (found.checkpoint, found.since) if one is not None}
    for mine in stated:
        if any(head.size == mine.size and head != mine for head in heads):
            why = f"another checkpoint of {mine.size} records is kept outside: the history in this bundle was rewritten"
            raise BundleRefused(why)
    if not stated & heads:
        raise BundleRefused("the bundle comes by no checkpoint that is kept outside: have it exported since one")
    return max(stated & heads, key=_size)


def _size(head: TreeHead) -> int:
    return head.size


def _shown(record: Mapping[str, Any], kind: str, head: TreeHead, checkpoint: str) -> bytes:
    """A record's leaf, recomputed from what the bundle shows of it, once its proof leads to the checkpoint."""
    where = record["position"]
    tag, opened, previous = layout.TAGS[kind.encode()], record["open"], _unhex(record["previous"])
    c_open = None if opened is None else _open_digest(opened)
    leaf = layout.leaf(tag, _row(record), c_open, _sealed_digest(record["sealed"]), _made(record), previous)
    proof = InclusionProof.parse("\n".join((*record["proof"], "", "")) + checkpoint)
    if [*proof.lines] != record["proof"]:
        raise BundleRefused(f"the proof of the record at position {where} says more than a proof does")
    if proof.leaf_index != where - 1 or not proof.leads(leaf, head):
        raise BundleRefused(f"the record at position {where} is not the one that the checkpoint covers")
    return leaf


def _row(record: Mapping[str, Any]) -> Stored:
    header = {column: _encoded(record[column]) for column in HEADER} | {"asked": _unhex_or_none(record["asked"])}
    return Stored(**header, leaf=b"", checks=_unhex(record["checks"]), emptied=None, open=None, sealed=b"")


def _open_digest(opened: Mapping[str, str]) -> bytes:
    if "digest" in opened:
        return _unhex(opened["digest"])
    salt, content = _unhex(opened["salt"]), decoded(opened["content"])
    if content.decode(errors="replace") != opened["reads"]:
        raise BundleRefused("an open part does not read as the bundle says it does")
    return sha256(salt + content).digest()


def _sealed_digest(sealed: Any) -> bytes:
    if isinstance(sealed, dict):
        if not sealed["digest"]:
            raise BundleRefused("sealed parts are withheld, and their digest is not said")
        return _unhex(sealed["digest"])
    pieces = (piece for part in sealed for piece in (part["key"].encode(), decoded(part["content"])))
    return layout.closed(layout.joined(pieces))


def _made(record: Mapping[str, Any]) -> bytes | None:
    keys = (Key(one["id"].encode(), _unhex(one["commitment"]), record["position"]) for one in record["keys"])
    return layout.keys_field(sorted(keys))


def _must_be_a_chain(records: Sequence[Mapping[str, Any]], leaves: Sequence[bytes]) -> None:
    why = broken(
        Link(r["stream"], r["version"], r["position"], _unhex(r["previous"]), leaf)
        for r, leaf in zip(records, leaves, strict=True)
    )
    if why is not None:
        raise BundleRefused(why)


def _since(said: Mapping[str, Any], head: TreeHead, key: VerifierKey, mine: str | None) -> Checkpoint | None:
    if "since" not in said:
        if mine is not None:
            raise BundleRefused("the bundle does not go on from an earlier checkpoint: have it exported with yours")
        return None
    note = said["since"]["checkpoint"]
    earlier = Checkpoint.opened(note, key)
    if mine is not None and Checkpoint.opened(mine, key) != earlier:
        raise BundleRefused("the bundle goes on from another checkpoint than yours: have it exported with yours")
    if not is_consistent(earlier.head, head, [decoded(one) for one in said["since"]["proof"]]):
        raise BundleRefused("the history in this bundle does not go on from the earlier checkpoint: it was rewritten")
    return earlier


def _digests(record: Mapping[str, Any]) -> int:
    return sum("digest" in said for said in (record["open"] or {}, record["sealed"]))


def _encoded(value: object) -> Any:
    return value.encode() if isinstance(value, str) else value


def _unhex(text: str) -> bytes:
    """The bytes of hex in its one form, without spaces or capitals."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise ValueError("what should be hex is not in its one form")
    return found


def _unhex_or_none(text: str | None) -> bytes | None:
    return None if text is None else _unhex(text)
