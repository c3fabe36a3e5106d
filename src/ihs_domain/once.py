"""Working something out once per class."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def once_per_class(work_out: Callable[[type[Any]], T]) -> Callable[[type[Any]], T]:
    """*work_out*, remembered for every class it was asked about."""
    return cast("Callable[[type[Any]], T]", cache(cast("Callable[..., T]", work_out)))
