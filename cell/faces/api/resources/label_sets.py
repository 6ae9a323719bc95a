"""Label sets: frozen, named, and never changed."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from cell.faces.api.desk import AtDesk, By
from cell.faces.api.fields import Asked, Limit, Line, Name, Page, Reason, Told, moment
from cell.faces.api.keys import KEYED
from cell.faces.api.label_values import PictureTold, ShapeTold, picture_told
from cell.faces.studio.clerk import Clerk
from cell.labels.label import Judgement
from cell.labels.values import LabelSet, Member, Split
from cell.records.reading import CursorError
from cell.texts import say

router = APIRouter(prefix="/labels/sets", tags=["label sets"])


class NewSet(Asked):
    """A set to be frozen from what is labelled now."""

    name: Reason
    note: Line = ""
    only_settled: bool = Field(True, description="Leave out what waits for a review or decision.")


class SetTold(Told):
    """A frozen set. fingerprint: SHA-256 over its pictures, labels and splits."""

    name: str
    fingerprint: str
    at: datetime
    person: str
    note: str
    only_settled: bool
    counts: dict[Split, int]
    classes: list[str]
    left_out: int


class MemberTold(Told):
    """One picture of a set, with its label as it was frozen."""

    picture: PictureTold
    judgement: Judgement
    shapes: list[ShapeTold]
    split: Split
    version: int


class SetsDiffer(Told):
    """Names of pictures that differ from one set to another."""

    added: list[str]
    changed: list[str]
    removed: list[str]


@router.get("")
def list_sets(desk: AtDesk) -> list[SetTold]:
    """All sets, newest first."""
    return [_told(one) for one in desk.labels.sets()]


@router.post("", status_code=201, dependencies=KEYED)
def freeze_set(desk: AtDesk, by: By, new: NewSet) -> SetTold:
    """Freeze what is labelled now. Parts that an earlier set held apart stay apart."""
    clerk = Clerk(desk.labels, desk.audit, by)
    made = clerk.freeze(new.name, new.note, new.only_settled, desk.clock())
    return _told(made)


@router.get("/{name}")
def get_set(desk: AtDesk, name: Name) -> SetTold:
    """One set."""
    return _told(desk.labels.label_set(name))


@router.get("/{name}/members")
def list_members(
    desk: AtDesk,
    name: Name,
    cursor: Annotated[str, Query(max_length=20, description="`next` of the page before.")] = "",
    limit: Limit = 50,
) -> Page[MemberTold]:
    """What a set holds, in an order that never changes."""
    if cursor and not (cursor.isascii() and cursor.isdigit()):
        raise CursorError(say("records.cursor"))
    start = int(cursor or 0)
    if start >= 2**31:
        raise CursorError(say("records.cursor"))
    found = list(islice(desk.labels.members(name), start, start + limit + 1))
    following = str(start + limit) if len(found) > limit else None
    return Page(items=[_member(one) for one in found[:limit]], next=following)


@router.get("/{name}/changes")
def compare_sets(
    desk: AtDesk, name: Name, since: Annotated[str, Query(min_length=1, max_length=200)]
) -> SetsDiffer:
    """What differs from the set `since` to this one."""
    return SetsDiffer.model_validate(desk.labels.compare(since, name))


def _told(one: LabelSet) -> SetTold:
    return SetTold(
        name=one.name,
        fingerprint=one.fingerprint,
        at=moment(one.at_ns),
        person=one.person,
        note=one.note,
        only_settled=one.only_settled,
        counts=one.counts,
        classes=list(one.classes),
        left_out=one.left_out,
    )


def _member(one: Member) -> MemberTold:
    return MemberTold(
        picture=picture_told(one.labelled.picture),
        judgement=one.labelled.judgement,
        shapes=[ShapeTold.model_validate(shape) for shape in one.labelled.shapes],
        split=one.split,
        version=one.version,
    )
