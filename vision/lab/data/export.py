"""Writing a data set as COCO instances, whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from vision.lab.data.names import printable
from vision.lab.data.reading import Watch, unwatched
from vision.lab.data.types import DataError, DataSet, Sample

FILE = "instances.json"
_FOLDERS = {"image": "images", "golden": "goldens", "mask": "masks"}


def write_coco(data: DataSet, folder: Path, copy: bool = False, watch: Watch = unwatched) -> Path:
    """Write `instances.json` into a new folder; returns its path.

    The pictures are referred to by paths relative to the folder, or copied into it. Images carry
    `name`, `group`, `golden` and `mask` beside the standard fields, so that reading the file gives
    the same samples. Raises DataError if the folder is not empty, lies in the data set or holds it,
    or cannot be written; then, as when interrupted, nothing is left behind.
    """
    folder = Path(os.path.realpath(folder))
    _require_apart(data, folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"{folder}: is there already and not empty; give a new folder")
    part: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = folder.with_name(f".{secrets.token_hex(6)}.part")
        part.mkdir()
        content = _content(data, folder, part if copy else None, watch)
        (part / FILE).write_text(json.dumps(content) + "\n", encoding="utf-8")
        if folder.is_dir():
            folder.rmdir()
        part.rename(folder)
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError):
            raise DataError(f"{folder}: is no place for files ({error}); give another") from None
        raise DataError(
            f"{error.filename or folder}: {error.strerror or error}; "
            "see to space and permissions, then import again"
        ) from None
    finally:
        if part is not None and part.exists():
            shutil.rmtree(part)
    return folder / FILE


def _require_apart(data: DataSet, folder: Path) -> None:
    """Refuse a folder that would become part of its own source."""
    root = Path(os.path.realpath(data.root))
    home = root.parent if root.is_file() else root
    if folder == home or home in folder.parents or folder in home.parents:
        raise DataError(
            f"{folder}: lies in the data set {data.root}, or holds it; give a folder elsewhere"
        )


def _content(data: DataSet, folder: Path, copies: Path | None, watch: Watch) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, sample in enumerate(watch(data.samples, "pictures"), 1):
        images.append(_image(number, sample, folder, copies))
        for box, label in zip(sample.boxes.tolist(), sample.labels.tolist(), strict=True):
            x1, y1, x2, y2 = box
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": label + 1,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "area": (x2 - x1) * (y2 - y1),
                    "iscrowd": 0,
                }
            )
    categories = [{"id": i, "name": name} for i, name in enumerate(data.classes, 1)]
    info = {"description": f"from {data.format}"}
    return {"info": info, "images": images, "annotations": annotations, "categories": categories}


def _image(number: int, sample: Sample, folder: Path, copies: Path | None) -> dict[str, Any]:
    height, width = sample.size
    entry: dict[str, Any] = {"id": number, "width": width, "height": height}
    entry |= {"name": sample.name, "group": sample.group}
    for key, source in (("image", sample.image), ("golden", sample.golden), ("mask", sample.mask)):
        if source is None:
            continue
        if copies is None:
            place = os.path.relpath(Path(os.path.realpath(source.parent)) / source.name, folder)
        else:
            place = _copy(
                source, copies, f"{_FOLDERS[key]}/{_inside(sample.name) or number}{source.suffix}"
            )
        entry["file_name" if key == "image" else key] = Path(place).as_posix()
    return entry


def _inside(name: str) -> str:
    """A name as a path that stays in its folder, whatever the source called the picture."""
    return "/".join(part for part in Path(printable(name)).parts if part not in ("/", ".."))


def _copy(source: Path, folder: Path, place: str) -> str:
    if (folder / place).exists():
        raise DataError(f"{source}: {place} is taken by another picture; rename one of the two")
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / place)
    return place
