"""What the calendar alone will change: the next day on which a case's duties stand otherwise, with nothing recorded."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from ihs_domain.days import days_after
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition, Law
from ihs_domain.history import History
from ihs_domain.owing import duties

HORIZON: Final = timedelta(days=366)
"""How far ahead is looked: windows go on opening for as long as a case is open, so somewhere one has to stop."""


def next_change_on(history: History, law: Law, on: date, practices: Sequence[Edition] = ()) -> date | None:
    """The first day after *on* on which a duty comes or changes its state, if nothing more happens in the case.

    Until the day before, `duties` of what had happened by *on* stand as they do then. None: they do so for as long as
    the HORIZON; ask again when it is reached.
    """
    known = history.upto(on)
    last = days_after(on, HORIZON.days)
    now, then = (duties(known, law, day, practices) for day in (on, last))
    # A duty comes on its first day, or its edition's; one that is there says itself when it changes.
    turns = {duty.since for duty in then} | {duty.next_change_on for duty in now if duty.next_change_on is not None}
    ahead = sorted(day for day in turns if on < day <= last)
    return next((day for day in ahead if _standing(duties(known, law, day, practices)) != _standing(now)), None)


def _standing(owed: Iterable[Duty]) -> list[tuple[Any, ...]]:
    """Which duties there are, and where each stands. How many days late one is changes daily, and is not asked."""
    return [(d.edition, d.cites, d.what, d.subject, d.since, d.due, d.state) for d in owed]
