"""A small network that tells spoilt places from sound ones, trained while teaching, in numpy.

One hidden layer over the features of a place and the mean features of its picture, so that a part
is compared with itself: what is odd on this part counts, not that the part is darker than others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from vision.anomaly.memory import Floats

HIDDEN: Final = 64
BATCH: Final = 512
RATE: Final = 1e-3
DECAY: Final = 1e-3
LIMIT: Final = 5.0
"""Features are clipped at this many spreads: a stray one cannot decide alone."""
WEIGHT: Final = 0.5
"""Of all spoilt places together against all sound ones."""


@dataclass(frozen=True, slots=True)
class Places:
    """Features (n, c) of places of one picture, the picture's mean (c,), spoilt or not (n,)."""

    features: NDArray[np.float16]
    mean: Floats
    spoilt: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Head:
    """Standardised by centre and scale (2 c,), then inner (2 c, h), bias (h,) and outer (h,)."""

    centre: Floats
    scale: Floats
    inner: Floats
    bias: Floats
    outer: Floats

    @classmethod
    def of(cls, seen: Sequence[Places], steps: int, seed: int) -> Self:
        """Train on places by Adam (Kingma & Ba 2014) with decoupled decay and a cosine rate."""
        rng = np.random.default_rng(seed)
        count = seen[0].features.shape[1]
        owner = np.repeat(np.arange(len(seen)), [len(one.features) for one in seen])
        spoilt = np.concatenate([one.spoilt for one in seen])
        means = np.stack([one.mean for one in seen])
        some = [one.features[::7].astype(np.float32) for one in seen]
        centre = np.concatenate([np.concatenate(some).mean(axis=0), means.mean(axis=0)])
        spread = np.concatenate([np.concatenate(some).std(axis=0), means.std(axis=0)])
        scale = (1.0 / (spread + 1e-3)).astype(np.float32)
        x = np.concatenate(
            [_standard(one.features, centre[:count], scale[:count], np.float16) for one in seen]
        )
        means = _standard(means, centre[count:], scale[count:], np.float32)
        worth = np.where(spoilt, WEIGHT * (~spoilt).sum() / max(1, spoilt.sum()), 1.0)
        width = 2 * count
        weights = [
            (rng.standard_normal((width, HIDDEN)) * np.sqrt(2.0 / width)).astype(np.float32),
            np.zeros(HIDDEN, np.float32),
            (rng.standard_normal((HIDDEN, 1)) * np.sqrt(1.0 / HIDDEN)).astype(np.float32),
        ]
        first = [np.zeros_like(w) for w in weights]
        second = [np.zeros_like(w) for w in weights]
        order = np.zeros(0, np.int64)
        for step in range(1, steps + 1):
            if len(order) < BATCH:
                order = np.concatenate([order, rng.permutation(len(x))])
            chosen, order = order[:BATCH], order[BATCH:]
            batch = np.hstack([x[chosen].astype(np.float32), means[owner[chosen]]])
            slopes = _slopes(weights, batch, spoilt[chosen], worth[chosen])
            rate = RATE * 0.5 * (1.0 + np.cos(np.pi * step / steps))
            for k, slope in enumerate(slopes):
                first[k] += 0.1 * (slope - first[k])
                second[k] += 0.001 * (slope * slope - second[k])
                spread = np.sqrt(second[k] / (1.0 - 0.999**step)) + 1e-8
                decay = DECAY * weights[k] if weights[k].ndim > 1 else 0.0
                weights[k] -= (rate * (first[k] / (1.0 - 0.9**step) / spread + decay)).astype("f4")
        return cls(centre, scale, weights[0], weights[1], weights[2][:, 0])

    def logits(self, features: Floats) -> Floats:
        """How spoilt each place (n, c) of one picture looks, (n,): log odds."""
        count = features.shape[1]
        x = _standard(features, self.centre[:count], self.scale[:count], np.float32)
        mean = _standard(features.mean(axis=0), self.centre[count:], self.scale[count:], np.float32)
        hidden = x @ self.inner[:count] + (mean @ self.inner[count:] + self.bias)
        return np.asarray(np.maximum(hidden, 0.0) @ self.outer, np.float32)


def _standard(values: Any, centre: Floats, scale: Floats, kind: type[Any]) -> NDArray[Any]:
    """In spreads, clipped."""
    spreads = (np.asarray(values, np.float32) - centre) * scale
    return np.clip(spreads, -LIMIT, LIMIT).astype(kind)


def _slopes(
    weights: Sequence[Floats], x: Floats, spoilt: NDArray[np.bool_], worth: NDArray[np.float64]
) -> list[Floats]:
    """Gradient of the weighted cross entropy."""
    hidden = np.maximum(x @ weights[0] + weights[1], 0.0)
    odds = np.clip((hidden @ weights[2])[:, 0], -30.0, 30.0)
    error = ((1.0 / (1.0 + np.exp(-odds)) - spoilt) * worth / len(x)).astype(np.float32)[:, None]
    back = (error @ weights[2].T) * (hidden > 0.0)
    return [x.T @ back, back.sum(axis=0), hidden.T @ error]
