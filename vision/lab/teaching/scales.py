"""Two looks at a part: small neighbourhoods show specks and cracks, large ones uneven surfaces.

Distances of the two differ in size, so each is told in units of what good pictures reach that its
memory has not seen; the larger one counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from vision.anomaly.memory import Floats, Memory, smooth
from vision.lab.teaching.places import Places, without_own
from vision.lab.teaching.units import unit_of

FEWER: Final = 4
"""Each larger scale varies less: so many times fewer of its patches cover it as well."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How hot good pictures are that were not remembered. heats: (n, h, w) in units (scales,).

    places: what is usual at each place, for each scale; None where all places are taken alike.
    fold_of: (n,) which pictures were held out together.
    """

    heats: Floats
    units: Floats
    places: tuple[Places, ...] | None
    fold_of: NDArray[np.int64]

    @property
    def scores(self) -> Floats:
        """Of each picture, (n,): its hottest place."""
        return np.asarray(self.heats.max(axis=(1, 2)), np.float32)


@dataclass(frozen=True, slots=True)
class Scales:
    """A memory for each size of neighbourhood, what is usual at each place of its map, and the
    units (scales,) of what lies above it.
    """

    memories: tuple[Memory, ...]
    units: Floats
    places: tuple[Places, ...] | None = None

    @classmethod
    def of(cls, good: Floats, held_out: HeldOut, size: int, seed: int) -> Self:
        """From patches (pictures, looks, scales, places, c); see `memories_of`."""
        return cls(memories_of(good, size, seed), held_out.units, held_out.places)

    def heat(self, patches: Floats, grid: tuple[int, int]) -> Floats:
        """The heat map (h, w), 0 or more, of a picture's patches (scales, places, c)."""
        return self.told(self.distances(patches, grid))

    def distances(self, patches: Floats, grid: tuple[int, int]) -> Floats:
        """How far a picture's patches are from the memories, (scales, h, w)."""
        each = zip(self.memories, patches, strict=True)
        return np.stack([heat_of(memory, seen, grid) for memory, seen in each])

    def told(self, distances: Floats) -> Floats:
        """The heat map (h, w) of distances (scales, h, w)."""
        planes = distances
        if self.places is not None:
            each = zip(self.places, distances, strict=True)
            planes = np.stack([usual.told(plane) for usual, plane in each])
        hottest = (planes / self.units[:, None, None]).max(axis=0)
        return np.asarray(np.maximum(hottest, 0.0), np.float32)

    @property
    def count(self) -> int:
        """Patches remembered."""
        return sum(len(memory.patches) for memory in self.memories)


def memories_of(good: Floats, size: int, seed: int) -> tuple[Memory, ...]:
    """A memory for each scale of patches (pictures, looks, scales, places, c): of the finest one at
    most `size` patches, of each larger one FEWER times less.
    """
    sizes = [max(1, size // FEWER**scale) for scale in range(good.shape[2])]
    return tuple(Memory.of(good[:, :, scale], most, seed) for scale, most in enumerate(sizes))


def heat_of(memory: Memory, patches: Floats, grid: tuple[int, int]) -> Floats:
    """The smoothed distance (h, w) of patches (places, c) from a memory."""
    return smooth(memory.distances(patches).reshape(grid))


def folds_of(parts: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold (n,) of each picture of parts (n,): a part is never in two."""
    names, number = np.unique(parts, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(len(names)) % min(folds, len(names))
    return np.asarray(dealt[number], np.int64)


def hold_out(
    good: Floats,
    grid: tuple[int, int],
    folds: int,
    size: int,
    seed: int,
    parts: NDArray[np.int64] | None = None,
    by_place: bool = True,
    watch: Callable[[int], None] = lambda fold: None,  # noqa: ARG005
) -> HeldOut:
    """Score each good picture (n, looks, scales, places, c), as it is, by what was learned from the
    parts of other folds. parts: (n,) which part a picture shows; None: each one another.
    """
    parts = np.arange(len(good)) if parts is None else parts
    fold_of = folds_of(parts, folds, seed)
    maps = held_out_maps(good, grid, fold_of, size, seed, watch)
    return held_out_of(maps, parts, fold_of, by_place)


def held_out_of(
    maps: Floats, parts: NDArray[np.int64], fold_of: NDArray[np.int64], by_place: bool
) -> HeldOut:
    """From maps (scales, n, h, w) of `held_out_maps`."""
    places = None
    if by_place:
        count = len(np.unique(parts))
        places = tuple(Places.of(plane, count) for plane in maps)
        maps = np.stack([without_own(plane, parts) for plane in maps])
    units = unit_of(maps.max(axis=(2, 3)).T)
    heats = np.maximum((maps / units[:, None, None, None]).max(axis=0), 0.0)
    return HeldOut(np.asarray(heats, np.float32), units, places, fold_of)


def held_out_maps(
    good: Floats,
    grid: tuple[int, int],
    fold_of: NDArray[np.int64],
    size: int,
    seed: int,
    watch: Callable[[int], None] = lambda fold: None,  # noqa: ARG005
) -> Floats:
    """Heat maps (scales, n, h, w) of good pictures, each by a memory of the other folds (n,)."""
    maps = np.empty((good.shape[2], len(good), *grid), np.float32)
    for fold in range(int(fold_of.max()) + 1):
        watch(fold)
        memories = memories_of(good[fold_of != fold], size, seed)
        for k in np.flatnonzero(fold_of == fold):
            for scale, memory in enumerate(memories):
                maps[scale, k] = heat_of(memory, good[k, 0, scale], grid)
    return maps
