"""What was told outside the agency by a rule: only by one of the edition, and one that allows telling."""

import pytest

from ihs_cases.editions import installed
from ihs_domain.editions import always
from ihs_domain.history import Entry, effective
from ihs_domain.judge import judge
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.releasing import Basis, InformationDisclosed, Kind

OLD, NEW = "utah-r512-100@2003-09-03", "utah-r512-100@2010-10-08"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")


@pytest.mark.parametrize(
    "edition, cite, allowed",
    [
        (NEW, "R512-100-5(3)(c)", True),
        (NEW, "R512-100-5(1)(b)", True),
        (NEW, "R512-100-5 H", False),
        (NEW, "R512-100-5(4)(a)", False),
        (NEW, None, False),
        (OLD, "R512-100-5 H", True),
        (OLD, "R512-100-3 G", True),
        (OLD, "R512-100-3 H", True),
        (OLD, "R512-100-5 K", True),
        (OLD, "R512-100-5(3)(c)", False),
        (OLD, "SIHP23 15", False),
    ],
)
def test_what_was_told_by_a_rule_is_found_where_no_rule_of_the_edition_allows_it(edition, cite, allowed):
    law = always(installed().edition(edition))
    first = law(installed().edition(edition).in_force_from).in_force_from
    told = InformationDisclosed("clinic", Kind.PROGRESS, frozenset({"child"}), Basis.RULE, cite=cite)
    history = effective([Entry(OPENED, first, 1), Entry(told, first, 2)])

    found = [f.objection.says for f in judge(history, law)]

    assert found == (
        [] if allowed else ["nothing allowed telling this agency progress of everyone it was about on that day"]
    )
