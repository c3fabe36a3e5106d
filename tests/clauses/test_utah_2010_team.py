"""R512-100-5(1), edition 2010-10-08: the child and family team."""

import pytest

from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.teaming import Part, TeamFormed

EDITION = "utah-r512-100@2010-10-08"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")


@pytest.mark.clause("R512-100-5(1)(a)", edition=EDITION)
def test_a_team_is_established_for_every_family_with_its_help(given, owed):
    formed_alone = TeamFormed({"mother": Part.PARENT}, helped_by=frozenset())
    formed_together = TeamFormed({"mother": Part.PARENT}, helped_by=frozenset({"mother"}))

    [duty] = owed(given(OPENED, (3, formed_alone), (8, formed_together)), after=9, cite="R512-100-5(1)(a)")

    assert (duty.state, duty.evidence) == ("met", (3,))
    assert [(near.version, near.why) for near in duty.near] == [(2, "the family's help is not on record")]
