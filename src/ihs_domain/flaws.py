"""Flaws: why a definition of an instrument does not hold together, and where in it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final

from attrs import frozen

from ihs_domain.instruments import Band, Index, Instrument, InstrumentError, Item, Shape, Sign
from ihs_domain.roles import SUPERVISING
from ihs_domain.terms import Code

FEWEST: Final = 2
"""So many choices has an item at least, and so many levels an instrument that has levels."""


@frozen
class Flaw:
    """One thing wrong: at which place (`indices[0].bands[1]`), why, and what to do instead."""

    at: str
    says: str

    def __str__(self) -> str:
        return f"{self.at}: {self.says}"


class BadInstrument(InstrumentError, ValueError):
    """A definition of an instrument does not hold together. Carries every flaw."""

    def __init__(self, name: str, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__(f"{name}: {'; '.join(map(str, self.flaws))}")


def flaws(instrument: Instrument) -> Iterator[Flaw]:
    """All that is wrong with a definition by itself."""
    for check in (_codes, _items, *BY_SHAPE[instrument.shape]):
        yield from check(instrument)


def clashes(instruments: Iterable[Instrument]) -> Iterator[Flaw]:
    """What is wrong between versions of one instrument, at the later of two."""
    seen: list[Instrument] = []
    for one in instruments:
        for other in (other for other in seen if other.id == one.id):
            if other.version == one.version:
                yield Flaw("version", f"{one.name} is at hand already: give a changed definition a new version")
            elif other.in_force_from == one.in_force_from:
                yield Flaw("in_force_from", f"{other.name} is in force from the same day: give each a day of its own")
        seen.append(one)


# Codes and items


def _codes(instrument: Instrument) -> Iterator[Flaw]:
    sections = instrument.sections
    yield from _twice("sections", (s.code for s in sections))
    yield from _twice("indices", (i.code for i in instrument.indices))
    yield from _twice("overrides", (o.code for o in instrument.overrides))
    yield from _twice("levels", instrument.levels, "")
    seen: set[Code] = set()
    for at, item in _placed(instrument):
        if item.code in seen:
            yield Flaw(f"{at}.code", f"{item.code} stands there twice: give each item a code of its own")
        seen.add(item.code)
        yield from _twice(f"{at}.choices", (c.code for c in item.choices))


def _twice(at: str, codes: Iterable[Code], field: str = ".code") -> Iterator[Flaw]:
    seen: set[Code] = set()
    for n, code in enumerate(codes):
        if code in seen:
            yield Flaw(f"{at}[{n}]{field}", f"{code} stands there twice: give each a code of its own")
        seen.add(code)


def _placed(instrument: Instrument) -> Iterator[tuple[str, Item]]:
    for n, section in enumerate(instrument.sections):
        yield from ((f"sections[{n}].items[{m}]", item) for m, item in enumerate(section.items))


def _items(instrument: Instrument) -> Iterator[Flaw]:
    if not instrument.items():
        yield Flaw("sections", "it asks nothing: give it an item")
    for at, item in _placed(instrument):
        if len(item.choices) < FEWEST:
            yield Flaw(f"{at}.choices", "there is nothing to choose: give two choices or more")
        if item.assumed is not None and item.choice(item.assumed) is None:
            yield Flaw(f"{at}.assumed", f"{item.assumed} is none of its choices: name one of {_listed(item)}")


def _listed(item: Item) -> str:
    return ", ".join(choice.code for choice in item.choices)


# Weights


def _weights(instrument: Instrument) -> Iterator[Flaw]:
    """Every choice of an item weighs for the same indices, every item for one, and every index is weighed for."""
    known = {index.code for index in instrument.indices}
    for at, item in _placed(instrument):
        wanted = {code for choice in item.choices for code in choice.weights}
        for n, choice in enumerate(item.choices):
            place = f"{at}.choices[{n}].weights"
            if unknown := sorted(choice.weights.keys() - known):
                yield Flaw(
                    place, f"there is no index {', '.join(unknown)}: name {', '.join(sorted(known)) or 'indices first'}"
                )
            if missing := sorted(wanted - choice.weights.keys()):
                yield Flaw(place, f"no weight for {', '.join(missing)}: give one, 0 if it adds nothing")
        if not wanted:
            yield Flaw(f"{at}.choices", "no choice has a weight: say what each adds to an index")
    weighed = {code for item in instrument.items() for choice in item.choices for code in choice.weights}
    for n, index in enumerate(instrument.indices):
        if index.code not in weighed:
            yield Flaw(f"indices[{n}]", f"no choice weighs for {index.code}: give weights, or leave the index out")


def _no_signs(instrument: Instrument) -> Iterator[Flaw]:
    yield from (Flaw(at, f"a sign says nothing in an instrument of {instrument.shape}") for at, _ in _signs(instrument))


def _signs(instrument: Instrument) -> Iterator[tuple[str, Sign]]:
    for at, item in _placed(instrument):
        for n, choice in enumerate(item.choices):
            if choice.sign is not None:
                yield f"{at}.choices[{n}].sign", choice.sign


# Levels, bands and overrides


def _levels(instrument: Instrument) -> Iterator[Flaw]:
    if len(instrument.levels) < FEWEST:
        yield Flaw("levels", "expected two levels or more, from the lowest to the highest")
    if not instrument.indices:
        yield Flaw("indices", "nothing comes to a level: give an index")
    for n, index in enumerate(instrument.indices):
        yield from _bands(instrument, index, f"indices[{n}].bands")


def _bands(instrument: Instrument, index: Index, at: str) -> Iterator[Flaw]:
    if not index.bands:
        yield Flaw(at, "no score comes to a level: give bands")
        return
    for n, band in enumerate(index.bands):
        if band.level not in instrument.levels:
            yield _unknown_level(f"{at}[{n}].level", band.level, instrument)
        if band.least is not None and band.most is not None and band.most < band.least:
            yield Flaw(f"{at}[{n}]", f"no score lies from {band.least} to {band.most}: give the lower bound first")
    for n, (lower, upper) in enumerate(pairwise(index.bands), 1):
        yield from _joint(lower, upper, f"{at}[{n}]")
    ranks = [instrument.rank(band.level) for band in index.bands if band.level in instrument.levels]
    if any(upper <= lower for lower, upper in pairwise(ranks)):
        yield Flaw(at, "a higher score comes to no higher level: put bands and levels in one order")
    yield from _reach(instrument, index, at)


def _unknown_level(at: str, level: Code, instrument: Instrument) -> Flaw:
    return Flaw(at, f"there is no level {level}: name one of {', '.join(instrument.levels) or 'levels, once given'}")


def _joint(lower: Band, upper: Band, at: str) -> Iterator[Flaw]:
    """One band begins where the one before ends."""
    if lower.most is None or upper.least is None:
        yield Flaw(at, f"{lower.level} and {upper.level} overlap: say where one ends and the other begins")
    elif upper.least <= lower.most:
        yield Flaw(at, f"{lower.level} and {upper.level} overlap at {upper.least}: begin it at {lower.most + 1}")
    elif upper.least > lower.most + 1:
        first, last = lower.most + 1, upper.least - 1
        between = f"{first} to {last}" if first < last else f"{first}"
        yield Flaw(at, f"no band holds {between}: begin it at {first}")


def _reach(instrument: Instrument, index: Index, at: str) -> Iterator[Flaw]:
    """The bands reach from the lowest to the highest score that answers can come to."""
    sums = [[choice.weights.get(index.code, 0) for choice in item.choices] for item in instrument.items()]
    least, most = (sum(end(some) for some in sums if some) for end in (min, max))
    first, last = index.bands[0].least, index.bands[-1].most
    if first is not None and first > least:
        yield Flaw(f"{at}[0]", f"answers can come to {least}, below every band: begin it there, or give no least")
    if last is not None and last < most:
        yield Flaw(f"{at}[{len(index.bands) - 1}]", f"answers can come to {most}, above every band: give no most")


def _overrides(instrument: Instrument) -> Iterator[Flaw]:
    may = ", ".join(sorted(SUPERVISING))
    for n, rule in enumerate(instrument.overrides):
        at = f"overrides[{n}]"
        if rule.to is not None and rule.to not in instrument.levels:
            yield _unknown_level(f"{at}.to", rule.to, instrument)
        if rule.steps is not None and rule.steps < 1:
            yield Flaw(f"{at}.steps", "it leads nowhere: give 1 or more, or leave it out for any number")
        if rule.approved_by - SUPERVISING:
            yield Flaw(f"{at}.approved_by", f"only these approve entries: {may}")


# Shapes


def _one_unit(instrument: Instrument) -> Iterator[Flaw]:
    for n, section in enumerate(instrument.sections):
        if instrument.unit_of(section) is not instrument.unit:
            yield Flaw(
                f"sections[{n}].unit", f"an instrument of {instrument.shape} is answered of one unit: leave it out"
            )


def _no_levels(instrument: Instrument) -> Iterator[Flaw]:
    given: dict[str, tuple[object, ...]] = {"levels": instrument.levels, "overrides": instrument.overrides}
    for at, value in given.items():
        if value:
            yield Flaw(at, f"an instrument of {instrument.shape} comes to no level: leave it out")


def _threats(instrument: Instrument) -> Iterator[Flaw]:
    signs = {sign for _, sign in _signs(instrument)}
    for sign in Sign:
        if sign not in signs:
            yield Flaw("sections", f"no choice says {sign}: give one the sign")
    if instrument.indices:
        yield Flaw("indices", "a safety assessment has no score: leave it out")
    for at, item in _placed(instrument):
        if any(choice.weights for choice in item.choices):
            yield Flaw(f"{at}.choices", "a safety assessment has no score: leave weights out")


def _one_index(instrument: Instrument) -> Iterator[Flaw]:
    if len(instrument.indices) != 1:
        yield Flaw("indices", f"an instrument of {instrument.shape} has one index")


def _rising(instrument: Instrument) -> Iterator[Flaw]:
    """Answers stand in order from the greatest strength to the gravest need, and no band makes a level of them."""
    for n, index in enumerate(instrument.indices):
        if index.bands:
            yield Flaw(f"indices[{n}].bands", f"an instrument of {instrument.shape} comes to no level: leave them out")
    for at, item in _placed(instrument):
        weights = [sum(choice.weights.values()) for choice in item.choices]
        if any(later <= earlier for earlier, later in pairwise(weights)):
            yield Flaw(
                f"{at}.choices", "their weights do not rise: put them from the greatest strength to the gravest need"
            )


Check = Callable[[Instrument], Iterator[Flaw]]
BY_SHAPE: Final[dict[Shape, tuple[Check, ...]]] = {
    Shape.SAFETY: (_one_unit, _no_levels, _threats),
    Shape.RISK: (_one_unit, _no_signs, _weights, _levels, _overrides),
    Shape.REASSESSMENT: (_one_unit, _no_signs, _one_index, _weights, _levels, _overrides),
    Shape.NEEDS: (_no_levels, _no_signs, _one_index, _weights, _rising),
}
"""What is asked of a definition beyond its codes and items, by the kind of result it comes to."""
