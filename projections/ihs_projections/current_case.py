"""How does this case stand?"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ihs_domain.case import fold
from ihs_domain.history import History
from ihs_domain.ports import Projection


class CurrentCase(NamedTuple):
    """One case, one row. *version* is that of its newest entry."""

    case_id: str
    jurisdiction: str | None
    region: str | None
    authority: str | None
    program: str | None
    accepted_on: date | None
    opened_on: date | None
    closed_on: date | None
    ending: str | None
    case_manager: str | None
    household: tuple[str, ...]
    children: tuple[str, ...]
    victims: tuple[str, ...]
    threats: tuple[str, ...]
    unmanaged: tuple[str, ...]
    safety_plans: tuple[str, ...]
    plans_agreed: tuple[str, ...]
    intensity: str | None
    releases: tuple[str, ...]
    referrals: tuple[str, ...]
    version: int


def rows(case_id: str, history: History) -> Iterator[CurrentCase]:
    """The one row of a case; none where nothing is on record."""
    if not history.record:
        return
    case = fold(history)
    yield CurrentCase(
        case_id=case_id,
        jurisdiction=case.jurisdiction,
        region=case.opening.region,
        authority=case.opening.authority,
        program=case.opening.program,
        accepted_on=case.requesting.accepted_on,
        opened_on=case.opening.opened_on,
        closed_on=case.closing.closed_on,
        ending=case.closing.reason,
        case_manager=case.assigning.case_manager,
        household=tuple(sorted(case.household.members)),
        children=tuple(sorted(case.household.children)),
        victims=tuple(sorted(case.household.victims)),
        threats=tuple(sorted(case.safety.threats)),
        unmanaged=tuple(sorted(case.safety.unmanaged)),
        safety_plans=tuple(sorted(p for p, terms in case.safety.plans.items() if terms.ended_on is None)),
        plans_agreed=tuple(sorted(case.planning.agreed)),
        intensity=case.contacting.intensity,
        releases=tuple(sorted(r.id for r in case.releasing.releases.values() if r.revoked_on is None)),
        referrals=tuple(sorted(case.serving.referrals)),
        version=history.record[-1].version,
    )


CURRENT_CASE = Projection("current_case", CurrentCase, rows)
