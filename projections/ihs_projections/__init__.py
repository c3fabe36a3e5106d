"""One question per module: each projection is a pure function of one case's history."""

from ihs_domain.ports import Projection
from ihs_projections.contacts import CONTACTS
from ihs_projections.current_case import CURRENT_CASE
from ihs_projections.timeline import TIMELINE

PROJECTIONS = (CURRENT_CASE, TIMELINE, CONTACTS)

__all__ = ["CONTACTS", "CURRENT_CASE", "PROJECTIONS", "TIMELINE", "Projection"]
