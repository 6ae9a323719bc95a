"""A part on which a model and the one that judges disagree is queued for labelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cell.labels.book import LabelBook
from cell.labels.filling import proposals
from cell.labels.reasons import Why
from cell.labels.values import NewPicture, Reason
from cell.products.verdict import VerdictKind
from cell.promotion.model import Model
from cell.promotion.shadow.parts import LinePart
from cell.texts import say
from vision.pictures.reading import size_of
from vision.types import Defect


def disagree(active: VerdictKind, other: VerdictKind) -> bool:
    """Whether one alone stops the part."""
    return (active is VerdictKind.PASS) != (other is VerdictKind.PASS)


def queue_disagreement(
    labels: LabelBook,
    model: Model,
    part: LinePart,
    said: VerdictKind,
    defects: Sequence[Defect],
    now_ns: int,
) -> None:
    """Queue a part, once, if the model and the active one (`part.said`) disagree. defects: what the
    model has found. Raises LabelError.
    """
    if not disagree(part.said, said):
        return
    width, height = size_of(part.view)
    about = replace(part.about, proposals=proposals(defects, width, height))
    picture = NewPicture(part.view, part.name, part.part, about)
    words = say(
        "label.why.disagreement",
        model=f"{model.name}@{model.version}",
        verdict=say(f"verdict.{said}"),
        before=say(f"verdict.{part.said}"),
    )
    # Who passes what the other one stops may let a defect out: that first.
    strength = 1.0 if said is VerdictKind.PASS else 0.5
    labels.add(picture, Reason(Why.DISAGREEMENT, strength, words), now_ns)
