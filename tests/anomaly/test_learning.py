"""The parts of teaching: invented defects, the head, the judge, groups that show the same part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.anomaly import textures
from vision.anomaly.head import Head, Places
from vision.anomaly.invent import KINDS, draw, spoil
from vision.anomaly.judge import Judge, blur, gauss
from vision.anomaly.measure import split_by_group
from vision.anomaly.memory import Floats, Memory
from vision.data.types import Sample


def part(seed: int) -> Floats:
    return (textures.good(seed) / 255.0).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawn_defect_changes_what_its_mask_says(kind: str) -> None:
    for seed in range(8):
        picture = part(seed)
        out, mask = draw(picture, part(99), kind, np.random.default_rng(seed))
        assert out.dtype == np.float32
        assert out.shape == mask.shape == picture.shape
        assert 0.0 <= out.min() <= out.max() <= 1.0
        if kind != "area":  # a flat piece of an area may happen to look as before
            assert np.abs(out - picture)[mask].min(initial=1.0) > 0.0


def test_the_same_seed_draws_the_same() -> None:
    first, second = (spoil(part(1), part(2), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def places(rng: np.random.Generator, shift: float) -> Places:
    """Spoilt places lie one spread above those of their own picture."""
    spoilt = np.arange(120) < 40
    features = rng.normal(shift, 1.0, (120, 6)) + np.where(spoilt[:, None], 3.0, 0.0)
    return Places(features.astype(np.float16), np.full(6, shift, np.float32), spoilt)


def test_the_head_compares_a_part_with_itself() -> None:
    rng = np.random.default_rng(3)
    seen = [places(rng, shift) for shift in rng.normal(0.0, 6.0, 60)]
    head = Head.of(seen, 300, 1)
    told = []
    for shift in (-5.0, 0.0, 5.0):
        sound = rng.normal(shift, 1.0, (200, 6))
        odd = rng.normal(shift + 3.0, 1.0, (10, 6))
        odds = head.logits(np.concatenate([odd, sound]).astype(np.float32))
        told.append((odds[:10] > 0.0).mean() + (odds[10:] < 0.0).mean())
    assert min(told) > 1.6


def test_half_of_the_held_out_parts_stay_below_the_offset() -> None:
    rng = np.random.default_rng(4)
    head = Head.of([places(rng, 0.0)], 5, 1)
    memory = Memory.of(rng.normal(size=(50, 3)).astype(np.float32), 50, 1)
    held_out = [
        (rng.normal(size=(9, 12)).astype(np.float32), rng.random((9, 12)).astype(np.float32))
        for _ in range(11)
    ]
    judge = Judge(head, memory, 6).calibrated(held_out)
    tops = [judge.together(*parts).max() for parts in held_out]
    assert np.median(tops) == pytest.approx(np.log(2.0), abs=1e-4)  # softplus of 0
    assert min(tops) > 0.0


def test_a_blur_keeps_what_is_even() -> None:
    plane = np.full((8, 30), 2.5, np.float32)
    for sigma in (0.5, 3.0, 40.0):
        np.testing.assert_allclose(blur(plane, gauss(sigma, 8)), plane, rtol=1e-5)


def test_groups_that_show_the_same_part_stay_together() -> None:
    samples = [
        Sample(f"{group}-{n}", Path(f"{group}-{n}.png"), (8, 8), group)
        for group in "abcdefghij"
        for n in range(2)
    ]
    for seed in range(6):
        split = split_by_group(samples, seed, [("a", "j")])
        sides = [
            {sample.group for sample in side}
            for side in (split.teach, split.validation, split.test)
        ]
        assert sum({"a", "j"} <= side for side in sides) == 1
        assert sum(bool({"a", "j"} & side) for side in sides) == 1
