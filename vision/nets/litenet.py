"""LiteNet: a detector of defects in single pictures, on features that know natural images.

A feature pyramid (Lin et al. 2017, arXiv:1612.03144) brings the strides 8, 16 and 32 of
EfficientNet-lite0 to one grid of stride 8, whose cells answer as PairNet's do. Boxes are wanted to
the pixel, so the box head also sees the features of stride 4, four to a cell. Input: float32
[N, 1, H, W] in 0..1, H and W multiples of 32.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from vision.nets.lite0 import Lite0
from vision.nets.pairnet import ConvBlock, Stage

MOMENTUM = 0.1  # of the batch norms' statistics: they must keep up within few steps
BINS = 32  # distances 0..31 cells: boxes up to 496 px wide


class LiteNet(nn.Module):
    """The detector; ``forward`` gives raw maps for the loss."""

    def __init__(self, classes: int, width: int = 64) -> None:
        super().__init__()
        self.classes = classes
        self.body = Lite0()
        fine, *coarse = Lite0.channels
        self.detail = ConvBlock(4 * fine, width // 2, 1)
        self.flat = nn.ModuleList(ConvBlock(size, width, 1) for size in coarse)
        self.mix16 = Stage(2 * width, width, 1, shortcut=False)
        self.mix8 = Stage(2 * width, width, 2, shortcut=False)
        self.cls_head = nn.Sequential(
            ConvBlock(width, width), ConvBlock(width, width), nn.Conv2d(width, classes, 1)
        )
        self.box_head = nn.Sequential(
            ConvBlock(width + width // 2, width),
            ConvBlock(width, width),
            nn.Conv2d(width, 4 * BINS, 1),
        )
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = MOMENTUM
        # Few cells are defects, and their boxes begin at about 46 px: from far larger ones small
        # defects would get no say in the assignment, whose measure is a high power of the overlap.
        near = -0.3 * torch.arange(BINS).repeat(4)
        for head, bias in ((self.cls_head[-1], torch.tensor(-5.0)), (self.box_head[-1], near)):
            assert isinstance(head, nn.Conv2d)
            assert head.bias is not None
            nn.init.normal_(head.weight, std=0.01)
            head.bias.data.copy_(bias.expand_as(head.bias))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[N, 1, H, W] -> class logits [N, A, classes], distance logits [N, A, 4, BINS]."""
        return self.answer(self.body(x))

    def answer(self, features: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """The same from the features that `body` gives for pictures."""
        p4, *coarse = features
        p8, p16, p32 = (flat(part) for flat, part in zip(self.flat, coarse, strict=True))
        q16 = self.mix16(torch.cat([fn.interpolate(p32, scale_factor=2.0), p16], 1))
        q8 = self.mix8(torch.cat([fn.interpolate(q16, scale_factor=2.0), p8], 1))
        logits = self.cls_head(q8).flatten(2).transpose(1, 2)
        fine = self.detail(fn.pixel_unshuffle(p4, 2))
        bins = self.box_head(torch.cat([q8, fine], 1)).flatten(2).transpose(1, 2)
        return logits, bins.unflatten(2, (4, BINS))
