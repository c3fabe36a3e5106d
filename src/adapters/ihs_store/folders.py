"""Folders: that a file's name stays is for the folder it stands in to be synced."""

import os
from pathlib import Path


def synced(folder: Path) -> None:
    """Have the names in a folder outlast a loss of power; OSError where the disk fails."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
