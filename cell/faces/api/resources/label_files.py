"""Label sets out as files of other tools, and such files in."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Name, Told
from cell.faces.api.language import Reader
from cell.faces.studio.clerk import Clerk
from cell.faces.studio.exporting import export_file
from cell.faces.studio.importing import PICTURES, Progress, Wish, bring_in, classes_of
from cell.faces.studio.uploads import Tray, incoming, new_tray
from cell.labels.exchange.bringing import Brought
from cell.labels.exchange.format import plain
from cell.labels.exchange.table import FORMATS, format_of
from cell.texts import render
from vision.lab.data.reading import Unlabelled
from vision.lab.data.saying import words_of

router = APIRouter(prefix="/labels", tags=["label files"])

MOST_BYTES: Final = 4 * 2**30
"""Of one archive; what it holds has bounds of its own (`exchange/bounds.py`)."""
MOST_WARNINGS: Final = 200
_ARCHIVE: Final[Mapping[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
ARCHIVE_OUT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The archive.", "content": {"application/zip": _ARCHIVE}}
}
ARCHIVE_IN: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": _ARCHIVE}}
}
Form = Annotated[str, Query(alias="format", min_length=1, max_length=40)]


class FormatTold(Told):
    """A format of label files. What it has no place for is changed on the way out: a polygon to its
    box, a box to a polygon; unusable pictures are left out, and a group is the picture's name.
    """

    name: str
    title: str
    files: str = Field(description="What lies there, in words.")
    boxes: bool
    polygons: bool
    unusable: bool = Field(description="Pictures of which nothing can be said.")
    groups: bool = Field(description="Which part a picture shows.")
    remarks: str
    not_classes: list[str] = Field(description="No class can be called so.")


class BroughtTold(Told):
    """What an import has brought."""

    new: int
    same: int = Field(description="Were there already, word for word.")
    conflicts: list[str] = Field(description="Pictures with contrary labels: they wait.")
    warnings: list[str] = Field(description="What a person should look at; 200 at most.")


@router.get("/formats")
def list_formats() -> list[FormatTold]:
    """The formats of label files, and what each has a place for."""
    return [
        FormatTold(
            name=one.name,
            title=one.title,
            files=plain(one.files),
            boxes=one.holds.boxes,
            polygons=one.holds.polygons,
            unusable=one.holds.unusable,
            groups=one.holds.groups,
            remarks=plain(one.holds.remarks),
            not_classes=list(one.holds.not_classes),
        )
        for one in FORMATS.values()
    ]


@router.get("/sets/{name}/export", response_class=Response, responses=ARCHIVE_OUT)
def export_set(desk: AtDesk, by: By, name: Name, form: Form) -> FileResponse:
    """A set with its pictures, as a .zip for another tool."""
    file = export_file(Clerk(desk.labels, desk.audit, by), name, form)
    remove = BackgroundTask(shutil.rmtree, file.parent, ignore_errors=True)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, 200, headers, "application/zip", remove, file.name)


@router.post("/imports", status_code=201, openapi_extra=ARCHIVE_IN, max_body_size=MOST_BYTES)
async def import_labels(
    request: Request,
    desk: AtDesk,
    by: By,
    lang: Reader,
    form: Form,
    unlabelled: Annotated[
        Unlabelled, Query(description="What pictures without a label are.")
    ] = Unlabelled.REFUSE,
    classes: Annotated[
        str, Query(max_length=2000, description="Other names: `old=new, old=new`.")
    ] = "",
    accept_losses: Annotated[
        bool, Query(description="Go on without what cannot be read, and without such pictures.")
    ] = False,
) -> BroughtTold:
    """Bring labels in, with their pictures: send a .zip or .tar.gz as the body, 4 GiB at most. The
    format `pictures` takes pictures alone. Sent again, it changes nothing that is there.
    """
    if form != PICTURES:
        format_of(form)
    wish = Wish(form, unlabelled, classes_of(classes), accept_losses=accept_losses)
    tray = await run_in_threadpool(new_tray, incoming(desk.config.data_dir), by.name)
    try:
        await tray.put("upload", request.stream())
        clerk, progress = Clerk(desk.labels, desk.audit, by), Progress()
        brought = await run_in_threadpool(_bring, desk, clerk, tray, wish, progress)
    finally:
        await run_in_threadpool(tray.close)
    return BroughtTold(
        new=brought.new,
        same=brought.same,
        conflicts=list(brought.conflicts),
        warnings=[render(words_of(one), lang) for one in progress.warnings[:MOST_WARNINGS]],
    )


def _bring(desk: Desk, clerk: Clerk, tray: Tray, wish: Wish, progress: Progress) -> Brought:
    wish = replace(wish, scratch=tray.scratch, sent=tray.folder)
    return bring_in(clerk, tray.source, wish, progress, desk.clock())
