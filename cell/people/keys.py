"""Keys that lie outside the databases, in a folder that only the cell's own user may read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cell.people.errors import AuditError
from cell.stores.trouble import NO_ROOM
from cell.texts import say

AUDIT = "audit.key"
BADGES = "badges.key"
_BYTES = 32


def read_key(folder: Path, name: str) -> bytes | None:
    """The key, None where there is none. Raises AuditError for one that cannot be read."""
    path = folder / name
    with told(path):
        try:
            words = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        key = bytes.fromhex(words.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise AuditError(say("audit.key.damaged", path=path))
    return key


def make_key(folder: Path, name: str) -> bytes:
    """A new key; the one that is there, if another process was faster. Raises AuditError."""
    path = folder / name
    fresh = folder / f".{name}.{secrets.token_hex(6)}"
    with told(path):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            write_private(fresh, secrets.token_hex(_BYTES).encode() + b"\n")
            with suppress(FileExistsError):
                os.link(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
        sync_folder(folder)
    key = read_key(folder, name)
    assert key is not None
    return key


def write_private(path: Path, content: bytes) -> None:
    """Write a new file for its owner alone, to the disk. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the folder's names are on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What the disk refuses, in one line. Raises AuditError."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise AuditError(say("store.full", file=path)) from error
        why = error.strerror or error
        raise AuditError(say("audit.key.unusable", path=path, why=why)) from error
