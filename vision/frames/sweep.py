"""Rings whose writers were killed: found by their locks, which die with their writers."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from vision.frames import layout as lay

_DRAFT = re.compile(r"\.\d+\.new")


def sweep_rings(prefix: str) -> list[str]:
    """Remove the rings and drafts of rings whose names begin so and which nobody writes any more.

    Returns their names. Files that are no rings, and those of other users, stay.
    """
    return [path.name for path in lay.FOLDER.glob(f"{prefix}*") if _removed(path)]


def sweep_drafts(path: Path) -> None:
    """Remove what writers of this ring left that were killed while they made it."""
    for draft in path.parent.glob(f"{path.name}.*.new"):
        if _DRAFT.fullmatch(draft.name.removeprefix(path.name)):
            _removed(draft)


def _removed(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or _being_made(path):
        return False
    with unlocked(path) as descriptor:
        if descriptor is None or not (_DRAFT.search(path.name) or _is_ring(descriptor)):
            return False
        path.unlink(missing_ok=True)
        return True


@contextlib.contextmanager
def unlocked(path: Path) -> Iterator[int | None]:
    """The open file, locked by us for the block; None when a living process holds it, or when it
    is not ours to open.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        yield None
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever replaced it meanwhile has a file of another number.
        same = path.stat().st_ino == os.fstat(descriptor).st_ino
    except OSError:
        same = False
    try:
        yield descriptor if same else None
    finally:
        os.close(descriptor)


def _is_ring(descriptor: int) -> bool:
    return os.pread(descriptor, 8, 0) == struct.pack("<Q", lay.MAGIC)


def _being_made(path: Path) -> bool:
    """A draft is locked a moment after it was opened; its name says by which process."""
    draft = _DRAFT.search(path.name)
    return draft is not None and Path(f"/proc/{draft[0].split('.')[1]}").exists()
