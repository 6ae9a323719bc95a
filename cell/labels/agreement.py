"""How well two people agree who have looked at the same pictures without knowing of each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of two people's judgements, with its 95 % interval; None where it is not
    defined (nothing compared, or everybody always says the same).
    """

    pictures: int
    same: float
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes matched one to one: f1 is None where nobody outlined anything, mean_iou [0..1] is over
    the matched ones.
    """

    matched: int
    only_first: int
    only_second: int
    f1: float | None
    mean_iou: float | None


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
