"""What a training run is about: which pictures, which network, what is measured meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import torch
from torch import nn
from torch.utils.data import IterableDataset

from vision.lab.training.boards import remove_blemishes
from vision.lab.training.deeppcb import CLASSES, Pair, load
from vision.lab.training.detect import camera_view, find_all
from vision.lab.training.metrics import coco, deeppcb
from vision.lab.training.runner import torch_runner
from vision.lab.training.samples import CROP, Batch, Crops
from vision.nets.pairnet import PairNet


class Job(Protocol):
    """One product's training. `kind` names the network and the samples in the checkpoint.

    crop: side of the training windows [px]. pictures: how many make an epoch.
    """

    kind: str
    classes: tuple[str, ...]
    crop: int
    pictures: int

    def network(self, width: int) -> nn.Module:
        """A fresh network whose forward gives class logits and distance logits."""

    def batches(self, batch: int, seed: int) -> IterableDataset[Batch]:
        """Endless training batches."""

    def predict(self, net: nn.Module, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, Batch]:
        """The network's class and distance logits, and the batch that they are about."""

    def score(self, net: nn.Module, device: torch.device) -> dict[str, float]:
        """Quick validation; the key `value` says which checkpoint is best."""


class BoardJob:
    """Circuit boards against their golden samples: DeepPCB with its fixed split by board."""

    kind = "boards"
    classes: tuple[str, ...] = CLASSES
    crop = CROP

    def __init__(self, data: Path) -> None:
        self.train = [remove_blemishes(pair) for pair in load(data, "train")]
        self.valid = load(data, "validation")
        self.pictures = len(self.train)

    def network(self, width: int) -> nn.Module:
        """A PairNet."""
        return PairNet(len(CLASSES), width)

    def batches(self, batch: int, seed: int) -> IterableDataset[Batch]:
        """Crops around composed defects."""
        return Crops(self.train, batch, seed)

    def predict(self, net: nn.Module, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, Batch]:
        """Of the batch as it is."""
        logits, bins = net(batch[0].float() / 255.0)
        return logits, bins, batch

    def score(self, net: nn.Module, device: torch.device) -> dict[str, float]:
        """Half the boards as they are, the others as the cell's camera sees them."""
        return score_boards(net, self.valid, device)


def score_boards(net: nn.Module, pairs: list[Pair], device: torch.device) -> dict[str, float]:
    """Average precision on every second board, and on the others in the camera's view."""
    run = torch_runner(net, device, half=True)
    plain = find_all(run, pairs[::2])
    seen = find_all(run, [camera_view(pair, 7) for pair in pairs[1::2]])
    result = {**coco(plain, CLASSES), **deeppcb(plain)}
    result.update({f"camera_{k}": v for k, v in coco(seen, CLASSES).items() if k[0] == "m"})
    result["value"] = result["camera_mAP50"] + result["mAP50_95"] + result["mAP50"]
    return result
