"""Parts of a line as its monitors see them: real boards under a lamp that flickers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from cell.config import load
from cell.nodes.line_watching import LineWatching
from cell.quality.light import light_of
from cell.quality.line_watch import LineWatch
from cell.quality.watched_part import Part, part_of
from cell.quality.watches import Where
from tests.hmi.conftest import ROOT

BOARDS = sorted((ROOT / "twin" / "boards" / "pcb").glob("*.webp"))
LIMITS = {"open": (0.5, 0.3), "short": (0.6, 0.4)}
HERE = Where("pcb", "pcb/640x640", "pcb@1#a+b")
NEXT = replace(HERE, model="pcb@1#a+c")
OTHER = Where("disc", "disc/640x640", "disc@1#a+d")


class Parts:
    """Real boards under a lamp that flickers by 2 %; a fifth of them with a finding."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        read = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in BOARDS[:20]]
        self._lights = [light_of(one) for one in read if one is not None]

    def next(self, lamp: float = 1.0, score: float = 0.4) -> Part:
        random = self._random
        board = self._lights[random.integers(len(self._lights))]
        lamp *= 1.0 + 0.02 * random.normal()
        light = replace(board, mean=board.mean * lamp, contrast=board.contrast * lamp)
        scores = [("open", float(random.uniform(score, 1.0)))] if random.random() < 0.2 else []
        return part_of(LIMITS, scores, (0.002 * random.normal(), 0.05 * random.normal()), light)


def watched(parts: Parts, count: int, watch: LineWatch, fall: float = 0.0) -> Any:
    """After so many parts, over which the light falls evenly; at which part drift was raised."""
    for number in range(count):
        watch = watch.after(parts.next(1.0 - fall * number / count), number)
        if watch.drifted():
            return watch, number
    return watch, None


class Node:
    """What the shell needs of a node."""

    def __init__(self, folder: Any, **quality: Any) -> None:
        config = load(None, {"data_dir": str(folder)})
        settings = config.quality.model_copy(update={"baseline_parts": 60} | quality)
        self.config = config.model_copy(update={"quality": settings})
        self.said: list[str] = []

    def get_logger(self) -> Any:
        return SimpleNamespace(warning=self.said.append)


def taken_up(folder: Any, **quality: Any) -> tuple[LineWatching, Node]:
    """The shell as a start makes it."""
    node = Node(folder, **quality)
    made = LineWatching(node)  # type: ignore[arg-type]
    made.load()
    return made, node


def feed(made: LineWatching, parts: Parts, count: int, where: Where = HERE, **how: Any) -> None:
    """So many parts."""
    for number in range(count):
        made.take(where, parts.next(**how), 10**18 + number)


def fall(made: LineWatching, parts: Parts, count: int = 200, share: float = 0.3) -> None:
    """So many parts, over which the light falls."""
    for number in range(count):
        made.take(HERE, parts.next(1.0 - share * number / count), 10**18 + number)
