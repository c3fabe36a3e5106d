"""Days and instants as callers give them: what is neither is told so, before anything is asked of the record."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from ihs_cases.errors import NotAnInstant, NotAVersion

YEARS: Final = range(1900, 2200)
"""The years in which services were or will be provided: outside them lies no case, but many a mistyped year."""


def a_day(said: str, day: object) -> None:
    """Raise NotAnInstant, with what it was *said* as, where *day* is no day: an instant has one by some calendar."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise NotAnInstant(f"{said} is no day: give a date")


def a_version(expected: int | None) -> None:
    """Raise NotAVersion where what a case is *expected* to stand at is no version; 0 is that of one not begun."""
    if expected is not None and (type(expected) is not int or expected < 0):
        raise NotAVersion(
            "expected_version is no version: give the whole number of the last entry seen, or leave it out"
        )


def a_day_of_services(said: str, day: date) -> None:
    """Raise NotAnInstant where *day* is no day, or none on which anything could be owed or decided."""
    a_day(said, day)
    if day.year not in YEARS:
        raise NotAnInstant(f"{said} lies outside the years {YEARS[0]} to {YEARS[-1]}: check the year")


def local_day(occurred: date | datetime, zone: ZoneInfo) -> tuple[date, datetime | None]:
    """The local day of an act, and its instant where one was given. Raises NotAnInstant for anything else."""
    if isinstance(occurred, datetime):
        try:
            return aware(occurred).astimezone(zone).date(), occurred
        except OverflowError:
            raise NotAnInstant("the instant lies outside the calendar: give one that has a local day") from None
    if not isinstance(occurred, date):
        raise NotAnInstant("occurred is neither a day nor an instant: give a date, or a datetime with its offset")
    return occurred, None


def aware(instant: datetime) -> datetime:
    """The instant itself. Raises NotAnInstant where it is none, or has no offset."""
    if not isinstance(instant, datetime):
        raise NotAnInstant("what is given as an instant is none: give a datetime with its offset from UTC")
    if instant.utcoffset() is None:
        raise NotAnInstant("the instant has no offset from UTC: give it one, such as -07:00, or give a day alone")
    return instant
