"""Features of many views, looked at once and kept in a file between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from models.anomaly import FeaturePackage
from vision.anomaly.memory import Floats
from vision.lab.teaching.graph import patch_graph
from vision.lab.teaching.items import Item
from vision.lab.teaching.teach import PatchReader, Settings

Watch = Callable[[Sequence[tuple[int, int]]], Iterable[tuple[int, int]]]
"""Hands through what is still to be looked at, and may show how far it is."""


class Looked:
    """Patches (scales, places, c) of each item, as it is and mirrored, looked at when needed.

    One instance at a time uses a file.
    """

    def __init__(self, items: Sequence[Item], reader: PatchReader, grid: tuple[int, int],
                 kept: Any) -> None:  # fmt: skip
        self.items = items
        self.grid = grid
        self._reader = reader
        self._kept = kept

    @classmethod
    def open(
        cls, items: Sequence[Item], features: FeaturePackage, settings: Settings, cache: Path
    ) -> Self:
        """Square views of `settings.side`. cache: folder in which features are kept, made where it
        is not there. Raises OSError.
        """
        size = settings.sees or (settings.side, settings.side)
        graph, grid = patch_graph(features, settings.taps, size, settings.equalise, settings.pools)
        depth = sum(features.card.outputs[tap].channels for tap in settings.taps)
        shape = (len(items), 2, len(settings.pools), grid[0] * grid[1], depth)
        cache.mkdir(parents=True, exist_ok=True)
        file = cache / f"{_digest(items, features, settings)}.npy"
        mode = "r+" if file.is_file() else "w+"
        new = {} if file.is_file() else {"dtype": np.float16, "shape": shape}
        kept: Any = np.lib.format.open_memmap(file, mode=mode, **new)  # type: ignore[arg-type]
        return cls(items, PatchReader(graph, size), grid, kept)

    def look(self, wanted: Iterable[tuple[int, int]], watch: Watch) -> None:
        """See to it that (item, 0 as it is or 1 mirrored) are there. Raises InspectionError."""
        missing = [one for one in wanted if not self._kept[one][0, 0].any()]
        for number, mirrored in watch(missing):
            picture = self.items[number].read()
            if mirrored:
                picture = np.ascontiguousarray(picture[:, ::-1])
            self._kept[number, mirrored] = self._reader.read(picture)

    def patches(self, number: int, mirrored: int = 0) -> Floats:
        """Patches (scales, places, c) of an item that was looked at."""
        return np.asarray(self._kept[number, mirrored], np.float32)


def _digest(items: Sequence[Item], features: FeaturePackage, settings: Settings) -> str:
    whole = hashlib.sha256(features.card.sha256.encode())
    seen = (settings.taps, settings.pools, settings.side, settings.equalise, settings.sees)
    whole.update(repr(seen).encode())
    for item in items:
        told = item.file.stat()
        whole.update(repr((str(item.file), told.st_size, told.st_mtime_ns, item.cut)).encode())
    return whole.hexdigest()[:16]
