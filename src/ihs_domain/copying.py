"""A copy of a case for one person: the record as it would be, had nothing that is kept from them ever been made.

Everything that is read, counted, judged or owed is worked out from the copy. So nothing of what was left out can show
in it, not even that something was: the entries of a copy are numbered anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_type_hints

import attrs

from ihs_domain.history import Entry
from ihs_domain.ids import renumbered
from ihs_domain.once import once_per_class
from ihs_domain.recording import EntryCorrected
from ihs_domain.restricting import hidden_from
from ihs_domain.terms import PersonId, UnderNarrative, UnderPerson, Unopened


def copied(record: Sequence[Entry[Any]], person: PersonId, as_at: int | None = None) -> list[Entry[Any]]:
    """What was on *record* by position *as_at* and *person* may see, numbered from 1.

    What is kept from them by now is left out also of what was on record before it was kept. Names, days of birth and
    words of all but the person stay sealed.
    """
    hidden = hidden_from(record, person)
    seen = [e for e in record if e.version not in hidden and (as_at is None or e.position <= as_at)]
    number = {e.version: n for n, e in enumerate(seen, 1)}
    return [_copy(e, number, person) for e in seen]


def _copy(entry: Entry[Any], number: Mapping[int, int], person: PersonId) -> Entry[Any]:
    """An entry under its number in the copy. The ids of commands may be counted, and are left out."""
    n = number[entry.version]
    return entry._replace(
        event=_sealed_but_for(person, renumbered(entry.event, number)), version=n, position=n, command=""
    )


def _sealed_but_for(person: PersonId, event: Any) -> Any:
    """*event* with every sealed part that is not under the key of *person* as if it had not been opened."""
    fields = _sealed(type(event))
    shut: dict[str, Any] = {name: Unopened.SEALED for name, by in fields if _of_others(event, name, by, person)}
    if isinstance(event, EntryCorrected):
        shut["instead"] = _sealed_but_for(person, event.instead)
    return attrs.evolve(event, **shut) if shut else event


def _of_others(event: Any, name: str, named_by: str, person: PersonId) -> bool:
    return getattr(event, name) is not None and getattr(event, named_by, None) != person


@once_per_class
def _sealed(cls: type[Any]) -> tuple[tuple[str, str], ...]:
    """The sealed fields of a class, each with the field that names whose key it is under; of words that is nobody."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple((a.name, by) for a in attrs.fields(cls) for by in _named_by(hints[a.name]))


def _named_by(hint: Any) -> Iterator[str]:
    for mark in getattr(hint, "__metadata__", ()):
        if isinstance(mark, UnderPerson):
            yield mark.named_by
        elif isinstance(mark, UnderNarrative):
            yield ""
