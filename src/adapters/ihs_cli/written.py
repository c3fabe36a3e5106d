"""Files that a command writes: for their owner alone, and over no other."""

import os
from pathlib import Path
from typing import Final

from ihs_cli.errors import Misasked

EXISTS: Final = "{} already exists: name a new file"


def must_be_new(file: Path) -> None:
    """Raise Misasked where a file cannot be made: asked before anything is put on record of what is to be in it."""
    if os.path.lexists(file):
        raise Misasked(EXISTS.format(file))
    if not file.parent.is_dir():
        raise Misasked(f"{file} cannot be written: there is no folder {file.parent}")


def write_new(file: Path, text: str) -> None:
    """Write a file for its owner alone, whatever the umask, and overwrite none."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise Misasked(EXISTS.format(file)) from None
    except OSError as error:
        raise Misasked(f"{file} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
