"""Whether a folder can be written to at all: asked once, before anything starts."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cell.records.errors import RecordsError

_WHY = {
    errno.EROFS: "is on a disk that can only be read: mount it for writing, or choose another",
    errno.ENOSPC: "is on a full disk: free some space, or choose another",
    errno.EDQUOT: "is on a disk whose quota is used up: free some space, or choose another",
    errno.EACCES: "may not be written to by this user: change its owner, or choose another",
    errno.EPERM: "may not be written to: take its protection away, or choose another",
    errno.ENOTDIR: "is a file, or lies below one: move that file away, or choose another",
    errno.EEXIST: "is a file, not a folder: move it away, or choose another",
}


def require_writable(folder: Path) -> None:
    """Make the data folder if it is missing, and write to it once.

    Raises RecordsError, which names the folder, the problem and the remedy.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe(folder)
    except OSError as error:
        raise RecordsError(f"{folder}: {trouble(error)} data folder (data_dir)") from error


@contextmanager
def gone_if_unused(folder: Path) -> Iterator[None]:
    """What was made of `folder` and the folders above it goes again where nothing lies in it."""
    made = [one for one in (folder, *folder.parents) if not os.path.exists(one)]
    try:
        yield
    finally:
        with suppress(OSError):  # the first that holds something, and so all above it
            for one in made:
                one.rmdir()


def probe(folder: Path, size: int = 1) -> None:
    """Write `size` bytes to a file in `folder` that is gone afterwards. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=".probe-", dir=folder)
    try:
        os.unlink(name)  # at once: a program that is killed leaves nothing
        # Some disks take a file's name and refuse its content.
        os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)


def trouble(error: OSError) -> str:
    """What ails a folder, up to the words that name the other one, e.g. 'is on a full disk: ...'"""
    known = _WHY.get(error.errno or 0)
    return (
        known or f"cannot be written to ({error.strerror or error}): repair it, or choose another"
    )
