"""Near-duplicates are found and different pictures are not; odd pictures are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.data.sets import put, texture
from vision.lab.data.check import check
from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.open import survey
from vision.lab.data.report import render
from vision.lab.data.similar import detail_of, near_pairs
from vision.lab.data.split import named_groups
from vision.lab.data.stats import stats_of

Image = NDArray[np.uint8]
RNG = np.random.default_rng(3)


def jpeg(image: Image) -> Image:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [1, 50])[1], 0), np.uint8)


def noisy(image: Image) -> Image:
    return np.clip(image + RNG.normal(0, 6, image.shape), 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[Image], Image]] = {
    "jpeg": jpeg,
    "noise": noisy,
    "half": lambda image: np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5), np.uint8),
    "darker": lambda image: (image * 0.6).astype(np.uint8),
    "mirrored": lambda image: np.ascontiguousarray(image[:, ::-1]),
    "turned by 90 deg": lambda image: np.ascontiguousarray(np.rot90(image)),
    "turned by 270 deg": lambda image: np.ascontiguousarray(np.rot90(image, -1)),
    "turned by 180 deg": lambda image: np.ascontiguousarray(image[::-1, ::-1]),
}


def part(seed: int) -> Image:
    """All parts share a design; each has its own fine surface."""
    design = texture(999, 160, 192).astype(float)
    own = texture(seed, 160, 192).astype(float)
    return np.asarray(0.6 * design + 0.4 * own, np.uint8)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("make", [part, lambda seed: texture(seed, 160, 192)])
def test_a_changed_copy_is_found_among_alike_parts(
    change: str, make: Callable[[int], Image]
) -> None:
    images = [make(seed) for seed in range(60)] + [CHANGES[change](make(7))]
    pairs = near_pairs([detail_of(image) for image in images])
    assert [(pair.first, pair.second) for pair in pairs] == [(7, 60)]
    assert not change.startswith(("mirrored", "turned")) or pairs[0].way == change


def test_parts_of_one_design_are_not_copies() -> None:
    assert near_pairs([detail_of(part(seed)) for seed in range(120)]) == []


def test_many_copies_of_one_part_do_not_hide_each_other() -> None:
    images = [part(seed) for seed in range(80)] + [noisy(part(500)) for _ in range(20)]
    pairs = near_pairs([detail_of(image) for image in images])
    assert len(pairs) == 20 * 19 // 2
    assert all(pair.first >= 80 for pair in pairs)


def test_even_pictures_are_nobodys_copies() -> None:
    images = [np.full((80, 96), grey, np.uint8) for grey in (0, 90, 255)]
    assert near_pairs([detail_of(image) for image in images]) == []


def plain_set(root: Path) -> None:
    """Eight good parts of the masks format, and one with a dent."""
    for seed in range(8):
        put(root / "good" / f"g{seed}.png", texture(seed, 160, 192))
    put(root / "dent" / "x.jpg", texture(50, 160, 192))
    mask = np.zeros((160, 192), np.uint8)
    mask[20:40, 30:60] = 255
    put(root / "dent" / "x.png", mask)


def found_in(root: Path, **groups: list[str]) -> list[Finding]:
    data, told = survey(root, "masks")
    split = None
    if groups:
        named = {group for members in groups.values() for group in members}
        rest = [s.group for s in data.samples if s.group not in named]
        split = named_groups(data, {**groups, "train": [*groups.get("train", []), *rest]})
    found = check(data, told, split)
    page = render(data, found, stats_of(data, split))
    for finding in found:
        assert finding.kind.value in page
    return found


def copy_as(name: str, change: Callable[[Image], Image]) -> Callable[[Path], object]:
    return lambda root: put(root / name, change(texture(1, 160, 192)))


def speck(path: Path) -> None:
    """Nothing but a speck: beside something large the reader takes it for a slip of the brush."""
    mask = np.zeros_like(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
    mask[100, 100] = 255
    put(path, np.asarray(mask, np.uint8))


def cut_off(root: Path) -> None:
    path = root / "good" / "g2.png"
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("damage", "split", "kind", "severity"),
    [
        (copy_as("good/n.png", lambda i: i), {}, Kind.DUPLICATE, Severity.WARNING),
        (copy_as("good/n.png", lambda i: i), {"test": ["good/n"]}, Kind.LEAK, Severity.ERROR),
        (copy_as("good/n.png", jpeg), {}, Kind.NEAR_DUPLICATE, Severity.WARNING),
        (copy_as("good/n.png", jpeg), {"test": ["good/n"]}, Kind.NEAR_LEAK, Severity.WARNING),
        (cut_off, {}, Kind.UNREADABLE, Severity.ERROR),
        (
            lambda root: put(root / "good" / "n.png", texture(77, 80, 96)),
            {}, Kind.SIZE, Severity.WARNING,
        ),
        (
            lambda root: put(root / "good" / "n.png", texture(77, 160, 192).astype(np.uint16) * 9),
            {}, Kind.UNREADABLE, Severity.ERROR,
        ),
        (
            lambda root: put(
                root / "good" / "n.png", cv2.merge([texture(s, 160, 192) for s in (7, 8, 9)])
            ),
            {}, Kind.DEPTH, Severity.WARNING,
        ),
        (
            lambda root: put(root / "dent" / "x.png", np.zeros((160, 192), np.uint8)),
            {}, Kind.EMPTY_LABEL, Severity.ERROR,
        ),
        (
            lambda root: speck(root / "dent" / "x.png"),
            {}, Kind.BOX_TINY, Severity.WARNING,
        ),
        (
            lambda root: [p.unlink() for p in (root / "good").iterdir()],
            {}, Kind.NO_GOOD, Severity.WARNING,
        ),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_one_finding(
    tmp_path: Path,
    damage: Callable[[Path], object],
    split: dict[str, list[str]],
    kind: Kind,
    severity: Severity,
) -> None:
    plain_set(tmp_path)
    assert found_in(tmp_path) == []
    damage(tmp_path)
    found = found_in(tmp_path, **split)
    assert (kind, severity) in {(f.kind, f.severity) for f in found}
    assert len(found) == 1
    if kind in {Kind.LEAK, Kind.NEAR_LEAK, Kind.DUPLICATE, Kind.NEAR_DUPLICATE}:
        assert set(found[0].samples) == {"good/g1", "good/n"}
