"""Two looks at a part: small neighbourhoods show specks and cracks, large ones uneven surfaces.

Distances of the two differ in size, so each is told in units of what good pictures reach that its
memory has not seen; the larger one counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from vision.anomaly.memory import Floats, Memory, smooth

SPREADS: Final = 2.0
"""Good pictures reach one unit at their mean and this many standard deviations."""

FEWER: Final = 4
"""Each larger scale varies less: so many times fewer of its patches cover it as well."""


@dataclass(frozen=True, slots=True)
class Scales:
    """A memory for each size of neighbourhood, and the units (scales,) of their distances."""

    memories: tuple[Memory, ...]
    units: Floats

    @classmethod
    def of(cls, good: Floats, units: Floats, size: int, seed: int) -> Self:
        """From patches (pictures, looks, scales, places, c); see `memories_of`."""
        return cls(memories_of(good, size, seed), units)

    def heat(self, patches: Floats, grid: tuple[int, int]) -> Floats:
        """The heat map (h, w) of a picture's patches (scales, places, c)."""
        each = zip(self.memories, patches, self.units, strict=True)
        planes = [heat_of(memory, seen, grid) / unit for memory, seen, unit in each]
        return np.asarray(np.max(planes, axis=0), np.float32)

    @property
    def count(self) -> int:
        """Patches remembered."""
        return sum(len(memory.patches) for memory in self.memories)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How hot good pictures are that were not remembered. scores: (n,) in units (scales,)."""

    scores: Floats
    units: Floats


def memories_of(good: Floats, size: int, seed: int) -> tuple[Memory, ...]:
    """A memory for each scale of patches (pictures, looks, scales, places, c): of the finest one at
    most `size` patches, of each larger one FEWER times less.
    """
    sizes = [max(1, size // FEWER**scale) for scale in range(good.shape[2])]
    return tuple(Memory.of(good[:, :, scale], most, seed) for scale, most in enumerate(sizes))


def heat_of(memory: Memory, patches: Floats, grid: tuple[int, int]) -> Floats:
    """The smoothed distance (h, w) of patches (places, c) from a memory."""
    return smooth(memory.distances(patches).reshape(grid))


def hold_out(
    good: Floats,
    grid: tuple[int, int],
    folds: int,
    size: int,
    seed: int,
    watch: Callable[[int], None] = lambda fold: None,  # noqa: ARG005
) -> HeldOut:
    """Score each good picture (n, looks, scales, places, c), as it is, by memories without it."""
    hottest = np.empty((len(good), good.shape[2]), np.float32)
    fold_of = np.random.default_rng(seed).permutation(len(good)) % folds
    for fold in range(folds):
        watch(fold)
        memories = memories_of(good[fold_of != fold], size, seed)
        for k in np.flatnonzero(fold_of == fold):
            for scale, memory in enumerate(memories):
                hottest[k, scale] = heat_of(memory, good[k, 0, scale], grid).max()
    units = hottest.mean(axis=0) + SPREADS * hottest.std(axis=0)
    units = np.maximum(units, np.float32(1e-6)).astype(np.float32)
    return HeldOut(np.asarray((hottest / units).max(axis=1), np.float32), units)
