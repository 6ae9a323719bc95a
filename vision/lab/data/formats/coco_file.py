"""The parts of a COCO file that are read, and what such a file looks like."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

_IMAGES = re.compile(rb'"images"\s*:\s*\[')
_MORE = re.compile(rb'"(?:annotations|categories)"\s*:\s*\[|"file_name"\s*:')


def _id(value: Any) -> Any:
    """Numbers as numbers: some tools write 1.0, or "1"."""
    if isinstance(value, bool):
        raise ValueError("true and false are no ids")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and str(int(value)) == value:
        return int(value)
    return value


Id = Annotated[int | str, BeforeValidator(_id)]


class _Part(BaseModel):
    # Other programs write these files, with keys of their own: what is not a label is not read.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Image(_Part):
    """One picture; width and height in px."""

    id: Id
    file_name: str
    width: int | None = None
    height: int | None = None
    name: str | None = None
    group: str | int | None = None
    golden: str | None = None
    mask: str | None = None
    judgement: str | None = None


class Annotation(_Part):
    """One mark; its box and outline as they are written, right or wrong."""

    id: Id | None = None
    image_id: Id
    category_id: Id
    bbox: Any = None
    segmentation: Any = None
    iscrowd: Any = 0
    attributes: Any = None
    score: Any = None
    keypoints: Any = None
    ignore: Any = None
    deleted: Any = None


class Category(_Part):
    """One class."""

    id: Id
    name: str


class File(_Part):
    """A whole file."""

    images: list[Image]
    annotations: list[Annotation]
    categories: list[Category]


def looks_like(path: Path) -> bool:
    """Whether a JSON file has COCO's lists, in whatever order."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return False
        raw = path.read_bytes().replace(b"\0", b"")
    except OSError:
        return False
    return _IMAGES.search(raw) is not None and _MORE.search(raw) is not None
