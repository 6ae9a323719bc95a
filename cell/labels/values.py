"""What labelling is spoken in: items of the queue, tasks that people take, versions of a label."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from cell.labels.label import Judgement, Labelled, Picture, Shape
from cell.labels.reasons import Why

OF_THE_CELL: Final = ("recipe", "ledger")
"""Who gives a verdict and is no person."""


class State(StrEnum):
    """How far the work on an item is."""

    OPEN = "open"
    """Nobody has labelled it."""
    REVIEW = "review"
    """Waits for a second person, who does not see the label."""
    CONFLICT = "conflict"
    """People disagree: waits for a third person, who sees what they say and decides."""
    SETTLED = "settled"
    NOTED = "noted"
    """There is no picture of it, and somebody has noted what he knows."""


class Purpose(StrEnum):
    """What somebody does with an item."""

    LABEL = "label"
    """The first label, or a correction of the one that counts."""
    REVIEW = "review"
    DECIDE = "decide"


class Origin(StrEnum):
    """How a version of a label came about."""

    FIRST = "first"
    CORRECTION = "correction"
    REVIEW = "review"
    DECISION = "decision"
    IMPORTED = "imported"
    CONTRARY = "contrary"
    """Saved on a version that was not the newest any more: kept, and does not count by itself."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a picture. Shapes in px of the picture."""

    judgement: Judgement
    shapes: tuple[Shape, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One saved label, never changed. number: 1, 2, ... for each item; based_on: the newest number
    when the person began, 0 for none; at_ns: system clock; recipe: `name@version` it was made for.
    """

    number: int
    item: int
    person: str
    at_ns: int
    based_on: int
    origin: Origin
    said: Said
    recipe: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is in the queue. strength: 0..1 within its kind. text: for people, by code."""

    why: Why
    strength: float = 1.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the model found, to be accepted, corrected or refused; score 0..1."""

    shape: Shape
    score: float


@dataclass(frozen=True, slots=True)
class About:
    """What the records know of a picture; '' where nothing. recipe, model: as on the record;
    golden: the golden sample's name; verdict: the newest one's kind, verdict_by: who gave it.
    """

    part: str = ""
    recipe: str = ""
    model: str = ""
    golden: str = ""
    verdict: str = ""
    verdict_by: str = ""
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture file to be queued or brought in. group: what no split may divide, such as a part's
    id; name: for people and exports.
    """

    file: Path
    name: str
    group: str
    about: About = About()


@dataclass(frozen=True, slots=True)
class Item:
    """One picture in the queue, or a part without any (`picture` None: it can only be noted).

    file: the picture's own copy. value: 0..1, of its best reason. version: number of the newest
    label, 0 for none: whoever saves gives it back as `base`. held_by: who works on it now.
    """

    id: int
    state: State
    value: float
    picture: Picture | None
    file: Path | None
    version: int
    reasons: tuple[Reason, ...]
    about: About
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """An item that a person holds until `until_ns` (system clock; renew it before).

    draft: what he left half-done (the page's own text), '' for nothing. before: the label that
    counts now, None where there is none and in a blind review. opinions: what people disagree on,
    for DECIDE alone.
    """

    item: Item
    purpose: Purpose
    until_ns: int
    draft: str = ""
    before: Version | None = None
    opinions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Items, most valuable first; `after` leads to the next page, '' at the end."""

    items: tuple[Item, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save has led to. repeated: the same request had been saved before."""

    version: Version
    state: State
    repeated: bool = False


class Split(StrEnum):
    """What a picture of a label set is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A frozen set. fingerprint: SHA-256 over its members' pictures, labels and splits. counts:
    pictures of each split. left_out: pictures that were labelled, and nobody could judge, or not
    settled. only_settled: whether labels that await a review or decision stayed out.
    """

    name: str
    fingerprint: str
    at_ns: int
    person: str
    note: str
    only_settled: bool
    counts: dict[Split, int]
    classes: tuple[str, ...]
    left_out: int

    @property
    def size(self) -> int:
        """Pictures in it."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Member:
    """One picture of a label set, its label as it was frozen, and where the picture lies. recipe:
    `name@version` the label was made for, '' where nobody knows.
    """

    labelled: Labelled
    file: Path
    split: Split
    version: int
    recipe: str = ""


@dataclass(frozen=True, slots=True)
class SetChange:
    """From one set to another: names of pictures that were added, changed (label or split) and
    removed.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """How the work stands. by_state, by_reason: items (those of reasons that still wait);
    by_person: labels saved; held: items that somebody works on now.
    """

    by_state: dict[State, int]
    by_reason: dict[Why, int]
    by_person: dict[str, int]
    held: int
