"""labelme: a JSON a picture, beside it or in a folder of its own; a box around each drawn area.

Classes are those in ``labels.txt`` or ``classes.txt`` at the root, else all that occur, by name.
Every shape is a defect of its own, whatever its ``group_id``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.formats.judged import is_unusable
from vision.lab.data.formats.labelme_file import File, is_set_aside, looks_like
from vision.lab.data.formats.labelme_picture import picture_of
from vision.lab.data.formats.labelme_shape import NO_AREA, box_of, outline_of
from vision.lab.data.names import alike, normal, source_of
from vision.lab.data.places import files_below
from vision.lab.data.reading import Marked, Reading, name_of
from vision.lab.data.saying import fault, told
from vision.lab.data.texts import read_model, read_text
from vision.lab.data.types import DataSet, Sample
from vision.pictures import is_picture

LAYOUT = "a labelme .json for each picture (shapes, imagePath)"
_LOOKED_AT = 20
_REMEDY = told("do.save_labelme", "not a labelme file: save it again or remove it")


def recognise(root: Path) -> bool:
    """Whether one of the first JSON files below the folder is labelme's."""
    return root.is_dir() and any(looks_like(path) for path in _files(root)[0][:_LOOKED_AT])


def read(reading: Reading) -> DataSet:
    """Every picture with a JSON. Group: the key `group`, else each picture its own."""
    root = reading.root
    files, pictures = _files(root)
    if not files:
        raise fault(
            root,
            told("file.no_json_here", "no .json"),
            told("do.give_labelme", "give the folder that holds labelme's files"),
        )
    contents = _contents(reading, files)
    classes = _classes(reading, [content for _, content in contents])
    by_name: dict[str, list[Path]] = defaultdict(list)
    for picture in pictures:
        by_name[alike(picture.name)].append(picture)
    samples, used = [], set()
    for path, content in reading.watch(contents, "pictures"):
        found = picture_of(reading, path, content, by_name)
        if found is None:
            continue
        used.add(found)
        sample = _sample(reading, path, found, content, classes)
        if sample is not None:
            samples.append(sample)
    bare = [(picture, name_of(picture, root)) for picture in pictures if picture not in used]
    if reading.not_labelled(bare, ".json", told("file.good.no_shapes", "one without shapes")):
        samples += [
            Sample(name, picture, size, source_of(name))
            for picture, name in bare
            if (size := reading.size(picture, name)) is not None
        ]
    return DataSet("labelme", root, classes, samples)


def _files(root: Path) -> tuple[list[Path], list[Path]]:
    """JSON files and pictures below the root."""
    files = files_below(root)
    labels = [path for path in files if path.suffix.lower() == ".json" and path.name[0] != "."]
    return labels, [path for path in files if is_picture(path)]


def _contents(reading: Reading, files: list[Path]) -> list[tuple[Path, File]]:
    """The labelme files among some; tells of those that cannot be read, or are something else."""
    contents = []
    for path in reading.watch(files, "labels"):
        if not looks_like(path):
            what = told("file.no_labelme", "is no labelme file and was not read")
            reading.warning(
                Kind.LABEL,
                path,
                what,
                told("do.remove_or_label", "remove it, or label its picture again"),
            )
            continue
        content = reading.attempt(partial(read_model, path, File, _REMEDY), path)
        if content is not None:
            contents.append((path, content))
    return contents


def _classes(reading: Reading, contents: list[File]) -> tuple[str, ...]:
    for name in ("labels.txt", "classes.txt"):
        path = reading.find(reading.root / name, reading.root)
        if path is not None and path.is_file():
            lines = [line.strip() for line in read_text(path).splitlines()]
            return tuple(name for name in lines if name and not is_set_aside(name))
    return tuple(sorted({shape.label for content in contents for _, shape in content.defects}))


def _sample(
    reading: Reading, path: Path, picture: Path, content: File, classes: tuple[str, ...]
) -> Sample | None:
    inside = picture.is_relative_to(reading.root)
    name = name_of(picture if inside else path, reading.root)
    said = (content.height, content.width)
    size = reading.labelled_size(
        picture, name, path, said, told("do.label_picture", "label this picture again")
    )
    if size is None:
        return None
    drawn = reading.boxes(path, name, size, _marks(reading, path, name, content, classes))
    flags = [flag for flag, is_set in content.flags.items() if is_set is True]
    defects = len(content.defects)
    if aside := len(content.shapes) - defects:
        what = told(
            "file.ignored",
            "{aside} of its shapes are not to be judged ('__ignore__'): left out",
            aside=aside,
        )
        remedy = told(
            "do.see_no_defect", "see that no defect lies there: the whole picture is looked at"
        )
        reading.warning(Kind.IGNORED, path, what, remedy, name)
    unusable = is_unusable(reading, path, name, flags, defects)
    group = source_of(name) if content.group is None else content.group
    return Sample(
        name, picture, size, group, drawn.boxes, drawn.labels,
        outlines=drawn.outlines, unusable=unusable,
    )  # fmt: skip


def _marks(
    reading: Reading, path: Path, name: str, content: File, classes: tuple[str, ...]
) -> Iterator[Marked]:
    known = {normal(one).strip(): index for index, one in reversed(list(enumerate(classes)))}
    for number, shape in content.defects:
        place = f"shapes.{number}"
        label = known.get(normal(shape.label).strip())
        if label is None:
            what = told(
                "file.class_not_listed",
                "{place}: class {label} is not in the list of classes",
                place=place,
                label=repr(shape.label),
            )
            reading.error(
                Kind.CLASS,
                path,
                what,
                told("do.add_to_labels", "add it to labels.txt, or mend it"),
                name,
            )
            continue
        box, note = box_of(shape)
        outline = outline_of(shape)
        if box is None:
            reading.error(
                Kind.SHAPE,
                path,
                told("file.at", "{place}: {what}", place=place, what=note),
                NO_AREA,
                name,
            )
            continue
        if note:
            what = told("file.at", "{place}: {what}", place=place, what=note)
            reading.warning(
                Kind.BOX_MEANING,
                path,
                what,
                told("do.see_box", "see whether the box fits"),
                name,
                box,
            )
        yield Marked(place, box, label, () if outline is None else (outline,))
