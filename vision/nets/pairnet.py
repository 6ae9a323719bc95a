"""PairNet: a compact anchor-free detector that sees a board and its golden sample together.

Input: float32 [N, 6, H, W] in 0..1, the channels of `vision.nets.channels.PAIR`; H and W are
multiples of 32. With the first two alone, board and golden sample, it makes the others itself.
Output: one grid of stride 8 whose every cell predicts six class logits and the distances to the
left, top, right and bottom box sides as discrete distributions (Li et al. 2020, "Generalized
Focal Loss", arXiv:2006.04388).

A single stride-8 grid is enough: the defects are 20..170 px, hence 2..21 cells wide. Their boxes
are wanted to the pixel, so the box head also sees the stride-4 features, four to a cell.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

STRIDE = 8
BINS = 16  # distances 0..15 cells, i.e. up to 120 px from a cell centre to a box side
STEM_CHANNELS = 7


class ConvBlock(nn.Sequential):
    """Convolution, batch norm, ReLU (ReLU because CPU runtimes fuse it into the convolution)."""

    def __init__(self, c_in: int, c_out: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.03),
            nn.ReLU(inplace=True),
        )


class Stage(nn.Module):
    """Cross-stage partial block: half the channels pass ``depth`` residual pairs of 3x3 convs."""

    def __init__(self, c_in: int, c_out: int, depth: int, shortcut: bool = True) -> None:
        super().__init__()
        half = c_out // 2
        self.keep = ConvBlock(c_in, half, 1)
        self.work = ConvBlock(c_in, half, 1)
        self.pairs = nn.ModuleList(
            nn.Sequential(ConvBlock(half, half), ConvBlock(half, half)) for _ in range(depth)
        )
        self.merge = ConvBlock(half * (2 + depth), c_out, 1)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """[N, c_in, h, w] -> [N, c_out, h, w]."""
        parts = [self.keep(x), self.work(x)]
        for pair in self.pairs:
            y = pair(parts[-1])
            parts.append(parts[-1] + y if self.shortcut else y)
        merged: Tensor = self.merge(torch.cat(parts, 1))
        return merged


def _slide(x: Tensor, axis: int, pick: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Extremum over 5 neighbours along one axis, same shape.

    By maxima of shifted copies, because torch pools one channel slowly on a CPU.
    """
    pad = (0, 0, 2, 2) if axis == 2 else (2, 2, 0, 0)
    padded = fn.pad(x, pad, mode="replicate")
    size = int(x.shape[axis])
    two = pick(padded.narrow(axis, 0, size + 3), padded.narrow(axis, 1, size + 3))
    four = pick(two.narrow(axis, 0, size + 1), two.narrow(axis, 2, size + 1))
    return pick(four.narrow(axis, 0, size), padded.narrow(axis, 4, size))


def with_neighbourhoods(x: Tensor) -> Tensor:
    """Board and golden sample [N, 2, H, W] -> all channels [N, 6, H, W]."""
    high = low = x[:, 1:2]
    parts = [x]
    for _ in range(2):
        high = _slide(_slide(high, 2, torch.maximum), 3, torch.maximum)
        low = _slide(_slide(low, 2, torch.minimum), 3, torch.minimum)
        parts += [high, low]
    return torch.cat(parts, 1)


def pair_features(x: Tensor) -> Tensor:
    """[N, 6, H, W] -> [N, 7, H, W]: both images, their difference, shift-tolerant differences.

    ``relu(board - high)`` is bright only where the board is brighter than everything in the
    golden sample within 2 px (5x5 window) or 4 px (9x9): missing copper however the two are
    misregistered. ``relu(low - board)`` is the same for surplus copper.
    """
    board, golden, high2, low2, high4, low4 = (x[:, i : i + 1] for i in range(6))
    parts = [board, golden, board - golden, fn.relu(board - high2), fn.relu(low2 - board)]
    return torch.cat([*parts, fn.relu(board - high4), fn.relu(low4 - board)], 1)


class PairNet(nn.Module):
    """The detector; ``forward`` gives raw maps for the loss, ``predict`` decoded detections."""

    def __init__(self, classes: int = 6, width: int = 32) -> None:
        super().__init__()
        w = width
        self.classes = classes
        self.stem = nn.Sequential(
            ConvBlock(STEM_CHANNELS, w // 2, 3, 2), ConvBlock(w // 2, w, 3, 2), Stage(w, w, 1)
        )
        self.down8 = nn.Sequential(ConvBlock(w, 2 * w, 3, 2), Stage(2 * w, 2 * w, 2))
        self.down16 = nn.Sequential(ConvBlock(2 * w, 4 * w, 3, 2), Stage(4 * w, 4 * w, 3))
        self.down32 = nn.Sequential(ConvBlock(4 * w, 6 * w, 3, 2), Stage(6 * w, 6 * w, 2))
        self.up16 = Stage(10 * w, 4 * w, 1, shortcut=False)
        self.up8 = Stage(6 * w, 3 * w, 2, shortcut=False)
        self.cls_head = nn.Sequential(
            ConvBlock(3 * w, 2 * w), ConvBlock(2 * w, 2 * w), nn.Conv2d(2 * w, classes, 1)
        )
        self.detail = ConvBlock(4 * w, w, 1)
        self.box_head = nn.Sequential(
            ConvBlock(4 * w, 2 * w), ConvBlock(2 * w, 2 * w), nn.Conv2d(2 * w, 4 * BINS, 1)
        )
        self._initialise()

    def _initialise(self) -> None:
        """He weights; class bias so that a fresh network calls about 1 cell in 500 a defect."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for head, bias in ((self.cls_head[-1], -6.0), (self.box_head[-1], 0.0)):
            assert isinstance(head, nn.Conv2d)
            assert head.bias is not None
            nn.init.normal_(head.weight, std=0.01)
            nn.init.constant_(head.bias, bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[N, 2, H, W] -> class logits [N, A, classes], distance logits [N, A, 4, BINS]."""
        p4 = self.stem(pair_features(with_neighbourhoods(x) if x.shape[1] == 2 else x))
        p8 = self.down8(p4)
        p16 = self.down16(p8)
        p32 = self.down32(p16)
        q16 = self.up16(torch.cat([fn.interpolate(p32, scale_factor=2.0), p16], 1))
        q8 = self.up8(torch.cat([fn.interpolate(q16, scale_factor=2.0), p8], 1))
        logits = self.cls_head(q8).flatten(2).transpose(1, 2)
        fine = self.detail(fn.pixel_unshuffle(p4, 2))
        bins = self.box_head(torch.cat([q8, fine], 1)).flatten(2).transpose(1, 2)
        return logits, bins.unflatten(2, (4, BINS))


def cell_centres(height: int, width: int, device: torch.device | None = None) -> Tensor:
    """Centres of the stride-8 cells of an H x W image, in pixels: [A, 2] as x, y, row by row."""
    ys = (torch.arange(height // STRIDE, device=device) + 0.5) * STRIDE
    xs = (torch.arange(width // STRIDE, device=device) + 0.5) * STRIDE
    grid_y, grid_x = torch.meshgrid(ys, xs, indexing="ij")
    return torch.stack([grid_x.reshape(-1), grid_y.reshape(-1)], 1)


def boxes_from_bins(bins: Tensor, centres: Tensor) -> Tensor:
    """Distance logits [N, A, 4, BINS] -> boxes xyxy in pixels [N, A, 4] (expected distance)."""
    steps = torch.arange(bins.shape[-1], device=bins.device, dtype=torch.float32)
    distance = (bins.float().softmax(-1) * steps).sum(-1) * STRIDE
    return torch.cat([centres - distance[..., :2], centres + distance[..., 2:]], -1)


class Deployed(nn.Module):
    """A detector with its decoding: [N, C, H, W] -> [N, 4 + classes, A], boxes xyxy px and scores.

    net gives class logits and distance logits for the cells of stride 8, as ``PairNet`` does.
    """

    def __init__(self, net: nn.Module, height: int = 640, width: int = 640) -> None:
        super().__init__()
        self.net = net
        self.centres: Tensor
        self.register_buffer("centres", cell_centres(height, width))

    def forward(self, x: Tensor) -> Tensor:
        """Decoded detections without non-maximum suppression (see ``vision.nets.decode``)."""
        logits, bins = self.net(x)
        boxes = boxes_from_bins(bins, self.centres)
        return torch.cat([boxes, logits.float().sigmoid()], -1).transpose(1, 2)
