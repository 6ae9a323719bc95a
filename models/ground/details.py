"""What broke in the program, written down for who mends it."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

KEPT = 20
"""Files of details that are kept; the oldest go first."""
_PACKAGES = (
    "inspection-cell", "numpy", "opencv-python-headless", "onnx", "onnxruntime", "pillow",
    "pydantic", "pyyaml", "typer", "torch",
)  # fmt: skip
_ROOT = Path(__file__).resolve().parents[2]
_ENDING = Path(__file__).resolve().with_name("ending.py")


def write_details(error: BaseException) -> str:
    """Write the traceback with versions and command line; gives the words that say where."""
    why = "no folder can be written"
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_uid != os.getuid():
                continue
            moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
            file = folder / f"{moment}-{os.getpid()}.txt"
            with file.open("x", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(_text(error))
            _forget_old(folder)
        except (OSError, RuntimeError, ValueError) as problem:
            why = str(problem)
            continue
        return f"details: {file}; please report it with that file"
    return f"the details could not be written ({why})"


def place_of(error: BaseException) -> str:
    """The innermost line of this project that the error went through, such as a/b.py:12."""
    place = "the program's start"
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = Path(frame.f_code.co_filename)
        ours = file.is_relative_to(_ROOT) and "site-packages" not in file.parts
        if ours and file != _ENDING:
            place = f"{file.relative_to(_ROOT)}:{line}"
    return place


def _folders() -> Iterator[Path]:
    """Where programs keep such things (XDG), or else the machine's place for passing files."""
    state = os.environ.get("XDG_STATE_HOME", "")
    with contextlib.suppress(RuntimeError):  # a user without a home
        yield (Path(state) if state else Path.home() / ".local/state") / "inspection-cell/errors"
    yield Path(tempfile.gettempdir()) / f"inspection-cell-errors-{os.getuid()}"


def _text(error: BaseException) -> str:
    versions = [f"{name} {found}" for name in _PACKAGES if (found := _version(name))]
    lines = [
        f"time: {datetime.now(UTC).isoformat()}",
        f"command: {sys.argv!r}",
        f"folder: {_here()}",
        f"python: {sys.version} on {platform.platform()}",
        f"versions: {', '.join(versions)}",
        "",
    ]
    return "\n".join(lines) + "\n" + "".join(traceback.format_exception(error))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _here() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        return str(error)


def _forget_old(folder: Path) -> None:
    for old in sorted(folder.glob("*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
