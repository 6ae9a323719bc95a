"""How well two people agree who have looked at the same pictures without knowing of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from cell.labels.label import Judgement, Shape
from cell.labels.values import Said
from cell.quality.kappa import cohen
from vision.nets.decode import iou_matrix

_TIE = 1e-3
"""What overlap weighs beside the number of matches."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of two people's judgements, with its 95 % interval. same: share of pictures of
    which both say the same. None where nothing is compared, and kappa where chance alone would
    explain all (both always say the same word).
    """

    pictures: int
    same: float | None
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes matched one to one: f1 is None where nobody outlined anything, mean_iou [0..1] is over
    the matched ones, None where none is.
    """

    matched: int
    only_first: int
    only_second: int
    mean_iou: float | None

    @property
    def f1(self) -> float | None:
        """Twice the matched ones over all boxes of both."""
        total = 2 * self.matched + self.only_first + self.only_second
        return 2 * self.matched / total if total else None


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Of two people, by name."""

    people: tuple[str, str]
    judgements: Kappa
    boxes: Boxes


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over all second looks; per class of defects; per pair of people."""

    judgements: Kappa
    boxes: Boxes
    classes: dict[str, Boxes]
    pairs: tuple[PairAgreement, ...]


@dataclass(frozen=True, slots=True)
class SecondLook:
    """One picture that two people have looked at: who, and what they said."""

    people: tuple[str, str]
    first: Said
    second: Said


def agree(first: Said, second: Said, iou: float) -> bool:
    """Whether two people say the same: the same word, and each box of one is a box of the same
    class of the other, overlapping by at least `iou`.
    """
    found = boxes([(first.shapes, second.shapes)], iou)
    return first.judgement is second.judgement and not found.only_first + found.only_second


def agreement(looks: Sequence[SecondLook], iou: float) -> Agreement:
    """What all second looks tell together."""
    names = sorted({s.class_name for one in looks for s in (*one.first.shapes, *one.second.shapes)})
    by_pair: dict[tuple[str, str], list[SecondLook]] = {}
    for look in map(_in_order, looks):
        by_pair.setdefault(look.people, []).append(look)
    return Agreement(
        judgements=kappa(_words(looks)),
        boxes=boxes(_shapes(looks), iou),
        classes={name: boxes(_shapes(looks, name), iou) for name in names},
        pairs=tuple(_of_pair(people, of, iou) for people, of in sorted(by_pair.items())),
    )


def kappa(pairs: Sequence[tuple[Judgement, Judgement]]) -> Kappa:
    """Cohen's kappa of two people's words for the same pictures, as `cell.quality.kappa` has it."""
    if not pairs:
        return Kappa(0, None, None, None, None)
    words = list(Judgement)
    table = np.zeros((len(words), len(words)))
    for one, other in pairs:
        table[words.index(one), words.index(other)] += 1
    found = cohen(table)
    same = float(np.trace(table)) / len(pairs)
    return Kappa(len(pairs), same, found.value, found.low, found.high)


def boxes(pairs: Iterable[tuple[Sequence[Shape], Sequence[Shape]]], iou: float) -> Boxes:
    """Boxes of two people over pictures: as many as can be are matched one to one, within a class
    and with at least this overlap; of two such ways the one that overlaps more.
    """
    overlaps: list[float] = []
    only_first = only_second = 0
    for first, second in pairs:
        for name in {shape.class_name for shape in (*first, *second)}:
            ours, theirs = (
                [s.box for s in side if s.class_name == name] for side in (first, second)
            )
            found = _matched(ours, theirs, iou)
            overlaps += found
            only_first += len(ours) - len(found)
            only_second += len(theirs) - len(found)
    mean = float(np.mean(overlaps)) if overlaps else None
    return Boxes(len(overlaps), only_first, only_second, mean)


def _matched(
    ours: Sequence[tuple[float, ...]], theirs: Sequence[tuple[float, ...]], iou: float
) -> list[float]:
    """Overlaps of the matched boxes."""
    if not ours or not theirs:
        return []
    table = iou_matrix(np.asarray(ours, np.float32), np.asarray(theirs, np.float32))
    enough = table >= np.float32(iou)
    rows, columns = linear_sum_assignment(enough * (1.0 + _TIE * table), maximize=True)
    return [float(table[i, j]) for i, j in zip(rows, columns, strict=True) if enough[i, j]]


def _of_pair(people: tuple[str, str], looks: Sequence[SecondLook], iou: float) -> PairAgreement:
    return PairAgreement(people, kappa(_words(looks)), boxes(_shapes(looks), iou))


def _words(looks: Iterable[SecondLook]) -> list[tuple[Judgement, Judgement]]:
    return [(one.first.judgement, one.second.judgement) for one in looks]


def _in_order(look: SecondLook) -> SecondLook:
    """The pair by name, whoever of them was first."""
    if look.people[0] <= look.people[1]:
        return look
    return SecondLook(look.people[::-1], look.second, look.first)


def _shapes(
    looks: Iterable[SecondLook], name: str | None = None
) -> list[tuple[list[Shape], list[Shape]]]:
    def of(said: Said) -> list[Shape]:
        return [shape for shape in said.shapes if name is None or shape.class_name == name]

    return [(of(one.first), of(one.second)) for one in looks]
