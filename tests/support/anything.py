"""Any event whatever: every field drawn from all that its type allows."""

import re
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, get_args, get_origin

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ihs_domain.terms import Decision, Event, Happening, Unopened
from ihs_record.fields import hints
from ihs_record.names import STORED_AS
from ihs_record.patterns import NUMBERS, PATTERNS

MOST: Final = 10**15 - 1
STORABLE: Final = tuple(STORED_AS)
CORRECTABLE: Final = tuple(cls for cls in STORABLE if issubclass(cls, (Happening, Decision)))

texts: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
offsets: Final = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants: Final = st.datetimes(
    datetime(2, 1, 1),  # noqa: DTZ001 - bounds are naive, and a day short of the calendar's own
    datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=offsets,
)

PLAIN: Final[dict[Any, SearchStrategy[Any]]] = {
    bool: st.booleans(),
    int: st.integers(-MOST, MOST),
    **{kind: st.integers(counted.least, MOST) for kind, counted in NUMBERS.items()},
    str: texts,
    date: st.dates(),
    datetime: instants,
    type(None): st.none(),
}


@cache
def of_hint(hint: Any) -> SearchStrategy[Any]:  # noqa: PLR0911 - one line for each shape a hint can have
    """Values of one type hint; a sealed field is given opened."""
    if hint in PLAIN:
        return PLAIN[hint]
    if hint in PATTERNS:
        return st.from_regex(re.compile(PATTERNS[hint].pattern, re.ASCII), fullmatch=True)
    if hint == Event:
        return st.sampled_from(CORRECTABLE).flatmap(of_class)
    if get_origin(hint) is Annotated:
        return of_hint(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if attrs.has(hint):
        return of_class(hint)
    return _gathered(get_origin(hint), get_args(hint))


def _gathered(origin: Any, inner: tuple[Any, ...]) -> SearchStrategy[Any]:
    if origin is dict:
        return st.dictionaries(of_hint(inner[0]), of_hint(inner[1]), max_size=3)
    if origin is frozenset:
        return st.frozensets(of_hint(inner[0]), max_size=3)
    if origin is tuple:
        return st.lists(of_hint(inner[0]), max_size=3).map(tuple)
    return st.one_of(*(of_hint(each) for each in inner if each is not Unopened))


@cache
def of_class(cls: type) -> SearchStrategy[Any]:
    """Instances of an attrs class, every field drawn by its hint."""
    return st.builds(cls, **{name: of_hint(hint) for name, hint in hints(cls).items()})
