"""What can be wrong with what people write and what was stored: places and reasons, never a value."""

from attrs import frozen


@frozen
class Fault:
    """One thing wrong: at which field (dotted path, empty for the whole), and what was expected instead."""

    at: str
    says: str

    def __str__(self) -> str:
        return f"{self.at}: {self.says}" if self.at else self.says


class RecordError(ValueError):
    """Something cannot be put on record, or what is on record cannot be read as an event."""


class UnknownName(RecordError):
    """A name that no event has, or one of a newer version than this software knows."""


class BadFields(RecordError):
    """The fields do not fit the event. Carries every fault found."""

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        self.name = name
        self.faults = faults
        super().__init__(f"{name}: {'; '.join(str(f) for f in faults)}")
