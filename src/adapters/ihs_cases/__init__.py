"""Cases: the wiring an embedder opens."""

from ihs_cases.awaiting import AsyncCases
from ihs_cases.cases import Cases
from ihs_cases.recording import Receipt

__all__ = ["AsyncCases", "Cases", "Receipt"]
