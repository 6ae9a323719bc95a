"""Which machine this is, for processes that want to know whether they share one."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path
from typing import Final
from zlib import crc32

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_PROCESSES: Final = Path("/proc/self/ns/pid")
_MEMORY: Final = Path("/dev/shm")


@cache
def machine() -> str:
    """Its name, and behind it eight hexadecimal digits, since two machines may go by one name.

    Equal for processes that see each other's process ids and files in shared memory: same start
    of the kernel, same namespace of processes, same /dev/shm. Containers are machines of their own.
    """
    try:
        marks = f"{_BOOT.read_text()}{os.readlink(_PROCESSES)}{_MEMORY.stat().st_dev}"
    except OSError:  # no Linux: the name must do
        return platform.node()
    return f"{platform.node()}/{crc32(marks.encode()):08x}"
