"""A disk so small that it is full soon, for real: memory mounted in a namespace of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

_MOUNT = 'mount -t tmpfs -o "$1" cell-test "$2" && shift 2 && exec "$@"'
ROOT = Path(__file__).parents[2]


def on_small_disk(
    folder: Path, options: str, command: Sequence[str], timeout_s: float = 200.0
) -> subprocess.CompletedProcess[str]:
    """Run a command for which `folder` is such a disk, e.g. of `size=8m`; skips where that is not
    permitted.
    """
    if not _permitted():
        pytest.skip("mounting a disk is not permitted here")
    mounted = [*_UNSHARE, "sh", "-c", _MOUNT, "sh", options, str(folder), *command]
    return subprocess.run(
        mounted, check=False, capture_output=True, text=True, cwd=ROOT, timeout=timeout_s
    )


def prove(module: str, case: str, folder: Path, size: str = "8m") -> None:
    """Run `case(folder)` of a test module where `folder` is a small disk; it must not raise."""
    code = f"import sys, pathlib; from {module} import {case}; {case}(pathlib.Path(sys.argv[1]))"
    ended = on_small_disk(folder, f"size={size}", [sys.executable, "-c", code, str(folder)])
    assert ended.returncode == 0, ended.stdout + ended.stderr


def fill(folder: Path, leave: int = 0) -> Path:
    """Take all room but `leave` bytes; deleting the returned file gives it back."""
    filler = folder / "filler.bin"
    with filler.open("ab", buffering=0) as file:
        rest = shutil.disk_usage(folder).free - leave
        if rest > 0:
            os.posix_fallocate(file.fileno(), file.tell(), rest)
    return filler


_UNSHARE = ("unshare", "--mount", "--propagation", "private")


@cache
def _permitted() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = [*_UNSHARE, "mount", "-t", "tmpfs", "-o", "size=1m", "cell-test", "/mnt"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0
