"""Sample instruments, one of each shape: their items are made up, and say nothing about any family."""

from importlib.resources import files

INSTRUMENTS = files(__name__) / "instruments"

__all__ = ["INSTRUMENTS"]
