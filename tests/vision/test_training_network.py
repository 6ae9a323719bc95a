"""Network, loss, samples and checkpoints; skipped where torch is not installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from vision.lab.training.__main__ import main  # noqa: E402
from vision.lab.training.deeppcb import Pair  # noqa: E402
from vision.lab.training.loss import assign, complete_iou, detection_loss  # noqa: E402
from vision.lab.training.samples import CROP, draw_sample, invert, turn  # noqa: E402
from vision.nets.channels import PAIR, stack  # noqa: E402
from vision.nets.pairnet import (  # noqa: E402
    BINS,
    Deployed,
    PairNet,
    boxes_from_bins,
    cell_centres,
    pair_features,
    with_neighbourhoods,
)


def test_features_ignore_small_shifts_and_show_defects() -> None:
    golden = torch.zeros(1, 1, 64, 64)
    golden[..., 20:40, :] = 1.0
    board = torch.roll(golden, 2, dims=2)
    board[..., 50:54, 30:34] = 1.0
    features = pair_features(with_neighbourhoods(torch.cat([board, golden], 1)))
    assert features.shape == (1, 7, 64, 64)
    assert features[0, 3].sum() == 16
    assert features[0, 5].sum() == 16
    assert features[0, 4].sum() == 0


def test_the_neighbourhoods_are_those_that_the_cell_prepares() -> None:
    rng = np.random.default_rng(1)
    board, golden = rng.integers(0, 256, (2, 40, 50), dtype=np.uint8)
    shown = torch.from_numpy(stack(PAIR, board, golden)[None].astype(np.float32))
    assert torch.equal(with_neighbourhoods(shown[:, :2]), shown)


def test_output_layout_and_decoding() -> None:
    torch.manual_seed(0)
    net = Deployed(PairNet(6, 8), 64, 96).eval()
    with torch.inference_mode():
        output = net(torch.rand(2, 2, 64, 96))
    assert output.shape == (2, 10, 96)
    assert bool((output[:, 4:] < 0.1).all())
    bins = torch.full((1, 96, 4, BINS), -20.0)
    bins[..., 2] = 20.0
    boxes = boxes_from_bins(bins, cell_centres(64, 96))
    assert boxes[0, 0].tolist() == pytest.approx([4 - 16, 4 - 16, 4 + 16, 4 + 16])


def test_complete_iou_bounds() -> None:
    box = torch.tensor([0.0, 0.0, 10.0, 10.0])
    assert float(complete_iou(box, box)) == pytest.approx(1.0, abs=1e-5)
    assert float(complete_iou(box, box + 30)) < 0


def test_assignment_prefers_the_better_cell_and_skips_padding() -> None:
    centres = cell_centres(32, 32)
    truth = torch.tensor([[[0.0, 0.0, 16.0, 16.0], [0.0, 0.0, 0.0, 0.0]]])
    boxes = truth[:, :1].expand(1, 16, 4).clone()
    boxes[0, 1:] += 4
    scores = torch.full((1, 16, 2), 0.5)
    _, positive, quality = assign(
        scores, boxes, centres, truth, torch.zeros(1, 2, dtype=torch.long),
        torch.tensor([[True, False]]),
    )  # fmt: skip
    assert positive[0].nonzero().flatten().tolist() == [0, 1, 4, 5]
    assert int(quality.argmax()) == 0
    assert float(quality[0, 0]) == pytest.approx(1.0, abs=1e-4)


def test_a_tiny_net_learns_one_defect() -> None:
    torch.manual_seed(0)
    net = PairNet(2, 8)
    image = torch.zeros(1, 2, 64, 64)
    image[:, 0, 20:36, 20:36] = 1.0
    truth, labels = torch.tensor([[[16.0, 16.0, 40.0, 40.0]]]), torch.ones(1, 1, dtype=torch.long)
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3)
    for _ in range(40):
        loss, _ = detection_loss(
            *net(image), cell_centres(64, 64), truth, labels, torch.ones(1, 1, dtype=torch.bool)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.inference_mode():
        logits, bins = net(image)
    best = logits[0].sigmoid()[:, 1].argmax()
    found = boxes_from_bins(bins, cell_centres(64, 64))[0, best]
    assert float(logits[0, best, 1].sigmoid()) > 0.3
    assert float(complete_iou(found, truth[0, 0])) > 0.5


def test_loss_without_any_defect_is_finite() -> None:
    logits, bins = PairNet(2, 8)(torch.rand(1, 2, 64, 64))
    nothing = torch.zeros(1, 1, 4), torch.zeros(1, 1, dtype=torch.long)
    loss, _ = detection_loss(
        logits, bins, cell_centres(64, 64), *nothing, torch.zeros(1, 1, dtype=torch.bool)
    )
    loss.backward()
    assert np.isfinite(float(loss.detach()))


def test_symmetries_move_boxes_with_pixels() -> None:
    images = np.zeros((2, 40, 40), np.uint8)
    images[:, 4:10, 20:32] = 255
    box = np.array([[20, 4, 32, 10]], np.float32)
    for which in range(8):
        turned, moved = turn(images, box, which)
        x1, y1, x2, y2 = moved[0].astype(int)
        assert (turned[0, y1:y2, x1:x2] == 255).all()
        assert turned[0].sum() == 255 * 72


def test_exchanging_copper_and_laminate_renames_defects() -> None:
    grey = np.arange(4, dtype=np.uint8).reshape(2, 2)
    pair = Pair("p", grey, grey, np.zeros((6, 4), np.float32), np.arange(6))
    other = invert(pair)
    assert other.board[0, 0] == 255
    assert other.labels.tolist() == [1, 0, 3, 2, 5, 4]
    assert (invert(other).labels == pair.labels).all()


def test_samples_have_valid_boxes() -> None:
    golden = np.full((640, 640), 255, np.uint8)
    golden[100:500, 300:340] = 0
    board = golden.copy()
    board[200:212, 300:340] = 255
    pair = Pair("p", board, golden, np.array([[290, 190, 350, 222]], np.float32), np.array([0]))
    rng, seen = np.random.default_rng(1), 0
    for _ in range(20):
        images, boxes, labels = draw_sample(rng, pair)
        assert images.shape == (2, CROP, CROP)
        assert len(boxes) == len(labels)
        assert (boxes >= 0).all()
        assert (boxes <= CROP).all()
        seen += len(boxes)
    assert seen > 5


def test_command_explains_missing_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert "PCBData" in capsys.readouterr().err
