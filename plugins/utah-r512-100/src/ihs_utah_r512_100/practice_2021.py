"""What Utah's practice of 2021 asks of contact with a family, by its level of risk. A practice, never a refusal.

It goes by the level of risk that was assessed, an override included, and by no other level. The source names the year
and no day. It counts from 2022-01-01, the first day on which it surely stood; until when it is kept is not on file.
"""

from datetime import date
from typing import Final

from ihs_domain.agency_contact import contact_by, level_is_given_by
from ihs_domain.agency_standard import Amount, ContactStandard
from ihs_domain.contacting import Counted
from ihs_domain.editions import Edition
from ihs_domain.risk import risk_level_on
from ihs_domain.rules import Bears, Rule
from ihs_domain.terms import Code, Jurisdiction
from ihs_utah_r512_100.holidays import UTAH_WORKING_DAYS

LOW, MODERATE, HIGH, VERY_HIGH = map(Code, ("low", "moderate", "high", "very-high"))

CONTACTS: Final = Rule(
    "Practice 2021 contacts",
    "each month the family is met once at low risk, twice at moderate, three times at high and four times at very high "
    "risk, and as at very high risk until the risk is assessed",
    bears=(Bears.DUTY,),
)
RISK: Final = Rule("Practice 2021 risk", "the risk is assessed within 45 days of the opening", bears=(Bears.DUTY,))

UTAH_CONTACTS_2021: Final = ContactStandard(
    Code("utah-practice-2021"),
    levels=(LOW, MODERATE, HIGH, VERY_HIGH),
    amounts=(Amount(Code("contacts"), Counted.MONTH, {LOW: 1, MODERATE: 2, HIGH: 3, VERY_HIGH: 4}),),
    not_assessed=VERY_HIGH,
    assessed_within_days=45,
)

UTAH_PRACTICE_2021: Final = Edition(
    "utah-practice-2021",
    Jurisdiction("us-ut"),
    "America/Denver",
    working_days=UTAH_WORKING_DAYS,
    in_force_from=date(2022, 1, 1),
    rules=(CONTACTS, RISK),
    duties=(
        (contact_by(UTAH_CONTACTS_2021, level_of=risk_level_on), CONTACTS),
        (level_is_given_by(UTAH_CONTACTS_2021, level_of=risk_level_on), RISK),
    ),
    practice=True,
)
