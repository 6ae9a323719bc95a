"""Kept views are learnt from again, each with its own truth."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from vision.lab.training.replay import FRESH, Replay  # noqa: E402
from vision.lab.training.samples import Batch  # noqa: E402


def views(side: int, *numbers: int) -> tuple[list[torch.Tensor], Batch]:
    """Views that carry their number in pixels, features, boxes and labels alike."""
    n = torch.tensor(numbers)
    images = n.view(-1, 1, 1, 1).expand(-1, 1, side, side).to(torch.uint8)
    features = [images[:, :, ::step, ::step].bfloat16() for step in (2, 4)]
    boxes = n.view(-1, 1, 1).expand(-1, 3, 4).float()
    return features, (images, boxes, n.view(-1, 1).expand(-1, 3), torch.ones(len(n), 3) > 0)


def test_a_batch_is_fresh_views_and_older_ones_of_their_size() -> None:
    replay, seen = Replay(), []
    for k in range(20):
        side = 16 if k % 2 else 32
        features, (images, boxes, labels, real) = replay.extend(*views(side, 2 * k, 2 * k + 1))
        earlier = 2 * (k // 2)
        assert len(images) == min(2 + earlier, 2 * FRESH)
        assert images.shape[-1] == side
        numbers = images[:, 0, 0, 0].tolist()
        assert numbers[:2] == [2 * k, 2 * k + 1]
        assert len(set(numbers)) == len(numbers)
        assert labels[:, 0].tolist() == boxes[:, 0, 0].tolist() == numbers
        assert all(part[:, 0, 0, 0].tolist() == numbers for part in features)
        assert bool(real.all())
        seen += numbers[2:]
    assert len(set(seen)) > 15
