"""A rule is a clause cited once, as data."""

from enum import StrEnum

from attrs import field, frozen


class Bears(StrEnum):
    """How a clause bears on the record."""

    GATE = "gate"
    FINDING = "finding"
    DUTY = "duty"
    NOTICE = "notice"
    RECORD = "record"
    MAY = "may"


@frozen
class Rule:
    """One clause: how it is cited, what it says in our words, and how it bears on the record."""

    cite: str
    says: str
    bears: tuple[Bears, ...] = field(default=(), kw_only=True)
