"""The entries of a .tar.gz, with what may not be in one refused."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator

from cell.labels.exchange.bounds import Counted, Ledger, Readable
from vision.lab.data.names import printable

_HEADER_BYTES = 1 << 20
_CHUNK = 1 << 20
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)


class _Entry(tarfile.TarInfo):
    """An entry whose further headers are no larger than headers are: they go into memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Entry:
        """From a header's block. Raises tarfile.ReadError."""
        entry = super().frombuf(buf, encoding, errors)
        if entry.type not in _PLAIN and entry.size > _HEADER_BYTES:
            raise tarfile.ReadError("a header claims to be larger than headers are")
        return entry


def tar_entries(ledger: Ledger) -> Iterator[tuple[str, Readable | None]]:
    """Name and content of each entry, None for a folder. Raises ExchangeError, tarfile.TarError,
    EOFError and zlib.error.
    """
    with gzip.open(ledger.archive) as stream:
        counted = Counted(stream, ledger)
        with tarfile.open(fileobj=counted, mode="r|", tarinfo=_Entry, bufsize=1 << 16) as archive:  # type: ignore[call-overload]
            for entry in archive:
                if entry.isdir():
                    yield entry.name, None
                    continue
                if entry.type not in _PLAIN:
                    raise ledger.error("exchange.entry_link", entry=printable(entry.name))
                content = archive.extractfile(entry)
                if content is None:
                    raise tarfile.ReadError("an entry has no content")
                yield entry.name, content
            _require_end(archive.fileobj)


def _require_end(rest: Readable) -> None:
    """Read what follows the last entry: nothing but zeros, and the checksum of the compression.
    tarfile stops without a word at a header that it cannot read.
    """
    while piece := rest.read(_CHUNK):
        if piece.strip(b"\0"):
            raise tarfile.ReadError("an entry's header is damaged")
