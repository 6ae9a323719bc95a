"""What travels between the machines, as archives: an order, and the package that comes back.

Nothing in either is run, and nothing is read that could be a program (no pickles): JSON, pictures,
an ONNX file.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import IO

from cell.texts import say
from cell.training.errors import TrainingError

ORDER = "order.json"
"""In an order's archive; an order without it was cut off."""
MOST_PACKAGE = 512 << 20
"""A package is never larger [bytes]; a tenth of that is more than any network of the cell's."""


def unpack(stream: IO[bytes], folder: Path, most: int, where: str) -> None:
    """Plain files of an archive, at most one folder deep. most [bytes] in all; where: whom an error
    names. Raises TrainingError for anything else in it, OSError.
    """
    taken = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                parts = Path(member.name).parts
                taken += member.size
                plain = member.isreg() and 1 <= len(parts) <= 2 and ".." not in parts
                if not plain or member.name.startswith("/") or taken > most:
                    raise TrainingError(say("training.remote.archive", host=where))
                source = archive.extractfile(member)
                assert source is not None
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    while piece := source.read(1 << 20):
                        file.write(piece)
    except (tarfile.TarError, EOFError):
        raise TrainingError(say("training.remote.archive", host=where)) from None


def write_package(folder: Path, stream: IO[bytes]) -> None:
    """The archive of a model package's folder. Raises OSError."""
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                add_file(archive, file.relative_to(folder).as_posix(), file.read_bytes())


def add_file(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    """A file of this content. Raises OSError."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))
