"""How many examples a property is tried on: all of them where the change is checked, fewer while it is written."""

import os
from typing import Final

WHOLE: Final = bool(os.environ.get("CI"))
"""Whether a change is checked: there time is no matter, while a laptop is to have done within two minutes."""
A_FEW: Final = 20
"""How many are tried on a laptop where a test says nothing else."""


def some(most: int) -> int:
    """Of so many examples, a third on a laptop."""
    return most if WHOLE else max(2, most // 3)
