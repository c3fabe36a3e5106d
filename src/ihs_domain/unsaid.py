"""What stands in a decision for values that are not said yet. It never guesses: it asks, and each way is gone once.

A placeholder knows what was told of it so far. A question that this does not settle raises :class:`Asked` with the
ways to go on; whatever else is done with it asks for samples. It has no answer of its own that could fool a gate.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_args

from ihs_domain.terms import Jurisdiction

if TYPE_CHECKING:
    from ihs_domain.sketch import Sketch

T = TypeVar("T")
Where = tuple[Hashable, ...]
Told = Mapping[Where, Any]


class Asked(BaseException):
    """Something is asked that was not told. *ways* are all that could be told, or only samples of it.

    What is refused for each sample is not yet refused for every value. It is no Exception, so that a gate that expects
    errors does not take it for one.
    """

    def __init__(self, ways: Iterable[Told], *, sampled: bool = False) -> None:
        self.ways = tuple(ways)
        self.sampled = sampled
        super().__init__()


def another(stem: str, taken: Iterable[str]) -> str:
    """A text of this stem that is not *taken*."""
    held = set(taken)
    return next(name for n in count(1) if (name := f"{stem}-{n}") not in held)


class Unsaid:
    """Stands for any value of a type."""

    def __init__(self, sketch: "Sketch", where: Where, hint: Any) -> None:
        self.sketch = sketch
        self.where = where
        self.hint = hint

    def told(self, *of: Hashable, otherwise: Any = None) -> Any:
        """What is told of it under this head."""
        return self.sketch.told.get((*self.where, *of), otherwise)

    def told_under(self, head: str) -> dict[Any, Any]:
        """All that is told of it under *head*."""
        place = (*self.where, head)
        return {at[-1]: said for at, said in self.sketch.told.items() if at[:-1] == place}

    def ask(self, *ways: tuple[tuple[Hashable, ...], Any]) -> NoReturn:
        """Raise Asked with these *ways* to tell more of it."""
        raise Asked({(*self.where, *of): said} for of, said in ways)

    def is_so(self, *of: Hashable, first: bool = True) -> bool:
        """Whether something is so of it; where that is not told, *first* is what is tried first."""
        so: bool | None = self.told(*of)
        return so if so is not None else self.ask((of, first), (of, not first))

    def samples(self) -> Iterator[Any]:
        """Values that fit what is told, the plainest first; not all there are."""
        yield from ()

    def spell_out(self) -> NoReturn:
        """Have it replaced by samples of it."""
        raise Asked(({self.where: sample} for sample in self.samples()), sampled=True)

    def __eq__(self, other: object) -> bool:
        return self.spell_out()

    def __bool__(self) -> bool:
        return self.spell_out()

    def __hash__(self) -> int:
        return self.spell_out()

    def __str__(self) -> str:
        return self.spell_out()

    def __repr__(self) -> str:
        return self.spell_out()


class AnyText(Unsaid):
    """Any text. What it is compared with, it is or is not."""

    __class__ = property(lambda _: str)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, AnyText):
            return self.where == other.where or self.spell_out()
        if not isinstance(other, str):
            return NotImplemented
        if self.told("is not", str(other)):
            return False
        return self.ask(((), str(other)), (("is not", str(other)), True))

    __hash__ = Unsaid.__hash__

    def __bool__(self) -> bool:
        return bool(self.told("is not", "")) or self.ask((("is not", ""), True), ((), ""))

    def samples(self) -> Iterator[str]:
        is_not = self.told_under("is not")
        yield another(_stem(self.hint), is_not)
        yield from (text for text in self.sketch.sayable.case.mentioned(self.hint) if text not in is_not)


def _stem(hint: Any) -> str:
    """How a text begins that nothing was told of: by its kind; a jurisdiction has two letters."""
    return "xx" if hint is Jurisdiction else str(hint.__name__).removesuffix("Id").lower()


class Measure(Unsaid):
    """Any day or number. What it is compared with becomes the least or the most that it can be."""

    step: Any
    widest: tuple[Any, Any]

    def neutral(self) -> Any:
        """What it is where nothing is told of it."""
        raise NotImplementedError

    def measures(self, other: object) -> bool:
        """Whether *other* is of its kind."""
        raise NotImplementedError

    def _bounds(self, limit: object) -> tuple[Any, Any]:
        if not self.measures(limit):
            self.spell_out()
        bounds: tuple[Any, Any] = self.told("within", otherwise=self.widest)
        return bounds

    def __lt__(self, limit: Any) -> bool:
        least, most = self._bounds(limit)
        if most < limit or limit <= least:
            return bool(most < limit)
        return self.ask((("within",), (least, limit - self.step)), (("within",), (limit, most)))

    def __gt__(self, limit: Any) -> bool:
        least, most = self._bounds(limit)
        if limit < least or most <= limit:
            return bool(limit < least)
        return self.ask((("within",), (limit + self.step, most)), (("within",), (least, limit)))

    def __le__(self, limit: Any) -> bool:
        return not self > limit

    def __ge__(self, limit: Any) -> bool:
        return not self < limit

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Measure):
            return self.where == other.where or self.spell_out()
        if other is None or isinstance(other, str):
            return NotImplemented
        return self <= other and self >= other

    __hash__ = Unsaid.__hash__

    def samples(self) -> Iterator[Any]:
        least, most = self.told("within", otherwise=self.widest)
        plainest = max(least, min(self.neutral(), most))
        yield plainest
        if plainest < most:
            yield plainest + self.step
        yield from (bound for bound in (least, most) if bound not in self.widest)
        yield from (value for value in self.sketch.sayable.case.mentioned(self.hint) if least <= value <= most)


class AnyDay(Measure):
    """Any day."""

    __class__ = property(lambda _: date)
    step = timedelta(days=1)
    widest = (date.min, date.max)

    def neutral(self) -> date:
        return self.sketch.sayable.case.day

    def measures(self, other: object) -> bool:
        return type(other) is date

    def __bool__(self) -> bool:
        return True


class AnyNumber(Measure):
    """Any whole number."""

    __class__ = property(lambda _: int)
    step = 1
    widest = (-inf, inf)

    def neutral(self) -> int:
        return 1

    def measures(self, other: object) -> bool:
        return type(other) in {int, bool}

    def __bool__(self) -> bool:
        return self != 0


class Members(Unsaid):
    """Any set, or the keys of any mapping: of each that could be in it, it is or is not."""

    @cached_property
    def of(self) -> Any:
        """The type of its members."""
        return get_args(self.hint)[0]

    @cached_property
    def candidates(self) -> tuple[Any, ...] | None:
        """All that could be in it; None where they cannot be gone through."""
        return self.sketch.sayable.few(self.of)

    def __contains__(self, item: object) -> bool:
        return self.holds(item)

    def holds(self, item: object, *, first: bool = True) -> bool:
        """Whether *item* is in it."""
        return (self.candidates is None or item in self.candidates) and self.is_so("has", item, first=first)

    def __iter__(self) -> Iterator[Any]:
        if self.candidates is None:
            self.spell_out()
        return (item for item in self.candidates if item in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        if self.candidates is not None:
            return any(item in self for item in self.candidates)
        return bool(self.has) or self.is_so("has any")

    __hash__ = Unsaid.__hash__

    @property
    def has(self) -> list[Any]:
        """The members that are told of."""
        return [item for item, so in self.told_under("has").items() if so]


class AnySet(Members, AbstractSet[Any]):
    """Any set."""

    __class__ = property(lambda _: frozenset)

    def __le__(self, other: AbstractSet[Any]) -> bool:
        if self.candidates is None:
            return self.spell_out() if other else not self
        return not any(self.holds(item, first=False) for item in self.candidates if item not in other)

    def __ge__(self, other: AbstractSet[Any]) -> bool:
        return all(item in self for item in other)

    def __lt__(self, other: AbstractSet[Any]) -> bool:
        return self <= other and not self >= other

    def __gt__(self, other: AbstractSet[Any]) -> bool:
        return self >= other and not self <= other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbstractSet) and self <= other and self >= other

    def __hash__(self) -> int:
        return hash(frozenset(self))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in dir(frozenset):
            raise AttributeError(name)
        return getattr(frozenset(self), name)

    @classmethod
    def _from_iterable(cls, it: Iterable[T]) -> frozenset[T]:
        return frozenset(it)

    def samples(self) -> Iterator[frozenset[Any]]:
        has, gone = frozenset(self.has), {item for item, so in self.told_under("has").items() if not so}
        if has or not self.told("has any"):
            yield has
        if self.candidates is None and self.told("has any") is not False:
            more = self.sketch.samples(self.of, (*self.where, "one"))
            yield from (has | {item} for item in more if item not in gone)

    def spell_out(self) -> NoReturn:
        """Have it replaced: by samples only where its members cannot be gone through."""
        if self.candidates is None:
            super().spell_out()
        raise Asked([{self.where: frozenset(self)}])


class AnyMapping(Members, Mapping[Any, Any]):
    """Any mapping: of each key that could be in it, it is or is not, and only then it matters what stands there."""

    __class__ = property(lambda _: dict)

    def __getitem__(self, key: Any) -> Any:
        if key not in self:
            raise KeyError(key)
        return self.sketch.value((*self.where, "at", key), get_args(self.hint)[1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self.items()) == dict(other.items())

    __hash__ = Unsaid.__hash__

    def samples(self) -> Iterator[dict[Any, Any]]:
        yield {key: self.sketch.example((*self.where, "at", key), get_args(self.hint)[1]) for key in self.has}

    def spell_out(self) -> NoReturn:
        """Have it replaced: by samples only where keys or values cannot be gone through."""
        for value in self.values() if self.candidates is not None else ():
            self.sketch.spell_out(value)
        raise Asked([{self.where: next(self.samples())}], sampled=self.candidates is None)


class AnyRow(Unsaid):
    """Any values in a row. How many there are cannot be gone through."""

    __class__ = property(lambda _: tuple)

    def samples(self) -> Iterator[tuple[Any, ...]]:
        yield ()
        one = self.sketch.example((*self.where, 0), get_args(self.hint)[0])
        yield from () if one is None else ((one,),)
