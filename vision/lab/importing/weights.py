"""From a `.pt` of ultralytics to ONNX, in the user's own environment.

A `.pt` is a pickle: whoever reads it runs what it carries. It is therefore never read here, but by
the ultralytics that its user has installed, in a process of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from models.errors import ModelError

ENDS_WITH_US: Final = (
    "import ctypes, os, signal, sys\n"
    "if sys.platform == 'linux':\n"
    "    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)\n"
    "try:\n"
    "    os.kill(int(sys.argv.pop(1)), 0)\n"
    "except ProcessLookupError:\n"
    "    raise SystemExit(137) from None\n"
)
"""How a program in the user's environment begins: killed with the process that asks, whose id is
its first argument. Nobody else would ever end it.
"""
PROGRAM: Final = ENDS_WITH_US + (
    "from ultralytics import YOLO\n"
    "size = [int(side) for side in sys.argv[2:]]\n"
    "more = {'imgsz': size} if size else {}\n"
    "print('EXPORTED', YOLO(sys.argv[1]).export(format='onnx', batch=1, dynamic=False, **more))\n"
)
HOW: Final = (
    "give the Python of an environment that has ultralytics, --python /path/to/venv/bin/python, or "
    "export there yourself: yolo export model=best.pt format=onnx"
)
STRIDE: Final = 32
Tell = Callable[[str], None]


def python_of(given: Path | None) -> Path:
    """The Python that has ultralytics: the one given, else that of `yolo` on the PATH. Raises
    ModelError.
    """
    if given is not None:
        if not (given.is_file() and os.access(given, os.X_OK)):
            raise ModelError(f"--python {given} is no program: {HOW}")
        return given
    yolo = shutil.which("yolo")
    first = Path(yolo).read_bytes().partition(b"\n")[0].decode(errors="replace") if yolo else ""
    python = Path(first.removeprefix("#!").strip())
    if not first.startswith("#!") or not python.is_file():
        raise ModelError(f"a .pt is exported by ultralytics, which is not on the PATH: {HOW}")
    return python


def export_weights(
    weights: Path, python: Path, folder: Path, size: tuple[int, int] | None, tell: Tell
) -> Path:
    """The ONNX file that ultralytics makes of `weights` in `folder`, beside a copy of them.

    size: the least width and height that the network is to take [px]; None: as it was trained.
    tell: hears each line that ultralytics says. Raises ModelError with its last words.
    """
    try:
        copy = Path(shutil.copy(weights, folder / weights.name))
    except OSError as error:
        raise ModelError(
            f"{weights} cannot be copied to {folder} ({error.strerror}): check the path, and the "
            "room on the disk"
        ) from None
    sides = [] if size is None else [str(-(-side // STRIDE) * STRIDE) for side in reversed(size)]
    command = [str(python), "-c", PROGRAM, f"{os.getpid()}", str(copy), *sides]
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if words := plain(line):
                    said.append(words)
                    tell(words)
        except BaseException:
            process.kill()
            raise
    made = copy.with_suffix(".onnx")
    if process.returncode == 0 and made.is_file():
        return made
    why = reason(said, process.returncode)
    remedy = HOW if "ultralytics" in why else "mend that there, or give the ONNX file"
    raise ModelError(f"{weights}: ultralytics in {python} did not export it ({why:.200}): {remedy}")


def environment(folder: Path, *, one_thread: bool = False) -> dict[str, str]:
    """As the user's, but ultralytics installs nothing and keeps its settings in the folder."""
    own = {"YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": str(folder), "YOLO_OFFLINE": "true"}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict(os.environ) | own | (dict.fromkeys(threads, "1") if one_thread else {})


def plain(line: str) -> str:
    """The words of a line, without colours and what it was written over."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line).rpartition("\r")[2].strip()


def reason(said: Sequence[str], code: int) -> str:
    """Why a Python program ended with this exit code: the last of its lines that names an error."""
    named = (line for line in reversed(said) if re.match(r"[\w.]*(Error|Exception)\b", line))
    return next(named, said[-1] if said else f"it ended with {code}")
