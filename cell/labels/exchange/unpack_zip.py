"""The entries of a .zip, with what may not be in one refused."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from cell.labels.exchange.bounds import Counted, Ledger, Readable
from vision.lab.data.names import printable
from vision.lab.data.reading import Watch

_END = b"PK\x05\x06"
_END_BYTES = 22 + 65_535
_LISTED_BYTES = 400
"""An entry of the list takes so much at the most on average; the list is read into memory."""


def zip_entries(ledger: Ledger, watch: Watch) -> Iterator[tuple[str, Readable | None]]:
    """Name and content of each entry, None for a folder. Raises ExchangeError, BadZipFile."""
    _require_short_list(ledger)
    with _told(ledger):
        opened = zipfile.ZipFile(ledger.archive)
    with opened as archive:
        for entry in watch(archive.infolist(), "files"):
            _require_plain(ledger, entry)
            if entry.is_dir():
                yield _name(ledger, entry), None
                continue
            with _told(ledger):
                content = archive.open(entry)
            with content:
                yield _name(ledger, entry), Counted(content, ledger)


@contextmanager
def _told(ledger: Ledger) -> Iterator[None]:
    """What this reader of archives has not learnt. Raises ExchangeError."""
    try:
        yield
    except NotImplementedError as error:
        raise ledger.error("exchange.not_unpacked", why=str(error)) from None


def _require_short_list(ledger: Ledger) -> None:
    with ledger.archive.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0:
        raise zipfile.BadZipFile("its list of files is missing: it was cut off")
    listed = int.from_bytes(tail[at + 12 : at + 16], "little")
    if listed > ledger.bounds.entries * _LISTED_BYTES:
        raise ledger.error("exchange.many_entries", most=ledger.bounds.entries)


def _require_plain(ledger: Ledger, entry: zipfile.ZipInfo) -> None:
    name = printable(entry.orig_filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ledger.error("exchange.entry_link", entry=name)
    if entry.flag_bits & 1:
        raise ledger.error("exchange.encrypted", entry=name)
    if "\0" in entry.orig_filename:
        raise ledger.error("exchange.entry_outside", entry=name)


def _name(ledger: Ledger, entry: zipfile.ZipInfo) -> str:
    """An entry's name. Without the mark for UTF-8 it is some code page's, which nobody can know,
    unless it is UTF-8 all the same.
    """
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        raise ledger.error("exchange.code_page", entry=printable(entry.filename)) from None
