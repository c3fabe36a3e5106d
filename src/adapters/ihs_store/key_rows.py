"""Where the row of a data key is: a narrative's at the place of its record, any other under its id."""

from typing import Final

from ihs_record.row import place_of
from ihs_store.schema import NAMED

BY_ID: Final = f"id = ? AND {NAMED}"
BY_PLACE: Final = "position = (SELECT position FROM records WHERE stream = ? AND version = ?) AND id = ?"


def where(key_id: str) -> tuple[str, tuple[object, ...]]:
    """The condition that finds a key's row by its id, and its values."""
    place = place_of(key_id)
    return (BY_ID, (key_id,)) if place is None else (BY_PLACE, place)
