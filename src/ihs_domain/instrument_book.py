"""The instruments at hand: each version from its first day on, and none that does not hold together."""

from collections.abc import Iterable
from datetime import date

from attrs import field, frozen

from ihs_domain.flaws import BadInstrument, clashes, flaws
from ihs_domain.instruments import Instrument, InstrumentError
from ihs_domain.terms import Code


class InstrumentNotAtHand(InstrumentError, LookupError):
    """No instrument of that id and version is at hand, or none is in force yet on that day."""


def _in_order(instruments: Iterable[Instrument]) -> tuple[Instrument, ...]:
    return tuple(sorted(instruments, key=lambda one: (one.id, one.in_force_from)))


@frozen
class InstrumentBook:
    """All instruments at hand. Raises BadInstrument for one that does not hold together, alone or with another."""

    instruments: tuple[Instrument, ...] = field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        for one in self.instruments:
            if found := [*flaws(one)]:
                raise BadInstrument(one.name, found)
        if found := [*clashes(self.instruments)]:
            raise BadInstrument("the instruments at hand", found)

    def of(self, id_: Code, version: Code) -> Instrument:
        """One version of an instrument. Raises InstrumentNotAtHand."""
        return self._one((one for one in self.instruments if (one.id, one.version) == (id_, version)), "at hand")

    def on(self, id_: Code, day: date) -> Instrument:
        """The version of an instrument that is in force on *day*. Raises InstrumentNotAtHand."""
        of_id = [one for one in self.instruments if one.id == id_]
        wanting = f"in force on {day}" if of_id else "at hand"
        return self._one((one for one in reversed(of_id) if one.in_force_from <= day), wanting)

    def _one(self, found: Iterable[Instrument], wanting: str) -> Instrument:
        for one in found:
            return one
        there = ", ".join(f"{one.name} from {one.in_force_from}" for one in self.instruments) or "none"
        raise InstrumentNotAtHand(
            f"no instrument of that id and version is {wanting}: load its file, or name one there is ({there})"
        )
