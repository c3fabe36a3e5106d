"""The record's own housekeeping, kept on the system stream."""

from datetime import datetime

from attrs import frozen

from ihs_domain.terms import Code, Digest, EditionId, Happening


@frozen
class EditionLoaded(Happening):
    """From here on entries may be judged by this edition; *digest* is the SHA-256 of its rules and tables, in hex."""

    ruleset: Code
    edition: EditionId
    digest: Digest


@frozen
class InstrumentLoaded(Happening):
    """From here on entries may be scored with this version of an instrument; *digest* is that of its definition."""

    instrument: Code
    version: Code
    digest: Digest


@frozen
class ClockCorrected(Happening):
    """The machine's clock was found to be right, and the time of recording ahead of it.

    From here on the time of recording *stands_at* that of the last record until the clock has caught up. What the
    clock read when this was recorded is the instant of the act.
    """

    stands_at: datetime


@frozen
class KeyCreated(Happening):
    """From here on all data keys are wrapped under a new key, by its fingerprint; *because* says why."""

    key: Digest
    because: Code
