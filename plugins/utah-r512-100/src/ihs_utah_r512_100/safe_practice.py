"""What the agency keeps beside the rule: the plan's own dates in SAFE. A practice, never a ground to refuse.

Source: SAFE's Home-Based Case Process Review guide, whose date is not on file. It counts from 2003-09-03, the earliest
day on which a source on file has plans finalised in SAFE (R512-100-5 G): nothing shows that it was asked before.
"""

from datetime import date
from typing import Final

from ihs_domain.completing import plan_is_finalised_within, plans_follow_each_other
from ihs_domain.editions import Edition
from ihs_domain.rules import Bears, Rule
from ihs_domain.terms import Code, Jurisdiction

DAYS: Final = {Code("pss"): 45, Code("psc"): 45, Code("pfp"): 30, Code("pfr"): 30}
"""Days for the initial plan, by program code."""

INITIAL_PLAN: Final = Rule(
    "SAFE initial plan",
    "the initial plan is final 45 days (pss, psc) or 30 days (pfp, pfr) after the court's order or the start, "
    "whichever is earlier",
    bears=(Bears.DUTY,),
)
CONTINUITY: Final = Rule(
    "SAFE plan continuity", "plans follow each other with no day between them", bears=(Bears.DUTY,)
)

UTAH_SAFE_PRACTICE: Final = Edition(
    "utah-safe-practice",
    Jurisdiction("us-ut"),
    "America/Denver",
    in_force_from=date(2003, 9, 3),
    rules=(INITIAL_PLAN, CONTINUITY),
    duties=(
        (plan_is_finalised_within(DAYS), INITIAL_PLAN),
        (plans_follow_each_other, CONTINUITY),
    ),
    practice=True,
)
