"""Pictures of parts and of golden samples, as the quality pages show them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from cell.client.following import name_of
from cell.config import CellConfig
from cell.faces.quality.room import Room
from cell.faces.web.signed_in import signed_in
from cell.people.roles import Permission
from cell.products.lookup import find_recipe, recipe_folder
from cell.records.naming import Incoming
from cell.records.reading import EvidenceRow, PartsAsked
from models.ground.errors import UserError
from vision.pictures import is_picture

KEPT: Final = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
_LOOKED: Final = 60
"""Parts among which a view of a recipe is looked for."""


def routes(app: FastAPI, room: Room) -> None:
    """What `<img>` fetches."""

    @app.get("/quality/picture/{sha256}")
    def picture(request: Request, sha256: str) -> Response:
        if not _may(request):
            return Response(status_code=403)
        try:
            row = room.archive.picture(sha256)
        except UserError:
            row = None
        return _answer(None if row is None else file_of(room.config.data_dir, row))

    @app.get("/quality/golden/{recipe}")
    def golden(request: Request, recipe: str) -> Response:
        if not _may(request):
            return Response(status_code=403)
        return _answer(golden_of(room.config, recipe))


def file_of(data_dir: Path, row: EvidenceRow) -> Path | None:
    """Where a picture lies; None: it was deleted, or is gone."""
    path = row.path or Incoming(row.exposure_ns, row.kind, row.sha256).path
    file = (data_dir / path).resolve()
    inside = file.is_relative_to(data_dir.resolve())
    return file if row.pruned_ns is None and inside and file.is_file() else None


def golden_of(config: CellConfig, identity: str) -> Path | None:
    """The first golden sample of a recipe; None: it has none, or is no recipe of this cell."""
    name = name_of(identity)
    try:
        folder = recipe_folder(config, name) / find_recipe(config, name).goldens
    except UserError:
        return None
    return next((file for file in sorted(folder.glob("*")) if is_picture(file)), None)


def ground_of(room: Room, identity: str) -> str:
    """Where the picture is that stands for a recipe: its golden sample, or else a view of one of
    its latest parts; '' where there is none. Raises RecordsError.
    """
    if golden_of(room.config, identity) is not None:
        return f"/quality/golden/{name_of(identity)}"
    for row in room.archive.gallery(PartsAsked(recipe=identity), limit=_LOOKED).rows:
        kept = row.picture
        if kept is not None and kept.kind == "view" and file_of(room.config.data_dir, kept):
            return f"/quality/picture/{kept.sha256}"
    return ""


def _may(request: Request) -> bool:
    person = signed_in(request)
    return person is not None and person.may(Permission.SEE)


def _answer(file: Path | None) -> Response:
    return Response(status_code=404) if file is None else FileResponse(file, headers=KEPT)
