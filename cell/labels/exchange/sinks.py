"""Where an export goes: a folder, a .zip or a .tar.gz; whole, or nothing at all."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cell.labels.exchange.errors import ExchangeError
from cell.texts import say

Put = Callable[[str, bytes], None]
"""Takes a file: its path with slashes, relative to the export, and its content."""
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The same labels give the same bytes."""


@contextmanager
def sink(target: Path) -> Iterator[Put]:
    """Gives what takes the files of an export; they are at `target` when the block has ended, and
    nothing is when it fails. Raises ExchangeError if something is there, or it cannot be written.
    """
    if target.is_symlink() or (target.exists() and not _is_empty(target)):
        raise ExchangeError(say("exchange.taken", file=str(target)))
    part = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _opened(part, target.name.lower()) as put:
            yield put
        if part.is_dir() and target.is_dir():
            target.rmdir()
        if part.is_dir():
            part.rename(target)
        else:
            os.link(part, target)  # unlike a renaming, it fails where something has come to be
    except OSError as error:
        why = error.strerror or str(error)
        raise ExchangeError(say("exchange.no_room", file=str(target), why=why)) from None
    finally:
        _remove(part)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    with suppress(OSError):
        part.unlink()


def _is_empty(target: Path) -> bool:
    archive = _is_zip(target.name.lower()) or _is_tar(target.name.lower())
    return not archive and target.is_dir() and not any(target.iterdir())


def _is_zip(name: str) -> bool:
    return name.endswith(".zip")


def _is_tar(name: str) -> bool:
    return name.endswith((".tar.gz", ".tgz"))


@contextmanager
def _opened(part: Path, name: str) -> Iterator[Put]:
    if _is_zip(name):
        with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as archive:
            yield lambda path, content: archive.writestr(_zip_entry(path), content)
    elif _is_tar(name):
        with tarfile.open(part, "x:gz", format=tarfile.PAX_FORMAT) as archive_:
            yield lambda path, content: archive_.addfile(
                _tar_entry(path, content), io.BytesIO(content)
            )
    else:
        part.mkdir()
        yield lambda path, content: _put(part / path, content)


def _zip_entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _tar_entry(path: str, content: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(content), 0o644
    return entry


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as file:
        file.write(content)
