"""The demo boards carry their real defects and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from twin.boards.library import CLASS_NAMES, BoardLibrary
from twin.pictures import PartDataError
from vision.types import Box, Image

ROOT = Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "cell/products/data/pcb/goldens"
BOARDS = ROOT / "twin/boards/pcb"
SKIN_PX = 4  # a defect's soft edge may reach this far out of its box


@pytest.fixture(scope="module")
def library() -> BoardLibrary:
    return BoardLibrary(GOLDENS, BOARDS)


def inside(boxes: list[Box], margin: int) -> Image:
    """1 within `margin` px of any box."""
    mask = np.zeros((640, 640), np.uint8)
    for box in boxes:
        mask[
            max(0, int(box.y_min) - margin) : int(box.y_max) + margin,
            max(0, int(box.x_min) - margin) : int(box.x_max) + margin,
        ] = 1
    return mask


def test_sixty_boards_of_all_classes(library: BoardLibrary) -> None:
    assert len(library.board_ids) == 60
    assert {board_id[:5] for board_id in library.board_ids} == {"44000", "50600"}
    found = [d.class_name for board_id in library.board_ids for d in library.defects(board_id)]
    assert set(found) == set(CLASS_NAMES)
    assert min(found.count(name) for name in CLASS_NAMES) >= 20


def test_no_two_golden_samples_are_near_duplicates(library: BoardLibrary) -> None:
    small = [
        cv2.resize(library.golden(i), (80, 80), interpolation=cv2.INTER_AREA)
        for i in library.board_ids
    ]
    likeness = [
        cv2.matchTemplate(a, b[8:-8, 8:-8], cv2.TM_CCOEFF_NORMED).max()
        for i, a in enumerate(small)
        for j, b in enumerate(small)
        if i != j
    ]
    assert max(likeness) < 0.85


def test_every_defect_is_whole_and_alone(library: BoardLibrary) -> None:
    for board_id in library.board_ids:
        golden = library.golden(board_id)
        tested = cv2.imread(str(BOARDS / f"{board_id}.webp"), cv2.IMREAD_GRAYSCALE)
        assert tested is not None
        for defect in library.defects(board_id):
            height, width = defect.mask.shape
            there = (
                slice(defect.top, defect.top + height),
                slice(defect.left, defect.left + width),
            )
            shown = golden[there].copy()
            shown[defect.mask] = defect.pixels[defect.mask]
            # The pixels are the tested board's own, found there at one whole-pixel shift.
            near = tested[
                max(0, defect.top - 5) : there[0].stop + 5,
                max(0, defect.left - 5) : there[1].stop + 5,
            ]
            match = cv2.matchTemplate(near, defect.pixels, cv2.TM_SQDIFF).min()
            assert match < 1.0, board_id
            # Within the core of its box the board shows what was really there, up to frayed edges.
            core = inside([defect.box], 0)[there] > 0
            unlike = (np.abs(shown.astype(int) - defect.pixels) > 100) & core
            parts, _, stats, _ = cv2.connectedComponentsWithStats(
                cv2.morphologyEx(unlike.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
            )
            assert parts == 1 or stats[1:, cv2.CC_STAT_AREA].max() < 12, board_id


def test_a_defective_board_differs_at_its_defects_and_nowhere_else(library: BoardLibrary) -> None:
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(150):
        board = library.draw(rng, defective=True)
        seen.add(board.picture)
        assert 1 <= len(board.defects) <= 3
        boxes = [box for _, box in board.defects]
        difference = board.image != library.golden(board.picture)
        assert not (difference & (inside(boxes, SKIN_PX) == 0)).any()
        for name, box in board.defects:
            assert name in CLASS_NAMES
            assert difference[inside([box], 0) > 0].sum() >= 12
    assert len(seen) > 45


def test_a_good_board_is_its_golden_sample(library: BoardLibrary) -> None:
    board = library.draw(np.random.default_rng(1), defective=False)
    assert board.good
    assert np.array_equal(board.image, library.golden(board.picture))


def test_drawing_repeats_with_the_seed(library: BoardLibrary) -> None:
    first, second = (library.draw(np.random.default_rng(9), defective=True) for _ in range(2))
    assert first.picture == second.picture
    assert first.defects == second.defects
    assert np.array_equal(first.image, second.image)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda boards: (boards / "44000062.txt").unlink(), "44000062.txt, which does not exist"),
        (lambda boards: (boards / "44000062.txt").write_text("1 2 3 4 7\n"), "line 1"),
        (lambda boards: (boards / "44000062.txt").write_text("1 2 x 4 1\n"), "line 1"),
        (lambda boards: (boards / "44000062.webp").write_bytes(b"RIFF"), "cannot be read"),
        (lambda boards: (boards / "44000062.txt").write_text(""), "has no defect"),
        (lambda boards: (boards / "44000062.webp").unlink(), "no board pictures"),
    ],
)
def test_broken_data_is_named(tmp_path: Path, spoil: object, message: str) -> None:
    for suffix in ("webp", "txt"):
        shutil.copy(BOARDS / f"44000062.{suffix}", tmp_path)
    assert callable(spoil)
    spoil(tmp_path)
    with pytest.raises(PartDataError, match=message):
        BoardLibrary(GOLDENS, tmp_path).draw(np.random.default_rng(0), defective=True)
