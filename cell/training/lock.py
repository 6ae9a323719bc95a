"""One runner a data folder: whoever holds the lock. It goes with its process, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cell.stores.trouble import told
from cell.texts import say
from cell.training.book import FOLDER
from cell.training.errors import JobError, JobStoreError

FILE = "runner.lock"


@contextmanager
def the_runner(data_dir: Path, patience_s: float = 1.0) -> Iterator[None]:
    """Be the one runner. patience_s: whoever only looks whether there is one holds the lock for a
    moment. Raises JobError when there is one, JobStoreError for a bad folder.
    """
    handle = _open(data_dir)
    try:
        if not _taken(handle, patience_s):
            raise JobError(say("training.runner_there", folder=data_dir))
        yield
    finally:
        os.close(handle)


def runner_there(data_dir: Path) -> bool:
    """Whether a runner is at work."""
    try:
        with the_runner(data_dir, patience_s=0.0):
            return False
    except JobError:
        return True


def _taken(handle: int, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)


def _open(data_dir: Path) -> int:
    path = data_dir / FOLDER / FILE
    with told(path, JobStoreError, (OSError,)):
        path.parent.mkdir(exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
