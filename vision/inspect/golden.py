"""Golden samples, and which of them a view shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.ground.text import say
from vision.errors import InspectionError
from vision.inspect.align import AlignTarget
from vision.inspect.numbers import halve
from vision.inspect.photometry import shrink
from vision.inspect.turning import spectrum, turn_between
from vision.pictures import read_picture
from vision.types import Image

SIDE: Final = 80
"""Views are compared as pictures of this many pixels a side."""
COMMON: Final = 1020.0
"""What any two views have in common, as one more pixel [grey]. Beside the 35 times 255 of a usual
board it is nothing; it keeps an almost empty board from being compared by its noise alone.
"""
LEAST_SCORE: Final = 0.85  # a board of the same artwork reaches 0.97, the next artwork 0.75
LEAST_MARGIN: Final = 0.05
ROUGH_SCORE: Final = 0.6  # before alignment, which can cost the right one 0.25
ROUGH_LEAD: Final = 0.1
SUFFIXES: Final = (".webp", ".png", ".bmp", ".tif", ".tiff", ".jpg", ".jpeg")

Floats = NDArray[np.float32]


def signature(view: Image) -> Floats:
    """A view, of whatever scale, as a unit vector; the product of two of them is their likeness:
    the correlation of their greys, all but for COMMON.
    """
    small = cv2.resize(view, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    vector = np.append(small - small.mean(), np.float32(COMMON))
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


@dataclass(frozen=True)
class Golden:
    """A defect-free picture (height, width) in the canonical view, with what comparing with it
    needs, which is made when it is asked for.
    """

    name: str
    image: Image

    @cached_property
    def signature(self) -> Floats:
        """See `signature`."""
        return signature(halve(self.image))

    @cached_property
    def bright_share(self) -> Floats:
        """The picture shrunk to the photometry grid, 0..1."""
        return shrink(halve(self.image)) / np.float32(255.0)

    @cached_property
    def target(self) -> AlignTarget:
        """What views are aligned with."""
        return AlignTarget.of(self.image)

    @cached_property
    def spectrum(self) -> NDArray[np.complex64]:
        """See `turning.spectrum`; of round parts alone."""
        return spectrum(halve(self.image))

    def prepare(self) -> None:
        """Make all of it now, so that no part waits for it."""
        _ = self.signature, self.bright_share, self.target


@dataclass(frozen=True, slots=True)
class Match:
    """How well a view fits its golden sample, and which other one fits next best ('' if none)."""

    score: float
    runner_up: str
    runner_up_score: float


class GoldenLibrary:
    """All golden samples of a recipe."""

    def __init__(self, goldens: Sequence[Golden]) -> None:
        self._goldens = tuple(goldens)
        self._by_name = {golden.name: golden for golden in goldens}

    @classmethod
    def load(cls, folder: Path, canonical: tuple[int, int] = (640, 640)) -> Self:
        """Every picture in the folder. Raises InspectionError that names an unusable file."""
        paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise InspectionError(
                f"No golden samples in {folder}: put one defect-free picture ({canonical[0]} x "
                f"{canonical[1]} px) for each board there, or correct the recipe"
            )
        return cls([load_golden(path, canonical) for path in paths])

    @cached_property
    def _signatures(self) -> Floats:
        return np.stack([golden.signature for golden in self._goldens])

    def prepare(self) -> None:
        """Make now what comparing with the golden samples needs."""
        for golden in self._goldens:
            golden.prepare()

    @property
    def all(self) -> tuple[Golden, ...]:
        """Every golden sample, sorted by name."""
        return self._goldens

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the golden samples, sorted."""
        return tuple(golden.name for golden in self._goldens)

    def get(self, name: str) -> Golden:
        """A golden sample by name. Raises InspectionError."""
        if name not in self._by_name:
            raise InspectionError(f"No golden sample {name!r}; there are: {', '.join(self.names)}")
        return self._by_name[name]

    def nearest(self, view: Image) -> tuple[Golden, Match]:
        """The golden sample that the view resembles most; to be confirmed when aligned."""
        seen = signature(view)
        scores = self._signatures @ seen
        golden = self._goldens[int(scores.argmax())]
        return golden, self._match(golden, seen, scores)

    def match(self, view: Image, golden: Golden) -> Match:
        """How a view fits `golden` and the best of the others."""
        seen = signature(view)
        return self._match(golden, seen, self._signatures @ seen)

    def _match(self, golden: Golden, seen: Floats, scores: Floats) -> Match:
        others = [i for i in scores.argsort()[::-1][:2] if self._goldens[i].name != golden.name]
        score = float(golden.signature @ seen)
        if not others:
            return Match(score, "", -1.0)
        return Match(score, self._goldens[others[0]].name, float(scores[others[0]]))


def turn_of(half: Image, among: Sequence[Golden]) -> float:
    """By how much a round part (its view at half its size) must be turned back to lie as the
    golden sample does that it then resembles most: see `turn_between`.
    """
    seen = spectrum(half)
    turns = [turn_between(seen, one.spectrum) for one in among]
    return max(turns, key=lambda found: found[1])[0]


def confirm(match: Match, golden: str, aligned: bool) -> None:
    """Raise InspectionError unless the view fits its golden sample, and no other one.

    Before alignment only a clear mistake is refused.
    """
    lead, least = (0.0, LEAST_SCORE) if aligned else (ROUGH_LEAD, ROUGH_SCORE)
    if match.runner_up_score > max(match.score + lead, least):
        raise InspectionError(
            say("vision.other_board", golden=golden, score=match.score,
                shown=match.runner_up, shown_score=match.runner_up_score)
        )  # fmt: skip
    if match.score < least:
        raise InspectionError(
            say("vision.unknown_board", golden=golden, score=match.score, least=least)
        )
    if aligned and match.score - match.runner_up_score < LEAST_MARGIN:
        raise InspectionError(
            say("vision.boards_alike", golden=golden, score=match.score,
                other=match.runner_up, other_score=match.runner_up_score)
        )  # fmt: skip


def load_golden(path: Path, canonical: tuple[int, int]) -> Golden:
    """One golden sample, named after its file. Raises InspectionError."""
    image = read_picture(path)
    height, width = image.shape
    if (width, height) != canonical:
        raise InspectionError(
            f"Golden sample {path} is {width} x {height} px, the canonical view is "
            f"{canonical[0]} x {canonical[1]} px: rectify it first"
        )
    return Golden(path.stem, image)
