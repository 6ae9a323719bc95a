"""A few labelled defects: what they look like on the features of the memory, learned from them.

A linear discriminant for each labelled picture: in which direction its defect lies from good
patches, whose spread is that of good parts alone. They give thousands of patches, where a defect
gives a few (after Hariharan, Malik and Ramanan 2012, "Discriminative decorrelation for clustering
and classification", and Malisiewicz, Gupta and Efros 2011, "Ensemble of exemplar-SVMs"). The
direction that a place lies farthest along counts: defects of one product look unlike each other.
What it says is told against what is usual at each place, as distances are, and added to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from vision.anomaly.memory import Floats, smooth
from vision.lab.teaching.places import Places, without_own
from vision.lab.teaching.units import unit_of

SHRINK: Final = 0.3
"""Share of the spread that is taken to be alike in all directions: a few hundred good patches that
are alike tell it badly."""
USUAL: Final = 0.8
"""A direction counts in units of what this share of good pictures does not reach along it."""
HOTTEST: Final = 0.5
"""Of the places of a label's box this share shows the defect: those most unlike good parts."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A labelled defective picture: patches (scales, places, c), and heat (h, w) and marked places
    (h, w).
    """

    patches: Floats
    heat: Floats
    inside: NDArray[np.bool_]

    def shown(self) -> Floats:
        """Patches (k, scales * c) of the places that show the defect."""
        there = np.flatnonzero(self.inside.ravel())
        hottest = there[np.argsort(-self.heat.ravel()[there], kind="stable")]
        kept = hottest[: max(1, int(np.ceil(HOTTEST * len(hottest))))]
        return joined(self.patches)[kept]


@dataclass(frozen=True, slots=True)
class Directions:
    """What parts defects from good: weights (c, k) of patches less their mean (c,), a column for
    each labelled picture.
    """

    mean: Floats
    weights: Floats

    @classmethod
    def of(cls, good: Floats, shown: Sequence[Floats]) -> Self:
        """From patches of good parts (n, c), and of each labelled defect (k, c)."""
        mean = good.mean(axis=0)
        scale = 1.0 / (good.std(axis=0) + 1e-4)
        own = (good - mean) * scale
        spread = (1.0 - SHRINK) * (own.T @ own / len(own)) + SHRINK * np.eye(own.shape[1])
        away = np.stack([(one.mean(axis=0) - mean) * scale for one in shown], axis=1)
        weights = np.linalg.solve(spread, away)
        weights /= np.sqrt(np.maximum((weights * away).sum(axis=0), 1e-12))
        return cls(mean.astype(np.float32), (weights * scale[:, None]).astype(np.float32))

    def along(self, patches: Floats) -> Floats:
        """How far patches (scales, places, c) lie along each direction, (places, k)."""
        return np.asarray((joined(patches) - self.mean) @ self.weights, np.float32)


@dataclass(frozen=True, slots=True)
class Defects:
    """Directions in units of what good pictures reach, what is usual at each place of the farthest
    one, and the unit of what lies above.
    """

    directions: Directions
    usual: Places
    unit: float

    def heat(self, patches: Floats, grid: tuple[int, int]) -> Floats:
        """As `Scales.heat`, (h, w), 0 or more."""
        said = smooth(self.directions.along(patches).max(axis=1).reshape(grid))
        return np.asarray(np.maximum(self.usual.told(said) / self.unit, 0.0), np.float32)


def joined(patches: Floats) -> Floats:
    """Patches (scales, places, c) as (places, scales * c)."""
    return np.concatenate(list(patches), axis=1)


def learn_defects(
    good: Floats,
    marked: Sequence[Marked],
    grid: tuple[int, int],
    parts: NDArray[np.int64] | None,
    fold_of: NDArray[np.int64],
) -> tuple[Defects, Floats]:
    """From good pictures (n, looks, scales, places, c) of parts (n,), None for one each, and
    labelled ones; also the heat (n, h, w) of each good picture by what was learned without its
    fold (n,).
    """
    parts = np.arange(len(good)) if parts is None else parts
    flat = np.concatenate([_looks(one) for one in good])
    fold_of_patch = np.repeat(fold_of, good.shape[1] * good.shape[3])
    shown = [one.shown() for one in marked]
    along = np.empty((len(good), good.shape[3], len(shown)), np.float32)
    for fold in np.unique(fold_of):
        without = Directions.of(flat[fold_of_patch != fold], shown)
        for k in np.flatnonzero(fold_of == fold):
            along[k] = without.along(good[k, 0])
    reach = np.maximum(np.quantile(along.max(axis=1), USUAL, axis=0), 1e-3).astype(np.float32)
    maps = np.stack([smooth((one / reach).max(axis=1).reshape(grid)) for one in along])
    told = without_own(maps, parts)
    unit = unit_of(told.max(axis=(1, 2)))
    usual = Places.of(maps, len(np.unique(parts)))
    whole = Directions.of(flat, shown)
    learned = Defects(Directions(whole.mean, whole.weights / reach), usual, float(unit))
    return learned, np.maximum(told / unit, np.float32(0.0))


def _looks(picture: Floats) -> Floats:
    return np.concatenate([joined(look) for look in picture])
