"""Pictures as answers. Where they lie comes from the records, never from the caller."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from cell.faces.api.etags import is_known
from cell.faces.api.problems import missing
from cell.records.naming import Incoming
from cell.records.reading import EvidenceRow

PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "You have it already."},
}
KINDS: Final = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
}


def picture_answer(request: Request, data_dir: Path, row: EvidenceRow) -> Response:
    """The picture of a row of evidence. Raises ProblemError (404) where it is gone."""
    path = row.path or Incoming(row.exposure_ns, row.kind, row.sha256).path
    file = (data_dir / path).resolve()
    inside = file.is_relative_to(data_dir.resolve())
    if row.pruned_ns is not None or not inside:
        raise missing(row.sha256)
    return file_answer(request, file, row.sha256)


def file_answer(request: Request, file: Path, sha256: str, cache: str = "no-cache") -> Response:
    """A picture file that holds this content."""
    tag = f'"{sha256}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"private, {cache}",
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request.headers, tag):
        return Response(status_code=304, headers=headers)
    try:
        content = file.read_bytes()
    except OSError:
        raise missing(sha256) from None
    return Response(content, headers=headers, media_type=KINDS.get(file.suffix, "image/jpeg"))
