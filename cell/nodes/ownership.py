"""One cell has one owner: whoever uses a belt, an arm, a camera or a data folder claims it.

A claim holds on the whole machine, for every way to start a cell. It is a lock of the kernel's, so
that a killed process leaves nothing claimed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from models.ground.closing import Closing
from models.ground.errors import UserError

_SHARED = Path("/run/lock")
FOLDER = (_SHARED if os.access(_SHARED, os.W_OK) else Path("/tmp")) / "inspection-cell"
"""Where the claims of all users of this machine lie; the same whatever TMPDIR says."""
PLACE = ("host", "port", "serial", "device")
"""Options of a driver that say which device it means; the others say how it is used."""


class OwnedError(UserError):
    """Something that is wanted belongs to a running cell; the message says to which."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a claim: a process, what it is, since when, and its cell's data folder."""

    pid: int
    who: str
    since: str
    data: str

    @classmethod
    def me(cls, who: str, data: Path | str) -> Self:
        """This process, from now on."""
        return cls(os.getpid(), who, f"{datetime.now():%Y-%m-%d %H:%M:%S}", str(data))

    def __str__(self) -> str:
        return f"{self.who} (process {self.pid}, since {self.since}, data folder {self.data})"


def device(driver: str, options: Mapping[str, Any]) -> str:
    """The name under which a device is claimed, from its driver and the driver's options."""
    here = {"localhost": "127.0.0.1"}
    told = [str(options[key]) for key in PLACE if options.get(key) not in (None, "")]
    return " ".join([driver, ":".join(here.get(word, word) for word in told)]).strip()


def held_by(kind: str, name: str, folder: Path = FOLDER) -> Owner | None:
    """Who holds this now, as far as he has said so; None: nobody."""
    try:
        Claim.look({kind: name}, folder)
    except OwnedError:
        with contextlib.suppress(OSError, ValueError, TypeError):
            return Owner(**json.loads(_path(kind, name, folder).read_bytes()))
    return None


def refusal(kind: str, name: str, owner: object) -> str:
    """What a person reads who wants what is another's."""
    return (
        f"the {kind} {name} is already in use by {owner}: end that run first (Ctrl-C in its "
        f"terminal), or give this one another {kind}."
    )


class Claim(Closing):
    """What this process holds: things by kind, e.g. {"belt": "modbus 127.0.0.1:5020"}."""

    def __init__(self) -> None:
        self._held: list[tuple[Path, int]] = []

    @classmethod
    def take(cls, things: Mapping[str, str], owner: Owner, folder: Path = FOLDER) -> Self:
        """Claim all of `things` or none. Raises OwnedError naming the first that is another's."""
        claim = cls()
        try:
            for kind, name in things.items():
                claim._held.append(_lock(kind, name, folder))
        except OwnedError:
            claim.close()
            raise
        for _, descriptor in claim._held:
            os.write(descriptor, json.dumps(asdict(owner)).encode())
        return claim

    @staticmethod
    def look(things: Mapping[str, str], folder: Path = FOLDER) -> None:
        """Raises OwnedError when one of `things` is another's now; claims nothing."""
        for kind, name in things.items():
            if _path(kind, name, folder).exists():
                _release(*_lock(kind, name, folder))

    def close(self) -> None:
        """Let go of everything. Safe to call twice."""
        while self._held:
            _release(*self._held.pop())


def _path(kind: str, name: str, folder: Path) -> Path:
    digest = hashlib.sha256(f"{kind} {name}".encode()).hexdigest()[:16]
    return folder / f"{kind.replace(' ', '-')}-{digest}"


def _lock(kind: str, name: str, folder: Path) -> tuple[Path, int]:
    path = _path(kind, name, folder)
    while True:
        try:
            descriptor = _open(path)
        except OSError as error:
            raise OwnedError(
                f"the {kind} {name} cannot be claimed: {path}: {error.strerror}. Let every user "
                f"who runs a cell write in {path.parent} (chmod 1777)."
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _owner(descriptor)
            os.close(descriptor)
            raise OwnedError(refusal(kind, name, owner or "a cell that starts now")) from None
        # Whoever let go of it meanwhile has removed the file under us: another may lock a new one.
        with contextlib.suppress(OSError):
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                os.ftruncate(descriptor, 0)
                return path, descriptor
        os.close(descriptor)


def _open(path: Path) -> int:
    """The file, which other users may lock too. (Opening theirs with O_CREAT is not allowed.)"""
    with contextlib.suppress(FileNotFoundError):
        return os.open(path, os.O_RDWR)
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o1777)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    with contextlib.suppress(PermissionError):
        os.fchmod(descriptor, 0o666)
    return descriptor


def _owner(descriptor: int) -> Owner | None:
    """Who holds the lock; None while that one has not yet told."""
    for text in _reads(descriptor):
        with contextlib.suppress(ValueError, TypeError):
            return Owner(**json.loads(text))
    return None


def _reads(descriptor: int) -> Iterator[bytes]:
    for _ in range(20):
        yield os.pread(descriptor, 65536, 0)
        time.sleep(0.01)


def _release(path: Path, descriptor: int) -> None:
    """Remove the file before the lock is gone, so that nobody locks what is about to go."""
    with contextlib.suppress(OSError):
        path.unlink()
    os.close(descriptor)
