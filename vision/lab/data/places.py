"""Files by the names that labels give them, which other systems may spell in another way."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from vision.lab.data.names import alike
from vision.pictures import is_picture


def is_there(path: Path) -> bool:
    """Whether something is at the path, whatever the path holds."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def files_below(folder: Path) -> list[Path]:
    """All files in a folder and below, sorted; links are followed, each folder is entered once."""
    seen: set[str] = set()

    def walk(place: Path) -> Iterator[Path]:
        real = os.path.realpath(place)
        if real in seen:
            return
        seen.add(real)
        for entry in sorted(os.scandir(place), key=lambda one: one.name):
            path = place / entry.name
            if entry.is_dir():
                yield from walk(path)
            else:
                yield path

    return sorted(walk(folder))


def pictures_below(folder: Path) -> list[Path]:
    """All pictures in a folder and below, sorted; links that lead nowhere are among them."""
    return [path for path in files_below(folder) if is_picture(path)]


def parts_of(written: str) -> tuple[str, ...]:
    """A path's parts as any system writes it, without drive, root, `.` and `..`."""
    parts = PureWindowsPath(written).parts
    return tuple(part for part in parts if part not in ("..", ".") and part[-1:] not in ("\\", "/"))


class Places:
    """Looks for files by name: exactly, else spelled alike (case, Unicode form)."""

    def __init__(self) -> None:
        self._listed: dict[Path, dict[str, list[str]]] = {}

    def spelled_alike(self, path: Path) -> list[Path]:
        """The path itself if it is there, else what is spelled like it: none, one or several."""
        if is_there(path):
            return [path]
        if path.parent == path:
            return []
        found = []
        for parent in self.spelled_alike(path.parent):
            found += [parent / name for name in self._names(parent).get(alike(path.name), [])]
        return found

    def _names(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._listed:
            names: dict[str, list[str]] = defaultdict(list)
            try:
                for name in sorted(os.listdir(folder)):
                    names[alike(name)].append(name)
            except OSError:
                names.clear()
            self._listed[folder] = names
        return self._listed[folder]
