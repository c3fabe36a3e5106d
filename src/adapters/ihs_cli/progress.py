"""How far a command has come, shown on a terminal and nowhere else."""

import os
import stat
import sys
from typing import BinaryIO, Final

from attrs import define

WIDTH: Final = 30
CLEAR: Final = "\r\x1b[K"


@define
class Progress:
    """A bar on stderr over *size* bytes or cases; 0 shows none."""

    size: int = 0

    @classmethod
    def over(cls, file: BinaryIO) -> "Progress":
        """A bar over *file*, where stderr is a terminal and the file's size is known."""
        if not sys.stderr.isatty():
            return cls()
        try:
            status = os.fstat(file.fileno())
        except OSError:
            return cls()
        return cls(status.st_size if stat.S_ISREG(status.st_mode) else 0)

    @classmethod
    def of(cls, cases: int) -> "Progress":
        """A bar over so many cases, where stderr is a terminal."""
        return cls(cases if sys.stderr.isatty() else 0)

    def at(self, done: int) -> None:
        """Show that so many are *done*."""
        if self.size:
            part = min(done / self.size, 1)
            sys.stderr.write(f"{CLEAR}[{'#' * int(part * WIDTH):<{WIDTH}}] {part:4.0%}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away, so that a line can be printed in its place."""
        if self.size:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
