"""The duties of New Mexico's In Home Services Practitioner: a table that cites the classification, and nothing else."""

from ihs_new_mexico.edition_2023 import NEW_MEXICO_2023

EDITIONS = (NEW_MEXICO_2023,)

__all__ = ["EDITIONS", "NEW_MEXICO_2023"]
