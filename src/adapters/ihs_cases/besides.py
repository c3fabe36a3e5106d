"""What else is wrong with a file of which some cannot be read: so that it is all told at once, and nothing twice."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, Final, Self

from attrs import frozen

from ihs_record.errors import NO_SUCH_FIELD, BadFields, Fault

STEP: Final = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")
"""The first step of a place: a key, and a row of it."""


@frozen
class Hangs:
    """What of a file hangs on nothing else: *rows* by their key, and of other keys what may stand *instead* meanwhile.

    None instead: the key may be left out.
    """

    rows: frozenset[str]
    instead: Mapping[str, Any]


@frozen
class Rest:
    """The *fields* of a file without what cannot be read; *kept* are the rows left where some are not, by number."""

    fields: dict[str, Any]
    kept: Mapping[str, list[int]]

    @classmethod
    def of(cls, fields: Mapping[str, Any], faults: Iterable[Fault], hangs: Hangs) -> Self | None:
        """What is left without what is at fault; None where more hangs on that."""
        rest, gone = deepcopy(dict(fields)), dict[str, set[int]]()
        for fault in faults:
            step = STEP.match(fault.at)
            key, row = (step[1], step[2]) if step else ("", None)
            if row is not None and key in hangs.rows:
                gone.setdefault(key, set()).add(int(row))
            elif fault == Fault(key, NO_SUCH_FIELD):
                rest.pop(key, None)
            elif fault.at == key and key in hangs.instead:
                rest[key] = hangs.instead[key]
            else:
                return None
        kept = {key: [n for n in range(len(rest[key])) if n not in numbers] for key, numbers in gone.items()}
        rest.update({key: [rest[key][n] for n in numbers] for key, numbers in kept.items()})
        return cls({key: value for key, value in rest.items() if value is not None}, kept)

    def place(self, at: str) -> str | None:
        """How a place of what is left is called in the file; None where what is said of it hangs on the other rows."""
        step = STEP.match(at)
        if step is None or step[1] not in self.kept:
            return at
        return None if step[2] is None else f"{step[1]}[{self.kept[step[1]][int(step[2])]}]{at[step.end() :]}"


def besides(
    fields: Mapping[str, Any], faults: Iterable[Fault], hangs: Hangs, look: Callable[[dict[str, Any]], Iterable[Fault]]
) -> list[Fault]:
    """What *look* finds in the fields of a file without what is at fault there, each at its place in the file."""
    rest = Rest.of(fields, faults, hangs)
    if rest is None:
        return []
    try:
        placed = [(rest.place(fault.at), fault.says) for fault in look(rest.fields)]
    except BadFields:
        return []
    return [Fault(at, says) for at, says in placed if at is not None]
