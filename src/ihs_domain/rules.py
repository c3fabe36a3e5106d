"""A rule is a clause cited once, as data."""

from attrs import frozen


@frozen
class Rule:
    """One clause: how it is cited, and what it says in our words."""

    cite: str
    says: str
