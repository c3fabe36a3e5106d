"""Utah rule R512-100 edition by edition, and what is kept beside it: tables that cite, and nothing else."""

from ihs_utah_r512_100.edition_2003 import UTAH_2003
from ihs_utah_r512_100.edition_2010 import UTAH_2010
from ihs_utah_r512_100.practice_2021 import UTAH_PRACTICE_2021
from ihs_utah_r512_100.review_2025 import UTAH_REVIEW_2025
from ihs_utah_r512_100.safe_practice import UTAH_SAFE_PRACTICE

EDITIONS = (UTAH_2003, UTAH_2010, UTAH_SAFE_PRACTICE, UTAH_PRACTICE_2021, UTAH_REVIEW_2025)

__all__ = ["EDITIONS", "UTAH_2003", "UTAH_2010", "UTAH_PRACTICE_2021", "UTAH_REVIEW_2025", "UTAH_SAFE_PRACTICE"]
