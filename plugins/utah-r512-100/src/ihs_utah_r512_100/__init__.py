"""Utah rule R512-100, edition by edition: tables that cite the rule, and nothing else."""

from ihs_utah_r512_100.edition_2003 import UTAH_2003
from ihs_utah_r512_100.edition_2010 import UTAH_2010

EDITIONS = (UTAH_2003, UTAH_2010)

__all__ = ["EDITIONS", "UTAH_2003", "UTAH_2010"]
