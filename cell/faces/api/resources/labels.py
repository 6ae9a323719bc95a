"""The queue of pictures that are worth a label, and what people say of them.

Nothing is ever overwritten: whoever saves gives the version that he began with as `base`, and a
label that is contrary to another one's is kept as a conflict (409).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Asked, Cursor, Limit, Page, Told, moment
from cell.faces.api.keys import KEYED
from cell.faces.api.label_values import (
    AgreementTold,
    HeldUntil,
    ItemTold,
    SavedTold,
    ShapeAsked,
    StatisticsTold,
    TaskTold,
    VersionTold,
    agreement_told,
    item_told,
    saved_told,
    shape_of,
    task_told,
    version_told,
)
from cell.faces.api.language import Reader
from cell.faces.api.pictures import PICTURE, file_answer
from cell.faces.api.problems import missing
from cell.faces.studio.clerk import Clerk
from cell.labels.label import Judgement
from cell.labels.reasons import Why
from cell.labels.values import Purpose, Said, State, Task
from cell.people.person import SignedIn

router = APIRouter(prefix="/labels", tags=["labels"])
ItemNumber = Annotated[int, Path(ge=1, le=2**53)]


class LabelSaid(Asked):
    """What somebody says of a picture. base: `version` of the item when he began."""

    judgement: Judgement
    shapes: list[ShapeAsked] = Field([], max_length=2000)
    note: str = Field("", max_length=2000)
    base: int = Field(ge=0, le=2**53)
    purpose: Purpose = Purpose.LABEL


class NoteSaid(Asked):
    """What somebody knows of an item."""

    text: str = Field(min_length=1, max_length=2000)


class Draft(Asked):
    """Half-done work, in words of the page's own; empty forgets it."""

    draft: str = Field(max_length=2**20)


class StateNow(Told):
    """How far the work on an item is."""

    state: State


class Besides(Asked):
    """Items that you hold already and look at."""

    besides: list[Annotated[int, Field(ge=1, le=2**53)]] = Field([], max_length=100)


@router.get("/queue")
def list_queue(
    desk: AtDesk,
    lang: Reader,
    why: Annotated[Why | None, Query(description="Only items with this reason.")] = None,
    state: Annotated[State | None, Query(description="Empty: those that wait.")] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ItemTold]:
    """Items, most valuable first."""
    page = desk.labels.queue(desk.clock(), after=cursor, limit=limit, why=why, state=state)
    return Page(items=[item_told(one, lang) for one in page.items], next=page.after or None)


@router.post("/take")
def take_item(desk: AtDesk, by: By, lang: Reader, besides: Besides) -> TaskTold | None:
    """The item that you should do next, now held by you; null: there is nothing for you."""
    task = _clerk(desk, by).take(desk.clock(), besides.besides)
    return None if task is None else task_told(task, lang)


@router.get("/statistics")
def get_statistics(desk: AtDesk) -> StatisticsTold:
    """How the work stands."""
    return StatisticsTold.model_validate(desk.labels.statistics(desk.clock()))


@router.get("/agreement")
def get_agreement(desk: AtDesk) -> AgreementTold:
    """How well people agree, over all second looks."""
    return agreement_told(desk.labels.agreement())


@router.get("/items/{item}")
def get_item(desk: AtDesk, lang: Reader, item: ItemNumber) -> ItemTold:
    """One item."""
    return item_told(desk.labels.item(item, desk.clock()), lang)


@router.get("/items/{item}/picture", response_class=Response, responses=PICTURE)
def get_item_picture(request: Request, desk: AtDesk, item: ItemNumber) -> Response:
    """The item's picture, as it was kept."""
    found = desk.labels.item(item, desk.clock())
    if found.picture is None or found.file is None:
        raise missing(str(item))
    return file_answer(request, found.file, found.picture.sha256)


@router.put("/items/{item}/lease")
def open_item(desk: AtDesk, by: By, lang: Reader, item: ItemNumber) -> TaskTold:
    """Take this very item."""
    return task_told(_clerk(desk, by).open(item, desk.clock()), lang)


@router.patch("/items/{item}/lease")
def renew_item(desk: AtDesk, by: By, item: ItemNumber) -> HeldUntil:
    """Hold it on."""
    return HeldUntil(until=moment(_clerk(desk, by).renew(item, desk.clock())))


@router.delete("/items/{item}/lease", status_code=204)
def release_item(desk: AtDesk, by: By, item: ItemNumber) -> None:
    """Give it back; a draft stays."""
    _clerk(desk, by).release(item)


@router.put("/items/{item}/draft", status_code=204)
def save_draft(desk: AtDesk, by: By, item: ItemNumber, draft: Draft) -> None:
    """Keep half-done work for yourself."""
    _clerk(desk, by).draft(item, draft.draft, desk.clock())


@router.post("/items/{item}/versions", status_code=201, dependencies=KEYED)
def save_label(desk: AtDesk, by: By, item: ItemNumber, said: LabelSaid) -> SavedTold:
    """Save a label, and let the item go."""
    shapes = tuple(shape_of(one) for one in said.shapes)
    task = _task(desk, item, said.base, said.purpose)
    saved = _clerk(desk, by).save(task, Said(said.judgement, shapes, said.note), "", desk.clock())
    return saved_told(saved)


@router.get("/items/{item}/versions")
def get_history(desk: AtDesk, item: ItemNumber) -> list[VersionTold]:
    """Every version of its label, oldest first."""
    return [version_told(one) for one in desk.labels.history(item)]


@router.post("/items/{item}/notes", status_code=201, dependencies=KEYED)
def note_item(desk: AtDesk, by: By, item: ItemNumber, note: NoteSaid) -> StateNow:
    """Note what is known of an item; one without a picture is done by that."""
    task = _task(desk, item, 0, Purpose.LABEL)
    return StateNow(state=_clerk(desk, by).note(task, note.text, "", desk.clock()))


def _clerk(desk: Desk, by: SignedIn) -> Clerk:
    return Clerk(desk.labels, desk.audit, by)


def _task(desk: Desk, item: int, base: int, purpose: Purpose) -> Task:
    """The item as the person saw it when it had `base` labels."""
    now_ns = desk.clock()
    found = desk.labels.item(item, now_ns)
    before = next((one for one in desk.labels.history(item) if one.number == base), None)
    return Task(replace(found, version=base), purpose, now_ns, before=before)
