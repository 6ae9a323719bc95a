"""A torch network as a plain function over arrays."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from vision.lab.training.detect import Runner
from vision.nets.decode import Floats
from vision.nets.pairnet import Deployed


def torch_runner(
    net: nn.Module, device: torch.device, half: bool, size: tuple[int, int] = (640, 640)
) -> Runner:
    """A function [N, C, h, w] -> [N, 4 + classes, A] over the network; half: bfloat16.

    size: width and height [px].
    """
    width, height = size
    deployed = Deployed(net, height, width).to(device).eval()

    def run(images: Floats) -> Floats:
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
            return np.asarray(deployed(torch.from_numpy(images).to(device)).float().cpu().numpy())

    return run
