"""Training on single pictures without a golden sample: tiles, screws, castings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.utils.data import IterableDataset

from vision.lab.data.types import DataError, Sample
from vision.lab.training.detect import Runner
from vision.lab.training.metrics import Found, coco
from vision.lab.training.picture import Picture, read
from vision.lab.training.replay import FRESH, Replay
from vision.lab.training.runner import torch_runner
from vision.lab.training.samples import Batch
from vision.lab.training.views import Views
from vision.nets.decode import decode
from vision.nets.litenet import LiteNet

NMS_IOU = 0.5


def found_in(run: Runner, pictures: Sequence[Picture], least: float = 0.01) -> list[Found]:
    """Detections with at least this score, suppressed within each class, next to the truth."""
    found = []
    for picture in pictures:
        output = run((picture.image[None, None] / 255.0).astype(np.float32))
        boxes, scores, classes = decode(output, least, NMS_IOU, across_classes=False)
        found.append(Found(boxes, scores, classes, picture.boxes, picture.labels))
    return found


class PictureJob:
    """Single pictures of one product, brought to the canonical (width, height).

    It learns from whole pictures and from windows of `crop` px, see `Views`. features: learn the
    features, too; else those of past views are kept and learnt from again.
    """

    kind = "pictures"

    def __init__(
        self,
        classes: tuple[str, ...],
        train: Sequence[Sample],
        validation: Sequence[Sample],
        size: tuple[int, int] = (320, 320),
        window: int = 224,
        features: bool = False,
    ) -> None:
        self.classes, self.size, self.crop = classes, size, min(*size, window)
        self._features = features
        self.train = [read(sample, size) for sample in train]
        self.valid = [read(sample, size) for sample in validation]
        if not any(len(p.labels) for p in self.train):
            raise DataError("no training picture has a defect: label some, or use `cell teach`")
        self._kept = Replay()
        self.pictures = sum(1 for p in self.train if len(p.labels))

    def network(self, width: int) -> nn.Module:
        """A LiteNet that begins with ImageNet features."""
        net = LiteNet(len(self.classes), 2 * width)
        net.body.load_imagenet()
        if self._features:
            net.body.learn()
        return net

    def batches(self, batch: int, seed: int) -> IterableDataset[Batch]:
        """Random views; few of them where each is learnt from several times."""
        fresh = batch if self._features else max(1, batch // FRESH)
        self._kept = Replay(seed)
        return Views(self.train, len(self.classes), self.crop, fresh, seed)

    def predict(self, net: nn.Module, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, Batch]:
        """Of the fresh views, and of kept ones where the features stay."""
        assert isinstance(net, LiteNet)
        if self._features:
            logits, bins = net(batch[0].float() / 255.0)
            return logits, bins, batch
        fresh = [part.bfloat16() for part in net.body(batch[0].float() / 255.0)]
        features, batch = self._kept.extend(fresh, batch)
        logits, bins = net.answer(features)
        return logits, bins, batch

    def score(self, net: nn.Module, device: torch.device) -> dict[str, float]:
        """Average precision on the defective validation pictures and as many good ones."""
        run = torch_runner(net, device, half=True, size=self.size)
        bad = [p for p in self.valid if len(p.labels)]
        good = [p for p in self.valid if not len(p.labels)]
        some = good[:: max(1, len(good) // len(bad))] if bad else good
        result = coco(found_in(run, [*bad, *some], least=0.03), self.classes)
        # Of few pictures many checkpoints find everything: the boxes' accuracy tells them apart.
        result["value"] = result["mAP50"] + result["mAP50_95"]
        return result
