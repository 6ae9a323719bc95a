"""Views that are kept as features, so that each is learnt from several times at little cost."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence

import torch
from torch import Tensor

from vision.lab.training.samples import Batch

FRESH = 4  # one view in so many is new in a batch
LARGEST = 600e6  # bytes kept of each size of view

Kept = tuple[Tensor, ...]


class Replay:
    """The latest views of each size, and batches drawn from them."""

    def __init__(self, seed: int = 1) -> None:
        self._kept: dict[tuple[int, ...], deque[Kept]] = {}
        self._random = random.Random(seed)

    def extend(self, features: Sequence[Tensor], batch: Batch) -> tuple[list[Tensor], Batch]:
        """Keep fresh views; gives them and FRESH - 1 times as many older ones, while there are any.

        features: maps [N, c, h, w] of the batch's images, which do not change any more.
        """
        size = tuple(batch[0].shape[1:])
        fresh = list(zip(*(t.cpu() for t in features), *(t.cpu() for t in batch), strict=True))
        bytes_each = sum(t.element_size() * t.nelement() for t in fresh[0])
        kept = self._kept.setdefault(size, deque(maxlen=max(8, int(LARGEST / bytes_each))))
        older = min(len(kept), (FRESH - 1) * len(fresh))
        chosen = [*fresh, *self._random.sample(kept, older)]
        kept.extend(tuple(t.clone() for t in view) for view in fresh)
        parts = [torch.stack(some).to(batch[0].device) for some in zip(*chosen, strict=True)]
        images, boxes, labels, real = parts[len(features) :]
        return parts[: len(features)], (images, boxes, labels, real)
