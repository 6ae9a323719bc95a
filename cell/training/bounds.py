"""What a training process may take of the machine: everything else comes first."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

_PR_SET_PDEATHSIG = 1
_MIB = 1 << 20
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """cores: processors and threads; memory_mib: of memory that it asks for."""

    cores: int
    memory_mib: int

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment for a process within these bounds: libraries start no more threads."""
        return {**given, **dict.fromkeys(THREADS, f"{self.cores}")}


def keep_to(bounds: Bounds) -> None:
    """Put this process behind all others, for processor and disk, onto the machine's last cores,
    and refuse it more memory than it may have (a MemoryError, or the library's own).
    """
    os.nice(19)
    # Some containers forbid one or the other; being nice is always allowed.
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(OSError, psutil.Error, AttributeError):
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-bounds.cores :])
    most = bounds.memory_mib * _MIB
    # Not RLIMIT_AS: libraries map files that take no memory.
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def die_with(parent: int) -> None:
    """End this process, even a stopped one, when the process that started it ends. parent: its id;
    raises SystemExit where it has ended already.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(128 + signal.SIGKILL)
