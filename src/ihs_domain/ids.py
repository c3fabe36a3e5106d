"""Ids: which fields of an event name a thing or an entry of the case, and which bring one in, as their types say."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin, get_type_hints

import attrs

from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History, going_on
from ihs_domain.once import once_per_class
from ihs_domain.terms import CASE_IDS, ActorId, Amendment, Doer, Expunged, Introduced, PartId, Version


class Mention(NamedTuple):
    """One id in one event: what kind of thing it names, and whether the event brings it into the case."""

    kind: str
    id: str
    introduces: bool


Finder = Callable[[Any], Sequence[Mention]]


def mentions(event: Any) -> Sequence[Mention]:
    """Every id of a thing of the case that *event* names."""
    found: list[Mention] = []
    for name, find in _fields(type(event)):
        value = getattr(event, name)
        if value is not None:
            found += find(value)
    return found


@once_per_class
def _fields(cls: type[Any]) -> tuple[tuple[str, Finder], ...]:
    hints = get_type_hints(cls, include_extras=True)
    found = ((a.name, _finder(hints[a.name], introduces=False)) for a in attrs.fields(cls))
    return tuple((name, find) for name, find in found if find is not None)


def _finder(hint: Any, *, introduces: bool) -> Finder | None:  # noqa: PLR0911 - one line for each shape a hint can have
    if hint in CASE_IDS:
        return _one(CASE_IDS[hint], introduces=introduces)
    if attrs.has(hint):
        return mentions if _fields(hint) else None
    arguments = get_args(hint)
    if get_origin(hint) is Annotated:
        return _finder(arguments[0], introduces=any(isinstance(mark, Introduced) for mark in hint.__metadata__))
    inner = [_finder(argument, introduces=introduces) for argument in arguments]
    if not any(inner):
        return None
    if isinstance(get_origin(hint), type) and issubclass(get_origin(hint), Mapping):
        return _each_key(inner[0])
    if isinstance(get_origin(hint), type) and issubclass(get_origin(hint), Collection):
        return _each(inner[0])
    return next(find for find in inner if find)


def _one(kind: str, *, introduces: bool) -> Finder:
    return lambda value: (Mention(kind, value, introduces),)


def _each(find: Finder | None) -> Finder:
    return lambda values: [mention for value in sorted(values, key=str) for mention in (find(value) if find else ())]


_each_key = _each


def entries_named(event: Any) -> Iterator[int]:
    """The versions of the entries that *event* names, and for a correction those that its event would name."""
    yield from (version for name in _versions(type(event)) if (version := getattr(event, name)) is not None)
    if isinstance(event, Amendment) and hasattr(event, "instead"):
        yield from entries_named(event.instead)


def renumbered(event: Any, number: Mapping[int, int]) -> Any:
    """*event* with every version it names as *number* has it; 0, which names nothing, for one that is not there."""
    named: dict[str, Any] = {
        name: number.get(version, 0) for name in _versions(type(event)) if (version := getattr(event, name)) is not None
    }
    if isinstance(event, Amendment) and hasattr(event, "instead"):
        named["instead"] = renumbered(event.instead, number)
    return attrs.evolve(event, **named) if named else event


def parts_named(event: Any) -> Iterator[str]:
    """What *event* says it is about by the id of a part alone, whatever kind of thing that is."""
    yield from (part for name in _parts(type(event)) if (part := getattr(event, name)))
    if isinstance(event, Amendment) and hasattr(event, "instead"):
        yield from parts_named(event.instead)


@once_per_class
def _versions(cls: type[Any]) -> tuple[str, ...]:
    return _of_type(cls, Version)


@once_per_class
def _parts(cls: type[Any]) -> tuple[str, ...]:
    return _of_type(cls, PartId)


def _of_type(cls: type[Any], kind: Any) -> tuple[str, ...]:
    """The fields of a class that hold one of a *kind*, or none."""
    hints = get_type_hints(cls)
    return tuple(a.name for a in attrs.fields(cls) if hints[a.name] is kind or kind in get_args(hints[a.name]))


NOBODY: Final[frozenset[ActorId]] = frozenset()


def doers(event: Any) -> frozenset[ActorId]:
    """Those whom *event* itself says did what it tells of, besides whoever recorded it."""
    names, reported = _named_doers(type(event)), getattr(event, "reported", None)
    if not names and reported is None:  # asked of every entry that is folded
        return NOBODY
    named = (getattr(event, name) for name in names)
    return frozenset(who for who in (*named, reported and reported.by) if who is not None)


@once_per_class
def _named_doers(cls: type[Any]) -> tuple[str, ...]:
    if not attrs.has(cls):  # a fold takes anything, and passes over what it does not know
        return ()
    hints = get_type_hints(cls, include_extras=True)
    return tuple(a.name for a in attrs.fields(cls) if _names_a_doer(hints[a.name]))


def _names_a_doer(hint: Any) -> bool:
    marked = any(isinstance(mark, Doer) for mark in getattr(hint, "__metadata__", ()))
    return marked or any(_names_a_doer(inner) for inner in get_args(hint))


def ids_are_known(history: History, proposed: Entry[Any]) -> list[Objection]:
    """What speaks against the ids of *proposed*, held against the whole record of its case's *history*.

    A new id must be new (a person may come again; a correction may keep the ids of what it corrects), any other must
    have been brought in by some entry, corrected or not, or expunged since.
    """
    known = history.once(_on_record)
    taken = brought_in(_others(history.record, proposed.event)) if isinstance(proposed.event, Amendment) else known
    said = said_in(proposed.event)
    if own := {(m.kind, m.id) for m in said if m.introduces}:
        known = known | own
    unfit = [m for m in said if not _fits(m, taken, known)]
    if unfit and (outlived := _outlived(history.record)):
        known = known | outlived
        unfit = [m for m in unfit if not _fits(m, taken, known)]
    return list(dict.fromkeys(_objection(m, known) for m in unfit))


def ids_are_kept(record: Iterable[Entry[Any]], standing: Iterable[Entry[Any]], proposed: Entry[Any]) -> list[Objection]:
    """What speaks against a correction that drops an id which other *standing* entries name."""
    said = proposed.event
    if not isinstance(said, Amendment) or not hasattr(said, "instead"):
        return []
    act = act_of(said, {e.version: e for e in record})
    now = next((e.event for e in standing if e.version == act), None)
    if now is None:
        return []
    keeps = {(m.kind, m.id) for m in mentions(said.instead) if m.introduces}
    dropped = {(m.kind, m.id) for m in mentions(now) if m.introduces} - keeps
    named = {(m.kind, m.id) for e in standing if e.version != act for m in mentions(e.event)}
    remedy = "keep the id, or correct those entries first"
    return [Objection(f"other entries name this {kind}", remedy, (id_,)) for kind, id_ in sorted(dropped & named)]


def brought_in(entries: Iterable[Entry[Any]]) -> set[tuple[str, str]]:
    """The ids that *entries* brought into their case, corrected or not, each with its kind."""
    bringing = (e.event for e in entries if isinstance(e.event, Amendment) or _brings_in(type(e.event)))
    return {(m.kind, m.id) for event in bringing for m in said_in(event) if m.introduces}


@once_per_class
def _brings_in(cls: type[Any]) -> bool:
    """Whether events of a class may bring anything in: most name only what is there."""
    hints = get_type_hints(cls, include_extras=True)
    return any(_introduces(hints[a.name]) for a in attrs.fields(cls))


def _introduces(hint: Any) -> bool:
    if isinstance(hint, type) and attrs.has(hint):
        return _brings_in(hint)
    marked = any(isinstance(mark, Introduced) for mark in getattr(hint, "__metadata__", ()))
    return marked or any(map(_introduces, get_args(hint)))


def _outlived(record: Sequence[Entry[Any]]) -> set[tuple[str, str]]:
    """The ids that a *record* of which something was expunged still names: that may have brought in any of them."""
    if not any(isinstance(e.event, Expunged) for e in record):
        return set()
    return {(m.kind, m.id) for e in record for m in said_in(e.event)}


def _and_brought_in(known: set[tuple[str, str]], entry: Entry[Any]) -> set[tuple[str, str]]:
    brought = brought_in([entry])
    return known | brought if brought else known


@going_on(_and_brought_in)
def _on_record(history: History) -> set[tuple[str, str]]:
    return brought_in(history.record)


def _others(record: Sequence[Entry[Any]], amendment: Amendment) -> Iterator[Entry[Any]]:
    """The entries but for the act that *amendment* is about, and what was said of that act before."""
    by_version = {e.version: e for e in record}
    act = act_of(amendment, by_version)
    return (e for e in record if act not in {e.version, act_of(e.event, by_version)})


def act_of(event: Any, by_version: Mapping[int, Entry[Any]]) -> int:
    """The version of the act that an amendment, or a chain of them, is about; 0 for any other event."""
    about = 0
    while isinstance(event, Amendment) and event.entry in by_version and (not about or event.entry < about):
        about = event.entry
        event = by_version[about].event
    return about


def said_in(event: Any) -> Sequence[Mention]:
    """Every id that *event* names, and for a correction those that its event would name."""
    if isinstance(event, Amendment) and hasattr(event, "instead"):
        return [*mentions(event), *mentions(event.instead)]
    return mentions(event)


def may_come_again(kind: str) -> bool:
    """Whether a thing of this kind may be brought into its case a second time: a person may."""
    return kind == "person"


def _fits(mention: Mention, taken: set[tuple[str, str]], known: set[tuple[str, str]]) -> bool:
    key = (mention.kind, mention.id)
    if mention.introduces:
        return may_come_again(mention.kind) or key not in taken
    return key in known


def _objection(mention: Mention, known: set[tuple[str, str]]) -> Objection:
    if mention.introduces:
        return Objection(f"this case has a {mention.kind} of that id already", "choose another id", (mention.id,))
    of_kind = sorted(id_ for kind, id_ in known if kind == mention.kind)
    have = f"one of {', '.join(of_kind)}" if of_kind else f"a {mention.kind}, once one is on record"
    return Objection(f"no {mention.kind} of that id is on record in this case", f"name {have}", (mention.id,))
