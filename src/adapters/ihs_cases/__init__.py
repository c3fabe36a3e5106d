"""Cases: the wiring an embedder opens."""

from ihs_cases.awaiting import AsyncCases
from ihs_cases.cases import Cases
from ihs_cases.proposal import Receipt

__all__ = ["AsyncCases", "Cases", "Receipt"]
