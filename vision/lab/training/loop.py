"""The training loop: optimiser, schedule, averaged weights, checkpoints, progress."""

from __future__ import annotations

import copy
import io
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import nn
from torch.utils.data import DataLoader

from models.ground.writing import write_whole
from vision.lab.training.job import Job
from vision.lab.training.loss import detection_loss
from vision.lab.training.samples import Batch
from vision.lab.training.watching import Unwatched, Watch
from vision.nets.pairnet import cell_centres

FEATURES = "body."
"""Prefix of the parameters that a network brings along, as `LiteNet` does."""


@dataclass(frozen=True)
class Settings:
    """What a run depends on; stored with its checkpoint."""

    epochs: int = 160
    batch: int = 24
    rate: float = 2e-3
    decay: float = 0.02
    average: float = 0.998
    width: int = 32
    seed: int = 1
    minutes: float = 0.0
    every: int = 10
    device: str = "auto"
    workers: int = 1
    features: float = 0.0
    """Learning rate of features that were learnt before, as a share of `rate`; 0 leaves them."""
    warm: int = 300
    """Steps over which the learning rate rises at the start."""
    repeatable: bool = False
    """Begin anew with samples and chance after each validation, and keep checkpoints there alone: a
    run that was broken off and resumed gives what it would have given in one go.
    """


class Average:
    """Exponential moving average of a network's weights, quicker at the start."""

    def __init__(self, net: nn.Module, keep: float) -> None:
        self.net, self.keep, self.count = copy.deepcopy(net).eval(), keep, 0

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Blend in the current weights."""
        self.count += 1
        keep = self.keep * (1 - math.exp(-self.count / 500))
        state = net.state_dict()
        for name, value in self.net.state_dict().items():
            if value.is_floating_point():
                value.lerp_(state[name].detach().float(), 1 - keep)
            else:
                value.copy_(state[name])


def pick_device(name: str) -> torch.device:
    """'auto' is the GPU if there is one."""
    if name != "auto":
        return torch.device(name)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _groups(net: nn.Module, settings: Settings) -> list[dict[str, Any]]:
    """The parameters that are learnt, by weight decay and by share of the learning rate."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in net.named_parameters():
        if parameter.requires_grad:
            share = settings.features if name.startswith(FEATURES) else 1.0
            decay = settings.decay if parameter.ndim >= 2 else 0.0
            groups.setdefault((share, decay), []).append(parameter)
    return [
        {"params": learnt, "weight_decay": decay, "share": share}
        for (share, decay), learnt in groups.items()
    ]


class Trainer:
    """One training run in a folder: ``last.pt``, ``best.pt``, ``history.jsonl``.

    tell gets the share of the run that is done and a line for people, after every epoch.
    """

    def __init__(
        self,
        job: Job,
        out: Path,
        settings: Settings,
        resume: bool,
        start: Path | None = None,
        tell: Callable[[float, str], None] = lambda _done, line: print(line, flush=True),
        watch: Watch | None = None,
    ) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.job, self.out, self.set, self._tell = job, out, settings, tell
        self._watch = watch or Unwatched()
        self.device = pick_device(settings.device)
        torch.manual_seed(settings.seed)
        cv2.setNumThreads(1)  # a thread pool would not survive the fork of the sample worker
        self.net = job.network(settings.width).to(self.device)
        if start is not None:
            self.net.load_state_dict(torch.load(start, map_location=self.device)["average"])
        nn.utils.convert_conv2d_weight_memory_format(self.net, torch.channels_last)
        self.average = Average(self.net, settings.average)
        self.optimiser = torch.optim.AdamW(_groups(self.net, settings), lr=settings.rate)
        self.epoch, self.spent, self.best = 0, 0.0, -1.0
        if resume and (out / "last.pt").exists():
            self._restore(torch.load(out / "last.pt", map_location=self.device))

    def _restore(self, saved: dict[str, Any]) -> None:
        self.net.load_state_dict(saved["net"])
        self.average.net.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.average.count, self.epoch = saved["count"], saved["epoch"]
        self.spent, self.best = saved["spent"], saved["best"]
        self._tell(self.progress(0, 1), f"resumed after epoch {self.epoch}")

    def _save(self, name: str, metrics: dict[str, float]) -> None:
        state = {
            "net": self.net.state_dict(), "average": self.average.net.state_dict(),
            "optimiser": self.optimiser.state_dict(), "count": self.average.count,
            "epoch": self.epoch, "spent": self.spent, "best": self.best,
            "settings": asdict(self.set), "metrics": metrics,
            "kind": self.job.kind, "classes": list(self.job.classes), "side": self.job.crop,
        }  # fmt: skip
        # By way of memory: a disk that fills up leaves the checkpoint of before as it was.
        whole = io.BytesIO()
        torch.save(state, whole)
        write_whole(self.out / name, whole.getvalue())

    def progress(self, step: int, steps: int) -> float:
        """Share of the run that is done, by epochs or by wall time, whichever is further."""
        done = (self.epoch + step / steps) / self.set.epochs
        if self.set.minutes:
            done = max(done, self.spent / 60 / self.set.minutes)
        return min(1.0, done)

    def run(self) -> None:
        """Train until the epochs or the minutes are used up. Raises WriteError for a full disk; the
        checkpoint of before stays good.
        """
        steps = max(1, self.job.pictures // self.set.batch)
        batches = self._batches()
        while self.progress(0, steps) < 1.0:
            if self.set.repeatable and self.epoch % self.set.every == 0:
                batches = self._batches()
            start, loss = time.monotonic(), 0.0
            for step in range(steps):
                before = time.monotonic()
                loss += self._step(next(batches), self.progress(step, steps)) / steps
                self.spent += time.monotonic() - before
                self._watch.step(self.epoch, step + 1, steps, self.progress(step + 1, steps))
            self.epoch += 1
            done = self.progress(0, steps)
            left = self.spent * (1 - done) / max(done, 1e-6)
            self._watch.epoch(self.epoch, loss, self.spent, done)
            self._tell(
                done,
                f"epoch {self.epoch}/{self.set.epochs} loss {loss:.3f} "
                f"{time.monotonic() - start:.0f} s, {left / 60:.0f} min left",
            )
            self._checkpoint(last=done >= 1.0)

    def _batches(self) -> Iterator[Batch]:
        """Samples by the seed and the epochs that are done."""
        seed = self.set.seed + 1000 * self.epoch
        if self.set.repeatable:
            torch.manual_seed(seed)
        loader = DataLoader(
            self.job.batches(self.set.batch, seed),
            batch_size=None,
            num_workers=self.set.workers,
            prefetch_factor=8 if self.set.workers else None,
        )
        return iter(loader)

    def _checkpoint(self, last: bool) -> None:
        if not last and self.epoch % self.set.every:
            if self.epoch % 2 == 0 and not self.set.repeatable:
                self._save("last.pt", {})
            return
        metrics = self.job.score(self.average.net, self.device)
        self._watch.validated(self.epoch, metrics)
        shown = " ".join(f"{k} {v:.4f}" for k, v in metrics.items() if not k.startswith("AP50"))
        self._tell(self.progress(0, 1), f"validation: {shown}")
        with (self.out / "history.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"epoch": self.epoch, "spent": self.spent, **metrics}) + "\n")
        if metrics["value"] > self.best:
            self.best = metrics["value"]
            self._save("best.pt", metrics)
        self._save("last.pt", metrics)

    def _step(self, batch: Batch, done: float) -> float:
        warm = min(1.0, (self.average.count + 1) / self.set.warm)
        rate = self.set.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group.get("share", 1.0)  # older runs have none
        self.net.train()
        images, boxes, labels, real = (part.to(self.device) for part in batch)
        given = (images, boxes, labels, real)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits, bins, (images, boxes, labels, real) = self.job.predict(self.net, given)
        centres = cell_centres(images.shape[-2], images.shape[-1], self.device)
        loss, _ = detection_loss(logits, bins, centres, boxes, labels, real)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self.average.update(self.net)
        return float(loss.detach())
