"""The fold of an agency's own stream."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from ihs_domain.agencies import (
    Agency,
    AgreementEnded,
    AgreementMade,
    DisclosuresMade,
    DisclosureWithheld,
    agreement_ended,
    agreement_made,
    disclosure_withheld,
    disclosures_made,
)
from ihs_domain.history import Entry

FOLDS: Final[dict[type, Callable[[Agency, Entry[Any]], Agency]]] = {
    AgreementMade: agreement_made,
    AgreementEnded: agreement_ended,
    DisclosuresMade: disclosures_made,
    DisclosureWithheld: disclosure_withheld,
}


def agency_of(entries: Iterable[Entry[Any]]) -> Agency:
    """What was agreed with an agency and what it holds."""
    agency = Agency()
    for entry in entries:
        step = FOLDS.get(type(entry.event))
        if step is not None:
            agency = step(agency, entry)
    return agency
