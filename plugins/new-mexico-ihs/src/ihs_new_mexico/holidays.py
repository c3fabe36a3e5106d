"""The legal public holidays of New Mexico: NMSA 12-5-2, and 12-5-3 for one that falls on a Sunday.

No duty of the classification counts in working days; a contact standard may. The statute says nothing of a holiday on a
Saturday. On which days state offices are closed besides, the state's personnel office says each year: not on file.
"""

from typing import Final

from ihs_domain.working_days import LAST, SUNDAY, THURSDAY, Holiday, WorkingDays

OFF_SUNDAY: Final = {SUNDAY: 1}

NEW_MEXICO_WORKING_DAYS: Final = WorkingDays(
    holidays=(
        Holiday("New Year's Day", 1, day=1, moved=OFF_SUNDAY),
        Holiday("Martin Luther King, Jr.'s birthday", 1, nth=3),
        Holiday("Presidents' Day", 2, nth=3),
        Holiday("Memorial Day", 5, nth=LAST),
        Holiday("Independence Day", 7, day=4, moved=OFF_SUNDAY),
        Holiday("Labor Day", 9, nth=1),
        Holiday("Columbus Day", 10, nth=2, until_year=2018),
        Holiday("Indigenous Peoples' Day", 10, nth=2, from_year=2019),
        Holiday("Veterans' Day", 11, day=11, moved=OFF_SUNDAY),
        Holiday("Thanksgiving Day", 11, nth=4, weekday=THURSDAY),
        Holiday("Christmas Day", 12, day=25, moved=OFF_SUNDAY),
    )
)
