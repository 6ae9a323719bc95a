"""Pictures by what they hold."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from cell.faces.api.desk import AtDesk
from cell.faces.api.pictures import PICTURE, picture_answer
from cell.faces.api.problems import missing

router = APIRouter(prefix="/pictures", tags=["pictures"])


@router.get("/{sha256}", response_class=Response, responses=PICTURE)
def get_picture(
    request: Request,
    desk: AtDesk,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its content.")],
) -> Response:
    """A picture that was kept as evidence, as JPEG."""
    row = desk.archive.picture(sha256)
    if row is None:
        raise missing(sha256)
    return picture_answer(request, desk.config.data_dir, row)
