"""A torch network as a plain function over arrays."""

from __future__ import annotations

import numpy as np
import torch

from vision.nets.decode import Floats
from vision.nets.pairnet import Deployed, PairNet
from vision.training.detect import Runner


def torch_runner(net: PairNet, device: torch.device, half: bool) -> Runner:
    """A function [N, 2, 640, 640] -> [N, 4 + classes, A] over the network; half means bfloat16."""
    deployed = Deployed(net).to(device).eval()

    def run(images: Floats) -> Floats:
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=half):
            return np.asarray(deployed(torch.from_numpy(images).to(device)).float().cpu().numpy())

    return run
