"""What the review of fiscal year 2025 asks of in-home cases, yes, no or not applicable. A practice, never a refusal.

Utah's fiscal year 2025 ran from 2024-07-01 through 2025-06-30; what later years ask is not on file.
"""

from datetime import date
from typing import Final

from ihs_domain.completing import person_takes_part_in_the_plan
from ihs_domain.contacting import person_is_seen_every_month
from ihs_domain.editions import Edition
from ihs_domain.household import Relation
from ihs_domain.rules import Bears, Rule
from ihs_domain.terms import Jurisdiction

OTHER_CAREGIVERS: Final = (Relation.GUARDIAN, Relation.CAREGIVER)

MOTHERS_PART: Final = Rule("IH.3 A", "the mother took part in the current plan", bears=(Bears.DUTY,))
FATHERS_PART: Final = Rule("IH.3 B", "the father took part in the current plan", bears=(Bears.DUTY,))
CAREGIVERS_PART: Final = Rule("IH.3 C", "the other caregiver took part in the current plan", bears=(Bears.DUTY,))
CAREGIVER_SEEN: Final = Rule(
    "IH.6", "a worker met the other caregiver face to face at least once in each month", bears=(Bears.DUTY,)
)
MOTHER_SEEN: Final = Rule(
    "IH.8", "a worker met the mother face to face at least once in each month", bears=(Bears.DUTY,)
)
FATHER_SEEN: Final = Rule(
    "IH.9", "a worker met the father face to face at least once in each month", bears=(Bears.DUTY,)
)

UTAH_REVIEW_2025: Final = Edition(
    "utah-review-2025",
    Jurisdiction("us-ut"),
    "America/Denver",
    in_force_from=date(2024, 7, 1),
    in_force_until=date(2025, 6, 30),
    rules=(MOTHERS_PART, FATHERS_PART, CAREGIVERS_PART, CAREGIVER_SEEN, MOTHER_SEEN, FATHER_SEEN),
    duties=(
        (person_takes_part_in_the_plan(Relation.MOTHER), MOTHERS_PART),
        (person_takes_part_in_the_plan(Relation.FATHER), FATHERS_PART),
        (person_takes_part_in_the_plan(*OTHER_CAREGIVERS), CAREGIVERS_PART),
        (person_is_seen_every_month(*OTHER_CAREGIVERS), CAREGIVER_SEEN),
        (person_is_seen_every_month(Relation.MOTHER), MOTHER_SEEN),
        (person_is_seen_every_month(Relation.FATHER), FATHER_SEEN),
    ),
    practice=True,
)
