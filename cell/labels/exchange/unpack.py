"""Archives as browsers send them: unpacked whole into a folder, or refused in one line."""

from __future__ import annotations

import gzip
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from cell.labels.exchange.bounds import Bounds, Ledger, Readable
from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.unpack_tar import tar_entries
from cell.labels.exchange.unpack_zip import zip_entries
from cell.texts import say
from vision.lab.data.reading import Watch, unwatched
from vision.pictures import is_picture

_CHUNK = 1 << 20
_NOT_MEANT = ("__MACOSX", ".DS_Store")
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile,
            lzma.LZMAError)  # fmt: skip


def is_archive(path: Path) -> bool:
    """Whether a file is a .zip or .tar.gz by its first bytes, else by its name."""
    return _kind(path) != ""


def unpack(
    archive: Path, folder: Path, watch: Watch = unwatched, bounds: Bounds | None = None
) -> None:
    """Unpack into an empty folder. Raises ExchangeError, one line, for paths that lead out of it,
    links and devices, more than `bounds` allow, and archives that are damaged or cut off; the
    folder then holds some of it and is of no use.
    """
    try:
        _unpack(archive, folder, watch, bounds or Bounds())
    except _DAMAGED as error:
        what = " ".join(str(error).split()) or "it ends too early"
        raise ExchangeError(say("exchange.damaged", archive=str(archive), why=what)) from None
    except OSError as error:
        if error.errno is None:  # not the disk's: bz2 says so of what is damaged
            raise ExchangeError(
                say("exchange.damaged", archive=str(archive), why=str(error))
            ) from None
        why = error.strerror or str(error)
        raise ExchangeError(say("exchange.no_room", file=str(folder), why=why)) from None


def _unpack(archive: Path, folder: Path, watch: Watch, bounds: Bounds) -> None:
    ledger = Ledger(archive, bounds)
    entries = zip_entries(ledger, watch) if _kind(archive) == "zip" else tar_entries(ledger)
    for name, content in entries:
        parts = ledger.enter(name, content is None)
        if not parts or any(part in _NOT_MEANT for part in parts):
            continue
        place = folder.joinpath(*parts)
        if content is None:
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        with open(place, "xb") as file:
            for piece in _pieces(content):
                if not is_picture(place):
                    ledger.take_label(len(piece))
                file.write(piece)


def _pieces(content: Readable) -> Iterator[bytes]:
    while piece := content.read(_CHUNK):
        yield piece


def _kind(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would be waited for
        with open(handle, "rb") as file:
            head = file.read(4) if path.is_file() else b""
    except (OSError, ValueError):
        return ""
    name = path.name.lower()
    if not head or head.startswith((b"PK", b"\x1f\x8b")):
        return {b"P": "zip", b"\x1f": "tar"}.get(head[:1], "")
    if name.endswith(".zip"):
        return "zip"
    return "tar" if name.endswith((".tar.gz", ".tgz")) else ""
