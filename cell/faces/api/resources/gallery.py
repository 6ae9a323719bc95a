"""Parts with their pictures, and parts as a file."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from threading import Lock
from time import time
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
from cell.records.exporting import ExportError, Form, export
from cell.records.reading import GalleryRow
from cell.texts import Lang, render, say

router = APIRouter(prefix="/quality", tags=["quality"])
MEDIA: Final = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.PARQUET: "application/vnd.apache.parquet",
}
_FILE: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {kind.partition(";")[0]: _FILE for kind in MEDIA.values()},
    }
}
_KEPT_S: Final = 86_400
"""What a killed server left of an export is removed after so long."""
_BUSY = Lock()


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
    if not _BUSY.acquire(blocking=False):
        raise ProblemError(429, say("records.export_busy"), {"Retry-After": "10"})
    try:
        folder = _folder(desk.config.data_dir)
        file = folder / f"parts.{form}"
        try:
            export(desk.archive, asked, file, form, lambda words: render(words, lang))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    finally:
        _BUSY.release()
    remove = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, 200, headers, MEDIA[form], remove, file.name)


def _folder(data_dir: Path) -> Path:
    """A folder of its own that the caller removes. Raises ExportError."""
    place = data_dir / "outgoing"
    try:
        place.mkdir(exist_ok=True)
        for left in place.glob("parts-*"):
            if left.stat().st_mtime < time() - _KEPT_S:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix="parts-", dir=place))
    except OSError as error:
        why = error.strerror or str(error)
        raise ExportError(say("records.export_failed", file=str(place), why=why)) from error


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
        score=line.score,
        defects=line.defects,
        picture=None
        if kept is None
        else Picture(
            kind="frame" if kept.kind == "frame" else "view", sha256=kept.sha256, bytes=kept.bytes
        ),
    )
