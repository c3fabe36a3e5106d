"""What a contact standard makes fall due in a case: amounts by week or month, longest gaps, first contacts, records."""

from collections.abc import Iterator
from datetime import date, tzinfo
from typing import Any

from attrs import evolve

from ihs_domain.agency_standard import Anchor, ContactStandard, FirstContact, LongestGap, OnChange
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.contact_amounts import amounts_owed
from ihs_domain.contacting import ContactMade
from ihs_domain.counting import Judged, judged
from ihs_domain.days import days_after
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.history import Entry, History
from ihs_domain.household import stays
from ihs_domain.levels import Levelled, LevelOf, Stretch, among, first_given, given_beside, intensity_on
from ihs_domain.opening import opened_on
from ihs_domain.requesting import ServicesRequested
from ihs_domain.standard_checks import Amiss, BadStandard, held
from ihs_domain.terms import Code
from ihs_domain.working_days import WorkingDays, add_working_days


def contact_by(
    standard: ContactStandard, *rows: str, level_of: LevelOf = intensity_on, working_days: WorkingDays | None = None
) -> DutyRule:
    """A duty: contact is as a standard asks at the level of the case; of its *rows* only those named, if any are.

    *working_days* is the calendar of the place. Raises :class:`BadStandard` for a standard that cannot be kept, for a
    row it does not have, and where it counts in working days and no calendar is given.
    """
    asked = _only(held(standard), rows)
    if any(first.working_days for first in asked.firsts) and working_days is None:
        raise BadStandard(standard.name, [Amiss("firsts", "it counts in working days: give the calendar of the place")])

    def contact_is_as_asked(history: History, on: date) -> Iterator[Owed]:
        """Contact is as the standard asks at the level of the case."""
        opened = opened_on(history)
        if opened is not None:
            case = Levelled.by(asked, history, level_of, opened, on)
            yield from amounts_owed(case)
            yield from (owed for gap in asked.gaps for owed in _gaps(case, gap))
            yield from (owed for first in asked.firsts for owed in _firsts(case, first, working_days))

    return contact_is_as_asked


def _only(standard: ContactStandard, rows: tuple[str, ...]) -> ContactStandard:
    """The standard with these *rows* only; with all of them, if none is named."""
    if strange := sorted(set(rows) - set(standard.names)):
        raise BadStandard(standard.name, [Amiss("name", f"it has no row {', '.join(strange)}")])
    if not rows:
        return standard
    return evolve(
        standard,
        amounts=tuple(a for a in standard.amounts if a.name in rows),
        gaps=tuple(g for g in standard.gaps if g.name in rows),
        firsts=tuple(f for f in standard.firsts if f.name in rows),
    )


# Longest gaps


def _gaps(case: Levelled, gap: LongestGap) -> Iterator[Owed]:
    for stretch in case.stretches(gap.counts):
        tried = [(e, why) for e, why in judged(case.history, gap.counts, stretch.person) if stretch.holds(e.day)]
        met = {e.day: e for e, why in reversed(tried) if not why}
        days = sorted(met.keys() - {stretch.first})
        for since, until in zip([stretch.first, *days], [*days, None], strict=True):
            due = _gap_ends(case, gap, since)
            if due is not None:
                near = _near(tried, since, until or case.on)
                yield _within(stretch, gap.name, since, due, met.get(until) if until else None, near)


def _gap_ends(case: Levelled, gap: LongestGap, since: date) -> date | None:
    """The last day for the next contact: the first on which no more days may go by at the level of that day."""
    longest = max(days or 0 for days in gap.days.values())
    allowed: int | None = None
    last = min(max(case.on, since).toordinal() + longest, date.max.toordinal())
    for ordinal in range(since.toordinal(), last + 1):
        day = date.fromordinal(ordinal)
        allowed = _allowed(case, gap, since, day, allowed)
        if allowed is not None and (day - since).days >= allowed:
            return day
    return None


def _allowed(case: Levelled, gap: LongestGap, since: date, day: date, before: int | None) -> int | None:
    """How many days may go by as of *day*; *before* is how many might as of the day before."""
    change = case.standard.on_change
    level = case.level_on(since if change is OnChange.EARLIER else day)
    limit = gap.days.get(level) if level else None
    if change is OnChange.STRICTER and before is not None:
        return min(before, before if limit is None else limit)
    return limit


# First contacts


def _firsts(case: Levelled, first: FirstContact, by: WorkingDays | None) -> Iterator[Owed]:
    earliest = {stretch.person: stretch for stretch in reversed([*case.stretches(first.counts)])}
    for stretch in earliest.values():  # a case that was reopened has had its first contact
        since = _counted_from(case, first, stretch)
        level = case.level_on(since)
        within = first.within.get(level) if level else None
        if within is not None:
            due = add_working_days(since, within, by) if first.working_days and by else days_after(since, within)
            tried = [(e, why) for e, why in judged(case.history, first.counts, stretch.person) if e.day >= since]
            met = next((e for e, why in tried if not why), None)
            near = _near(tried, since, met.day if met else case.on)
            yield _within(stretch, first.name, since, due, met, near)


def _counted_from(case: Levelled, first: FirstContact, stretch: Stretch) -> date:
    """The day of the anchor, or on which the person came after it; without such a day, that of the opening."""
    anchors: dict[Anchor, tuple[Entry[Any], ...]] = {
        Anchor.REQUEST: case.history.of(ServicesRequested),
        Anchor.ASSIGNMENT: case.history.of(WorkerAssigned),
    }
    anchor = next((entry.day for entry in anchors.get(first.counted_from, ())), case.opened)
    of_them = (s for s in stays(case.history, *first.counts.each) if s.person == stretch.person)
    return max([anchor, *(s.joined for s in of_them if s.holds(stretch.first))])


# What both share


def _near(tried: Judged, first: date, last: date) -> tuple[NearMiss, ...]:
    return tuple(NearMiss(e.version, why) for e, why in tried if why and first <= e.day <= last)


def _within(
    stretch: Stretch, name: Code, since: date, due: date, met: Entry[ContactMade] | None, near: tuple[NearMiss, ...]
) -> Owed:
    """One contact owed by a day; whoever left before that day is owed it no longer."""
    cut = stretch.last is not None and stretch.last < due
    return Owed(
        f"contact as the standard asks: {name}",
        since,
        subject=(name, *stretch.of_whom, f"{since}"),
        due=due,
        met_by=(met,) if met else (),
        near=near,
        lenient=cut,
    )


# Levels, and records


def level_is_given_by(standard: ContactStandard, *, level_of: LevelOf = intensity_on) -> DutyRule:
    """A duty: a level is given to the case within the days that a standard says. Raises :class:`BadStandard`."""
    days = _said(standard, "assessed_within_days")
    levels = standard.levels
    none_of_them = f"the level it gives is none of {', '.join(levels)}"

    def level_is_given(history: History, on: date) -> Iterator[Owed]:
        """A level is given to the case within so many days of its opening."""
        opened = opened_on(history)
        if opened is not None:
            given = first_given(history, among(levels, level_of))
            near = tuple(NearMiss(e.version, none_of_them) for e in given_beside(levels, history, level_of))
            due = days_after(opened, days)
            yield Owed("a level is given to the case", opened, due=due, met_by=(given,) if given else (), near=near)

    return level_is_given


def contacts_are_recorded_by(standard: ContactStandard, zone: tzinfo) -> DutyRule:
    """A duty: each contact is put on record within the days that a standard says, by the local day of *zone*.

    Raises :class:`BadStandard` for a standard that says none.
    """
    days = _said(standard, "recorded_within_days")

    def each_contact_is_recorded(history: History, on: date) -> Iterator[Owed]:
        """Each contact is put on record within so many days of it."""
        for contact in history.of(ContactMade):
            if contact.recorded_at is not None:
                came_on = contact.recorded_at.astimezone(zone).date()
                yield Owed(
                    "the contact is put on record",
                    contact.day,
                    subject=(f"@{contact.version}",),
                    due=days_after(contact.day, days),
                    met_by=(contact,) if came_on <= on else (),
                    came_on=came_on,
                )

    return each_contact_is_recorded


def _said(standard: ContactStandard, key: str) -> int:
    days: int | None = getattr(held(standard), key)
    if days is None:
        raise BadStandard(standard.name, [Amiss(key, "it says none: give the days, or leave out this duty")])
    return days
