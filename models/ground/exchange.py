"""Two folders change places, in one step."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Final

_HERE: Final = -100
"""AT_FDCWD of fcntl.h."""
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of linux/fs.h; see rename(2)."""


def exchanged(one: Path, other: Path) -> bool:
    """Let them change places, so that each name is there at every moment, also after a kill. False,
    and nothing is changed, where system or file system cannot do it.
    """
    with contextlib.suppress(OSError, AttributeError):
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)
    return False
