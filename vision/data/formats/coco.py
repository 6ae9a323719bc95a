"""COCO instances: one JSON with images, annotations and categories.

Beyond the standard an image may carry ``name``, ``group``, ``golden`` and ``mask`` (the last two
are paths like ``file_name``); `vision.data.export` writes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from vision.data.findings import Kind
from vision.data.reading import Marked, Reading, corners, read_model
from vision.data.types import DataError, DataSet, Sample

LAYOUT = "a .json with images, annotations and categories, beside its pictures or images/"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Image(_Part):
    id: int | str
    file_name: str
    width: int | None = None
    height: int | None = None
    name: str | None = None
    group: str | int | None = None
    golden: str | None = None
    mask: str | None = None


class _Annotation(_Part):
    id: int | str | None = None
    image_id: int | str
    category_id: int
    bbox: tuple[float, float, float, float] | None = None
    segmentation: list[list[float]] | dict[str, object] | None = None
    iscrowd: int = 0


class _Category(_Part):
    id: int
    name: str


_Notes = dict[int | str, list[tuple[int, _Annotation]]]


class _File(_Part):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


def recognise(root: Path) -> bool:
    """Whether the path is a JSON file, or a folder that holds one of COCO's kind."""
    return root.suffix == ".json" if root.is_file() else bool(_candidates(root))


def read(reading: Reading) -> DataSet:
    """Every image of the file. Group: the field `group`, else each image its own."""
    path = _only(reading.root)
    content = read_model(path, _File, "not a COCO instances file: export it again")
    categories = sorted(content.categories, key=lambda c: c.id)
    index = {category.id: i for i, category in enumerate(categories)}
    notes: _Notes = defaultdict(list)
    for number, annotation in enumerate(content.annotations):
        notes[annotation.image_id].append((number, annotation))
    _strangers(reading, path, content, notes)
    folders = _folders(path)
    samples = []
    for image in reading.watch(content.images, "pictures"):
        sample = _sample(reading, path, folders, image, notes[image.id], index)
        if sample is not None:
            samples.append(sample)
    return DataSet("coco", reading.root, tuple(c.name for c in categories), samples)


def _candidates(root: Path) -> list[Path]:
    """JSON files that look like COCO's; the first kilobytes tell without reading them whole."""
    found = []
    for path in sorted({*root.glob("*.json"), *root.glob("annotations/*.json")}):
        with path.open("rb") as file:
            head = file.read(1 << 16)
        keys = (b'"images"', b'"annotations"', b'"categories"', b'"info"', b'"licenses"')
        if sum(key in head for key in keys) >= 2 or (keys[0] in head and b'"file_name"' in head):
            found.append(path)
    return found


def _only(root: Path) -> Path:
    if root.is_file():
        return root
    found = _candidates(root)
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise DataError(f"{root}: COCO files here: {names}; give the path of the one you mean")
    return found[0]


def _strangers(reading: Reading, path: Path, content: _File, notes: _Notes) -> None:
    """Tell of annotations whose image is not in the file."""
    known = {image.id for image in content.images}
    for image_id in notes.keys() - known:
        number = notes[image_id][0][0]
        what = f"annotations.{number}: image_id {image_id} is not among the images"
        reading.error(Kind.MISSING, path, what, "export the file again")


def _folders(path: Path) -> list[Path]:
    """Where pictures may lie: beside the file, in images/, in the folder that the file names."""
    base = path.parent.parent if path.parent.name == "annotations" else path.parent
    part = path.stem.removeprefix("instances_")
    folders = [path.parent, base, base / "images", base / part, base / "images" / part]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _find(folders: list[Path], name: str) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    return folders[0] / name


def _sample(
    reading: Reading,
    path: Path,
    folders: list[Path],
    image: _Image,
    notes: list[tuple[int, _Annotation]],
    index: dict[int, int],
) -> Sample | None:
    picture = _find(folders, image.file_name)
    name = image.name or Path(image.file_name).with_suffix("").as_posix()
    said, remedy = (image.height, image.width), "export the labels again for this picture"
    size = reading.labelled_size(picture, name, path, said, remedy)
    if size is None:
        return None
    extra: dict[str, Path | None] = {"golden": None, "mask": None}
    for key, kind in (("golden", Kind.GOLDEN), ("mask", Kind.MASK)):
        given = getattr(image, key)
        if given and reading.same_size(size, _find(folders, given), kind, name):
            extra[key] = _find(folders, given)
    boxes, labels = reading.boxes(path, name, size, _marks(reading, path, name, notes, index))
    group = name if image.group is None else str(image.group)
    return Sample(name, picture, size, group, boxes, labels, extra["golden"], extra["mask"])


def _marks(
    reading: Reading,
    path: Path,
    name: str,
    notes: list[tuple[int, _Annotation]],
    index: dict[int, int],
) -> Iterator[Marked]:
    for number, note in notes:
        place = f"annotations.{number} (of {name})"
        if note.category_id not in index:
            what = f"{place}: category_id {note.category_id} is not among the categories"
            reading.error(Kind.CLASS, path, what, "add the category or mend the id", name)
        elif note.iscrowd:
            what = f"{place}: marks a crowd, not one defect, and was left out"
            reading.warning(Kind.SHAPE, path, what, "mark each defect by itself", name)
        elif note.bbox is not None:
            x, y, w, h = note.bbox
            yield Marked(place, (x, y, x + w, y + h), index[note.category_id])
        elif isinstance(note.segmentation, list) and any(map(len, note.segmentation)):
            points = [p for flat in note.segmentation for p in zip(flat[::2], flat[1::2])]  # noqa: B905
            yield Marked(place, corners(points), index[note.category_id])
        else:
            what = f"{place}: has neither bbox nor polygon"
            reading.error(Kind.SHAPE, path, what, "export the file again", name)
