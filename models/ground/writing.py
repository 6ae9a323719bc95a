"""Files written whole or not at all, readable by whoever may read the others beside them.

Wherever the product writes a file that a person has named, or that somebody else reads, it goes
through here.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from models.ground.errors import UserError

_PAGES = (".html", ".htm")


class WriteError(UserError):
    """A file cannot be written, or must not be; the message says which, why and what to do."""


def require_target(
    path: Path, inputs: Iterable[Path | None] = (), own: Collection[str] = ()
) -> None:
    """Refuse a file that could not be written, or is one of the `inputs`, before long work.

    `inputs`: files, and folders whose files are read; so is what lies beside and below a JSON file,
    since that names pictures there. In such a folder a page is replaced, and a
    JSON file that has all keys of `own`, since the same verb wrote it; nothing else that is there.
    Raises WriteError.
    """
    try:
        if path.is_dir():
            raise WriteError(f"{path}: is a folder; give the name of a file")
        folder = path.resolve().parent
        if not folder.is_dir():
            raise WriteError(f"{path}: {folder} is no folder; make it, or give another path")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise WriteError(f"{path}: cannot be written; correct the rights, or give another path")
        if not path.exists():
            os.stat(folder / path.name, follow_symlinks=False)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, RuntimeError) as error:
        raise WriteError(_refusal(path, error)) from None
    for given in inputs:
        if given is not None and any(_overwrites(path, read, own) for read in _read_with(given)):
            raise WriteError(f"{path}: is an input and would be overwritten; give another path")


def write_whole(path: Path, content: str | bytes, *, durable: bool = True) -> None:
    """Write a file so that a reader finds all of it or what was there before.

    A new file gets the rights that the user's umask leaves, a replaced one keeps its own. A link is
    followed; a device or pipe is written to. durable: wait for the disk, so that a power cut does
    not undo it. Raises WriteError; then, as when interrupted, nothing new is left.
    """
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    try:
        _write(path, data, durable)
    except (OSError, ValueError, RuntimeError) as error:
        raise WriteError(_refusal(path, error)) from error


def _write(path: Path, data: bytes, durable: bool) -> None:
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb", buffering=0) as stream:
            stream.write(data)
        return
    target = path.resolve() if path.is_symlink() else path
    fresh = target.with_name(f".{secrets.token_hex(6)}.part")
    # Created by the mode that every program asks for: the kernel takes the umask off it.
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(handle, "wb") as stream:
            if mode is not None:
                os.fchmod(stream.fileno(), stat.S_IMODE(mode))
            stream.write(data)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        os.replace(fresh, target)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _refusal(path: Path, error: Exception) -> str:
    why = getattr(error, "strerror", None) or str(error)
    return f"{path}: cannot be written ({why}); make room, or give another path"


def _read_with(given: Path) -> tuple[Path, ...]:
    """What is read when `given` is: a list of pictures has them beside it."""
    return (given, given.parent) if given.suffix.lower() == ".json" else (given,)


def _overwrites(path: Path, given: Path, own: Collection[str]) -> bool:
    """Whether writing to `path` would change the file `given`, or one in the folder `given`."""
    try:
        if not path.exists() or not given.exists():
            return path.resolve() == given.resolve()
        if not given.is_dir():
            return path.samefile(given)
        if given.resolve() not in path.resolve().parents and not _linked(path, given):
            return False
    except (OSError, RuntimeError):
        return False  # what cannot be looked at is not read either
    return not _is_own(path, own)


def _linked(path: Path, folder: Path) -> bool:
    """Whether a file below `folder` is `path` under another name."""
    if path.stat().st_nlink < 2 and not path.is_symlink():
        return False
    found = path.stat()
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                other = os.stat(os.path.join(place, name))
                if (other.st_dev, other.st_ino) == (found.st_dev, found.st_ino):
                    return True
    return False


def _is_own(path: Path, own: Collection[str]) -> bool:
    if path.suffix.lower() in _PAGES:
        return True
    if not own:
        return False
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and set(own) <= set(content)
