"""What an archive may hold: paths that stay in its folder, and no more than a label set has."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cell.labels.exchange.errors import ExchangeError
from cell.texts import say
from vision.lab.data.names import printable

_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = ("Cc", "Cs", "Zl", "Zp")


class Readable(Protocol):
    """What bytes are read from; none at its end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is unpacked at the most: entries, bytes, and bytes for each byte of the archive, beside
    `spare` bytes that every archive may have. label_bytes: of what is no picture; all of it is
    taken apart in memory, where it is many times as large.
    """

    entries: int = 200_000
    bytes: int = 32 << 30
    ratio: int = 100
    spare: int = 64 << 20
    label_bytes: int = 128 << 20

    def most_of(self, archive: Path) -> int:
        """How much this archive may hold [bytes]."""
        return min(self.bytes, archive.stat().st_size * self.ratio + self.spare)


@dataclass
class Ledger:
    """What has come out of one archive so far. Raises ExchangeError as soon as it is too much, or
    has a place that is taken. shown: the archive's name as errors say it; its path unless given.
    """

    archive: Path
    bounds: Bounds
    shown: str = ""
    entries: int = 0
    bytes: int = 0
    label_bytes: int = 0
    most: int = field(init=False)
    _files: set[tuple[str, ...]] = field(default_factory=set)
    _folders: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.most = self.bounds.most_of(self.archive)

    def enter(self, name: str, is_folder: bool) -> tuple[str, ...]:
        """The parts of an entry's path, empty for the folder itself."""
        self.entries += 1
        if self.entries > self.bounds.entries:
            raise self.error("exchange.many_entries", most=self.bounds.entries)
        parts = self._parts(name)
        above = {parts[:end] for end in range(1, len(parts))}
        clash = parts in self._folders if not is_folder else parts in self._files
        if clash or above & self._files or (not is_folder and parts in self._files):
            raise self.error("exchange.entry_twice", entry=printable(name))
        self._folders |= above
        (self._folders if is_folder else self._files).add(parts)
        return parts

    def take(self, number: int) -> None:
        """Count bytes that were unpacked."""
        self.bytes += number
        if self.bytes > self.most:
            raise self.error("exchange.too_large", most=self.most >> 20)

    def take_label(self, number: int) -> None:
        """Count bytes of what is no picture, beside."""
        self.label_bytes += number
        if self.label_bytes > self.bounds.label_bytes:
            raise self.error("exchange.large_labels", most=self.bounds.label_bytes >> 20)

    def error(self, code: str, **values: str | int) -> ExchangeError:
        """An error that names the archive."""
        return ExchangeError(say(code, archive=self.shown or str(self.archive), **values))

    def _parts(self, name: str) -> tuple[str, ...]:
        path = name.replace("\\", "/")
        parts = tuple(part for part in path.split("/") if part not in ("", "."))
        odd = any(unicodedata.category(sign) in _CONTROL for sign in path)
        if odd or path.startswith("/") or _DRIVE.match(path) or ".." in parts:
            raise self.error("exchange.entry_outside", entry=printable(name))
        if any(len(part.encode()) > 255 for part in parts) or len(path.encode()) > 2000:
            raise self.error("exchange.entry_long", entry=printable(name[:60]))
        return parts


class Counted:
    """What comes out of a compression, all of it counted."""

    def __init__(self, stream: Readable, ledger: Ledger) -> None:
        self._stream, self._ledger = stream, ledger

    def read(self, size: int) -> bytes:
        """The next bytes. Raises ExchangeError when they become too many."""
        piece = self._stream.read(size)
        self._ledger.take(len(piece))
        return piece
