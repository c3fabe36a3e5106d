"""The legal holidays of Utah: Utah Code 63G-1-301, with Juneteenth from 2022.

No clause on file counts in working days; a contact standard may. Good Friday, which the section names from 2026-05-06,
comes first in 2027, under a text that is not on file; days set apart by proclamation are not in the table.
"""

from typing import Final

from ihs_domain.working_days import (
    FRIDAY,
    LAST,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Holiday,
    WorkingDays,
)

OFF_THE_WEEKEND: Final = {SATURDAY: -1, SUNDAY: 1}
ON_A_MONDAY: Final = {TUESDAY: -1, WEDNESDAY: -2, THURSDAY: -3, FRIDAY: -4, SATURDAY: 2, SUNDAY: 1}

UTAH_WORKING_DAYS: Final = WorkingDays(
    holidays=(
        Holiday("New Year's Day", 1, day=1, moved=OFF_THE_WEEKEND),
        Holiday("Dr. Martin Luther King, Jr. Day", 1, nth=3),
        Holiday("Washington and Lincoln Day", 2, nth=3),
        Holiday("Memorial Day", 5, nth=LAST),
        Holiday("Juneteenth National Freedom Day", 6, day=19, moved=ON_A_MONDAY, from_year=2022),
        Holiday("Independence Day", 7, day=4, moved=OFF_THE_WEEKEND),
        Holiday("Pioneer Day", 7, day=24, moved=OFF_THE_WEEKEND),
        Holiday("Labor Day", 9, nth=1),
        Holiday("Columbus Day", 10, nth=2),
        Holiday("Veterans Day", 11, day=11, moved=OFF_THE_WEEKEND),
        Holiday("Thanksgiving Day", 11, nth=4, weekday=THURSDAY),
        Holiday("Christmas", 12, day=25, moved=OFF_THE_WEEKEND),
    )
)
