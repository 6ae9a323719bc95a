"""Reading labels, composing boards and the camera model; none needs torch."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.lab.training.boards import Paste, close_selection, compose, remove_blemishes
from vision.lab.training.camera import CELL, degrade, misregistration, motion_kernel, move_boxes
from vision.lab.training.deeppcb import SIZE, DataError, Pair, label_files, read_image, read_labels
from vision.lab.training.invent import invent, name_change
from vision.lab.training.parts import Part, choose_threshold, count
from vision.lab.training.pour import REACH_PX, pour, pour_pair


def make_pair() -> Pair:
    """A board with one bright defect in dark copper, one dark one outside, one blemish."""
    golden = np.full((SIZE, SIZE), 255, np.uint8)
    golden[200:400, 100:500] = 0
    board = golden.copy()
    board[290:310, 290:310] = 255
    board[100:110, 100:112] = 0
    board[500:520, 500:520] = 0
    boxes = np.array([[282, 282, 318, 318], [92, 92, 120, 118]], np.float32)
    return Pair("p", board, golden, boxes, np.array([5, 4]))


def test_labels_are_read_with_spaces_or_commas(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1 2 30 40 6\n5,6,70,80,1\n\n", encoding="utf-8")
    boxes, labels = read_labels(path)
    assert boxes.tolist() == [[1, 2, 30, 40], [5, 6, 70, 80]]
    assert labels.tolist() == [5, 0]


@pytest.mark.parametrize("line", ["1 2 30 40", "1 2 30 40 7", "30 2 1 40 1", "a b c d e"])
def test_bad_label_names_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("1 2 3 4 1\n" + line, encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.txt: line 2"):
        read_labels(path)


def test_missing_data_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="PCBData"):
        label_files(tmp_path, ("77000",))
    (tmp_path / "x.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="cannot be read"):
        read_image(tmp_path / "x.png")


def test_blemish_goes_and_defects_stay() -> None:
    pair = make_pair()
    clean = remove_blemishes(pair)
    assert (clean.board[495:525, 495:525] == 255).all()
    assert (clean.board[290:310, 290:310] == 255).all()
    assert (clean.board[100:110, 100:112] == 0).all()


@pytest.mark.parametrize("base", ["golden", "board"])
def test_compose_shows_only_the_wanted_defects(base: str) -> None:
    pair = make_pair()
    for paste in (Paste(), Paste(margin=3, defect_only=True)):
        made = compose(pair, np.array([True, False]), base, paste)
        assert made.labels.tolist() == [5]
        assert (made.board[290:310, 290:310] == 255).all()
        assert (made.board[100:110, 100:112] == 255).all()
    none = compose(pair, np.array([False, False]), "golden", Paste(feather=2.0))
    assert (none.board == pair.golden).all()
    assert len(none.boxes) == 0


def test_touching_boxes_are_chosen_together() -> None:
    boxes = np.array([[0, 0, 10, 10], [9, 0, 20, 10], [50, 0, 60, 10]], np.float32)
    assert close_selection(boxes, np.array([True, False, False]), 0).tolist() == [True, True, False]


def test_camera_view_is_repeatable_and_boxes_follow() -> None:
    pair = make_pair()
    views = [
        degrade(pair.board, pair.golden, pair.boxes, np.random.default_rng(3), CELL)
        for _ in range(2)
    ]
    assert (views[0][0] == views[1][0]).all()
    board, golden, boxes = views[0]
    assert board.shape == golden.shape == (SIZE, SIZE)
    assert np.abs(boxes - pair.boxes).max() < 4
    centre = boxes[0].reshape(2, 2).mean(0).astype(int)
    assert board[centre[1], centre[0]] > 120  # the hole is where its box is


def test_misregistration_is_small_and_identity_keeps_boxes() -> None:
    pair = make_pair()
    slack = misregistration(np.random.default_rng(0), CELL)
    assert np.abs(move_boxes(pair.boxes, slack) - pair.boxes).max() < 4
    assert move_boxes(pair.boxes, np.eye(3)) == pytest.approx(pair.boxes)
    assert motion_kernel(3.0, 0.7).sum() == pytest.approx(1.0)


def make_part(scores: list[float], near: list[list[bool]], labels: list[int]) -> Part:
    return Part(
        "p", np.array(scores, np.float32), np.zeros(len(scores), np.int64),
        np.array(near, bool).reshape(len(labels), len(scores)), np.array(labels, np.int64),
    )  # fmt: skip


def test_parts_are_counted_and_the_threshold_separates() -> None:
    parts = [
        make_part([0.2], [], []),
        make_part([0.9, 0.6], [[True, False], [False, True]], [0, 1]),
    ]
    loose, tight = count(parts, [0.1] * 6), count(parts, [0.7] * 6)
    assert loose["false_rejects"] == 1
    assert loose["missed"] == 0
    assert loose["wrong_class"] == 1
    assert tight["false_rejects"] == 0
    assert tight["missed"] == 1
    assert tight["escapes"] == 0
    assert 0.2 < choose_threshold(parts, 6) <= 0.6


def tracks() -> np.ndarray:
    """Copper mask [60, 60] of two vertical tracks."""
    copper = np.zeros((60, 60), np.uint8)
    copper[:, 10:26] = copper[:, 40:56] = 1
    return copper


@pytest.mark.parametrize(
    ("rows", "cols", "add", "name"),
    [
        ((20, 28), (8, 28), False, "open"),
        ((20, 30), (8, 16), False, "mousebite"),
        ((20, 28), (12, 20), False, None),  # too near the edge to call it a pin hole
        ((20, 28), (26, 40), True, "short"),
        ((20, 28), (26, 34), True, "spur"),
        ((20, 22), (30, 34), True, None),  # too thin to be seen
    ],
)
def test_changes_are_named_by_topology(
    rows: tuple[int, int], cols: tuple[int, int], add: bool, name: str | None
) -> None:
    copper = tracks()
    spot = np.zeros_like(copper)
    spot[rows[0] : rows[1], cols[0] : cols[1]] = 1
    changed = spot & (1 - copper) if add else spot & copper
    assert name_change(copper, changed, add) == name


@pytest.mark.parametrize(
    ("lines", "add", "name"),
    [
        ([[(26, 20), (18, 20), (18, 40), (26, 40)]], False, "mousebite"),  # an island inside
        ([[(25, 20), (33, 20), (33, 40), (25, 40)]], True, "spur"),  # a loop: both ends on one side
        ([[(24, 20), (33, 30), (24, 38)], [(8, 30), (3, 34)]], True, "spur"),  # on both sides
        ([[(24, 20), (30, 24), (22, 28), (30, 32), (22, 36)]], True, "spur"),  # to and fro
        ([[(22, 20), (33, 40), (44, 24)]], True, "short"),
        ([[(6, 20), (18, 30), (30, 24)]], False, "open"),
        ([[(6, 20), (30, 20)], [(36, 20), (59, 20)]], False, None),  # two tracks at once
    ],
)
def test_lines_are_named_by_what_they_join_or_part(
    lines: list[list[tuple[int, int]]], add: bool, name: str | None
) -> None:
    copper = tracks()
    spot = np.zeros_like(copper)
    for line in lines:
        cv2.polylines(spot, [np.array(line, np.int32)], False, 1, 3)
    changed = np.asarray(spot & (1 - copper) if add else spot & copper, np.uint8)
    assert name_change(copper, changed, add) == name


def test_islands_and_holes_are_named() -> None:
    spot = np.zeros((60, 60), np.uint8)
    spot[25:32, 25:32] = 1
    assert name_change(np.zeros_like(spot), spot, True) == "copper"
    assert name_change(np.ones_like(spot), spot, False) == "pin_hole"


def test_invented_defects_change_pixels_inside_their_boxes() -> None:
    pair = make_pair()
    bare = Pair("p", pair.golden, pair.golden, pair.boxes[:0], pair.labels[:0])
    made = invent(bare, np.random.default_rng(2), (150.0, 150.0, 192.0), 3)
    assert len(made.boxes) == len(made.labels) > 0
    outside = made.board != made.golden
    for x1, y1, x2, y2 in made.boxes.astype(int):
        assert outside[y1:y2, x1:x2].any()
        outside[y1:y2, x1:x2] = False
    assert not outside.any()


def test_poured_planes_keep_clear_of_tracks_and_leave_the_rest() -> None:
    golden = np.full((SIZE, SIZE), 255, np.uint8)
    golden[300:310, :] = 0
    window = (250.0, 250.0, 192.0)
    apart, joined = 0, 0
    for seed in range(20):
        poured = pour(golden, np.random.default_rng(seed), window)
        assert (poured[golden == 0] == 0).all()
        changed = poured != golden
        assert not changed[: 250 - REACH_PX].any()
        assert not changed[:, 250 + 192 + REACH_PX :].any()
        near = changed[299, 250:442].any() or changed[310, 250:442].any()
        joined += int(near)
        apart += int(changed.any() and not near)
    assert apart > joined > 0


def test_poured_pair_has_no_defect() -> None:
    pair = make_pair()
    made = pour_pair(pair, np.random.default_rng(3), (0.0, 0.0, 400.0))
    assert not len(made.boxes)
    np.testing.assert_array_equal(made.board, made.golden)
    assert made.board is not made.golden
