"""Parts with their pictures, and parts as a file."""

from __future__ import annotations

import shutil
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import Cursor, Limit, Page, Told, Words, moment, moment_or_none
from cell.faces.api.language import Reader
from cell.faces.api.problems import ProblemError
from cell.faces.api.resources.parts import PartTold
from cell.faces.api.resources.searching import Wanted
from cell.faces.web.outgoing import MEDIA, BusyError, exported
from cell.records.exporting import Form
from cell.records.reading import GalleryRow
from cell.texts import Lang

router = APIRouter(prefix="/quality", tags=["quality"])
_FILE: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {kind.partition(";")[0]: _FILE for kind in MEDIA.values()},
    }
}


class Picture(Told):
    """The picture that stands for a part: `GET /pictures/{sha256}`."""

    kind: Literal["view", "frame"]
    sha256: str
    bytes: int


class Seen(PartTold):
    """A part in one line, with what was found and the picture that stands for it, null where none
    is kept.
    """

    recipe: str
    model: str
    own: str = Field(description="The cell's own verdict, whatever a person said afterwards.")
    overridden: bool
    said: str = Field(description="What a person said after the fact: pass, reject or empty.")
    score: float | None = Field(description="The highest of its defects.")
    defects: int
    picture: Picture | None


@router.get("/gallery")
def get_gallery(
    desk: AtDesk, lang: Reader, asked: Wanted, cursor: Cursor = "", limit: Limit = 50
) -> Page[Seen]:
    """Parts with their pictures, those that arrived last first. A page may hold fewer than `limit`
    although there are more: go on while `next` is not null.
    """
    page = desk.archive.gallery(asked, cursor, limit)
    return Page(items=[_seen(row, lang) for row in page.rows], next=page.after or None)


@router.get("/export", response_class=Response, responses=FILES)
def export_parts(
    desk: AtDesk,
    lang: Reader,
    asked: Wanted,
    form: Annotated[
        Form, Query(alias="format", description="CSV has a byte order mark.")
    ] = Form.CSV,
) -> FileResponse:
    """All parts that fit as one file, the newest first. Cells that a spreadsheet would take for a
    formula begin with an apostrophe in CSV. One at a time: 429 while another one is written.
    """
    try:
        file = exported(desk.archive, desk.config.data_dir, asked, form, lang)
    except BusyError as error:
        raise ProblemError(429, str(error), {"Retry-After": "10"}) from None
    remove = BackgroundTask(shutil.rmtree, file.parent, ignore_errors=True)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, 200, headers, MEDIA[form], remove, file.name)


def _seen(row: GalleryRow, lang: Lang) -> Seen:
    line, kept = row.line, row.picture
    return Seen(
        part=line.part,
        run=line.session,
        arrived=moment(line.arrived_ns),
        verdict=line.verdict,
        bin=line.bin,
        reason=Words.of(line.reason, lang),
        by=line.by,
        disposition=line.disposition,
        disposed=moment_or_none(line.disposed_ns),
        recipe=line.recipe,
        model=line.model,
        own=line.own,
        overridden=line.overridden,
        said=line.said,
        score=line.score,
        defects=line.defects,
        picture=None
        if kept is None
        else Picture(
            kind="frame" if kept.kind == "frame" else "view", sha256=kept.sha256, bytes=kept.bytes
        ),
    )
