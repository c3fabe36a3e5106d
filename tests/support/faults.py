"""The table of faults: what is broken, what must come of it, and in how many runs that is tried."""

from attrs import define, field, frozen


@frozen
class Fault:
    """One row. *quick* and *full* are the least numbers of runs in each form; 0 in quick: in the full form alone."""

    name: str
    does: str
    outcome: str
    quick: int
    full: int


FAULTS: tuple[Fault, ...] = (
    Fault("x", "", "", 1, 1),
)


@define
class Counted:
    pass
