"""What killed processes leave in shared memory. Each thing there has a lock, which dies with its
owner: what a living process holds is never touched, whosever it is.

(The twin's pictures: `cell/launcher/pictures.py`.)
"""

from __future__ import annotations

import time
from pathlib import Path

from vision.frames.layout import FOLDER
from vision.frames.sweep import sweep_rings, unlocked

RINGS = "inspection_cell"
"""The cell's rings have names that begin so, unless configured otherwise."""
LOCK = "_el"
"""Fast DDS keeps a lock beside each of its segments, of the same name with this ending."""
SETTLED_S = 10.0
"""A younger lock may not be held yet by whoever has just made it."""


def sweep() -> list[str]:
    """Remove rings of dead cameras, and segments of Fast DDS whose processes are dead. Returns the
    names.
    """
    return sweep_rings(RINGS) + sweep_segments(FOLDER)


def sweep_segments(folder: Path, settled_s: float = SETTLED_S) -> list[str]:
    """Remove Fast DDS's segments in `folder` that have lost their owners for good.

    Its ports stay: they are small, and whoever takes the same number next uses them again.
    """
    swept = []
    for lock in folder.glob(f"fastrtps_*{LOCK}"):
        segment = lock.with_name(lock.name.removesuffix(LOCK))
        if segment.name.startswith("fastrtps_port") or _age_s(lock) < settled_s:
            continue
        with unlocked(lock) as descriptor:
            if descriptor is not None:
                segment.unlink(missing_ok=True)
                lock.unlink(missing_ok=True)
                swept.append(segment.name)
    return swept


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_ctime
    except FileNotFoundError:
        return 0.0  # swept by another process that starts
