"""Labels as the interface tells and takes them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from cell.faces.api.fields import Asked, Reason, Told, Words, moment
from cell.labels.agreement import Agreement
from cell.labels.label import Judgement, Picture, Shape, ShapeKind
from cell.labels.reasons import Why
from cell.labels.values import Item, Origin, Purpose, Saved, State, Task, Version
from cell.texts import Lang

Point = tuple[float, float]
"""x, y in px of the picture, from its top left corner."""


class ShapeAsked(Asked):
    """One outlined defect; a box has two points, its top left and bottom right corner."""

    class_name: Reason
    kind: ShapeKind
    points: list[Point] = Field(min_length=2, max_length=2000)


class ShapeTold(Told):
    """One outlined defect."""

    class_name: str
    kind: ShapeKind
    points: list[Point]


class PictureTold(Told):
    """A picture by its content; size in px."""

    sha256: str
    name: str
    width: int
    height: int
    group: str


class ReasonTold(Told):
    """Why an item is in the queue."""

    why: Why
    strength: float
    text: Words


class ProposalTold(Told):
    """What the model found."""

    shape: ShapeTold
    score: float


class AboutTold(Told):
    """What the records know of a picture."""

    part: str
    recipe: str
    model: str
    golden: str
    verdict: str
    verdict_by: str
    proposals: list[ProposalTold]


class ItemTold(Told):
    """One picture in the queue; picture: null for a part without any."""

    id: int
    state: State
    value: float
    picture: PictureTold | None
    version: int
    held_by: str
    reasons: list[ReasonTold]
    about: AboutTold


class SaidTold(Told):
    """What a person says of a picture."""

    judgement: Judgement
    shapes: list[ShapeTold]
    note: str


class VersionTold(Told):
    """One saved label, never changed."""

    number: int
    item: int
    person: str
    at: datetime
    based_on: int
    origin: Origin
    said: SaidTold
    recipe: str


class TaskTold(Told):
    """An item that you hold until then."""

    item: ItemTold
    purpose: Purpose
    until: datetime
    draft: str
    before: VersionTold | None
    opinions: list[VersionTold]


class HeldUntil(Told):
    """Until when you hold an item."""

    until: datetime


class SavedTold(Told):
    """What a save has led to."""

    version: VersionTold
    state: State


class StatisticsTold(Told):
    """How the work stands: items by state and by reason, labels by person, items held now."""

    by_state: dict[State, int]
    by_reason: dict[Why, int]
    by_person: dict[str, int]
    held: int


class KappaTold(Told):
    """Cohen's kappa of judgements, with its 95 % interval."""

    pictures: int
    same: float | None
    kappa: float | None
    low: float | None
    high: float | None


class BoxesTold(Told):
    """Boxes matched one to one."""

    matched: int
    only_first: int
    only_second: int
    f1: float | None
    mean_iou: float | None


class PairTold(Told):
    """Of two people."""

    people: tuple[str, str]
    judgements: KappaTold
    boxes: BoxesTold


class AgreementTold(Told):
    """Over all second looks; per class of defects; per pair of people."""

    judgements: KappaTold
    boxes: BoxesTold
    classes: dict[str, BoxesTold]
    pairs: list[PairTold]


def shape_of(asked: ShapeAsked) -> Shape:
    """The shape that somebody sent."""
    return Shape(asked.class_name, asked.kind, tuple(asked.points))


def picture_told(picture: Picture) -> PictureTold:
    """A picture as it is told."""
    return PictureTold.model_validate(picture)


def item_told(item: Item, lang: Lang) -> ItemTold:
    """An item for a reader."""
    return ItemTold(
        id=item.id,
        state=item.state,
        value=item.value,
        picture=picture_told(item.picture) if item.picture else None,
        version=item.version,
        held_by=item.held_by,
        reasons=[
            ReasonTold(why=one.why, strength=one.strength, text=Words.of(one.text, lang))
            for one in item.reasons
        ],
        about=AboutTold.model_validate(item.about),
    )


def version_told(version: Version) -> VersionTold:
    """A version as it is told."""
    return VersionTold(
        number=version.number,
        item=version.item,
        person=version.person,
        at=moment(version.at_ns),
        based_on=version.based_on,
        origin=version.origin,
        said=SaidTold.model_validate(version.said),
        recipe=version.recipe,
    )


def task_told(task: Task, lang: Lang) -> TaskTold:
    """A task for its reader."""
    return TaskTold(
        item=item_told(task.item, lang),
        purpose=task.purpose,
        until=moment(task.until_ns),
        draft=task.draft,
        before=version_told(task.before) if task.before else None,
        opinions=[version_told(one) for one in task.opinions],
    )


def saved_told(saved: Saved) -> SavedTold:
    """What a save has led to."""
    return SavedTold(version=version_told(saved.version), state=saved.state)


def agreement_told(found: Agreement) -> AgreementTold:
    """Agreement as it is told."""
    return AgreementTold.model_validate(found)
