"""Setting how intensive services are: what is considered, who must agree, and what a court has set."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ihs_domain.contacting import Factor, IntensitySet
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry, History
from ihs_domain.terms import Code

if TYPE_CHECKING:
    from ihs_domain.case import Case


def each_setting_considers(*factors: Factor) -> DutyRule:
    """A duty: each setting of intensity, the later ones too, considers all of *factors*."""

    def setting_considers_every_factor(history: History, on: date) -> Iterator[Owed]:
        for entry in history.of(IntensitySet):
            left_out = [factor.value for factor in factors if factor not in entry.event.considered]
            yield Owed(
                "every factor is considered in setting the intensity",
                entry.day,
                subject=(entry.event.level, f"{entry.day}"),
                met_by=() if left_out else (entry,),
                near=(NearMiss(entry.version, f"not considered: {', '.join(left_out)}"),) if left_out else (),
                act_on=entry.day,
            )

    return setting_considers_every_factor


def family_agrees_to(level: Code) -> Gate:
    """A gate: services of this *level* are for a family that agrees to work with the agency of its own will."""

    def family_agrees(case: "Case", entry: Entry[IntensitySet]) -> Objection | None:
        if entry.event.level != level or case.opening.agreed:
            return None
        return Objection(
            f"the family does not agree to work voluntarily, as services of the level {level} need",
            "record the consent it signed, or set another level",
        )

    return family_agrees


def intensity_is_as_ordered(case: "Case", entry: Entry[IntensitySet]) -> Objection | None:
    """Where a court's order sets the intensity, nobody sets another; otherwise the agency decides."""
    ordered = {order.order: order.intensity for order in case.opening.orders_on(entry.day) if order.intensity}
    if not ordered or entry.event.level in ordered.values():
        return None
    levels = " or ".join(sorted(set(ordered.values())))
    return Objection(
        "a court's order sets another intensity",
        f"set the intensity ordered: {levels}, or record the day on which the order ended",
        tuple(sorted(ordered)),
    )
