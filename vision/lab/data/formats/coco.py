"""COCO instances: one JSON with images, annotations and categories.

Beyond the standard an image may carry ``name``, ``group``, ``golden`` and ``mask`` (the last two
are paths like ``file_name``; `vision.lab.data.export` writes them) and ``judgement`` (``good``,
``defective``, ``unusable``). An image without annotations is a good part. Copies that Roboflow made
of one source (``<source>.rf.<hash>``) are one group.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath

from vision.lab.data.findings import Kind
from vision.lab.data.formats.coco_box import box_of
from vision.lab.data.formats.coco_file import Annotation, File, Id, Image, looks_like
from vision.lab.data.formats.judged import is_unusable
from vision.lab.data.names import source_of
from vision.lab.data.places import files_below, is_there
from vision.lab.data.reading import Marked, Reading
from vision.lab.data.saying import fault, told
from vision.lab.data.texts import model_of, read_json
from vision.lab.data.types import DataSet, Sample

LAYOUT = "a .json with images, annotations and categories, beside its pictures or images/"
_LOOKED_AT = 20
_Notes = dict[Id, list[tuple[int, Annotation]]]


@dataclass(frozen=True)
class _Source:
    """One file while it is read: where its pictures may lie, its notes by image, its classes."""

    reading: Reading
    path: Path
    folders: list[Path]
    notes: _Notes
    index: dict[Id, int]


def recognise(root: Path) -> bool:
    """Whether the path is a JSON file, or a folder that holds one of COCO's kind."""
    return root.suffix.lower() == ".json" if root.is_file() else bool(_candidates(root))


def lies_below(root: Path) -> bool:
    """Whether one of the first JSON files below the folder is of COCO's kind."""
    files = (path for path in files_below(root) if path.suffix.lower() == ".json")
    return any(looks_like(path) for path in islice(files, _LOOKED_AT))


def read(reading: Reading) -> DataSet:
    """Every image of the file. Group: the field `group`, else each image its own."""
    path = _only(reading.root)
    raw = read_json(path)
    if isinstance(raw, list):
        raise fault(
            path,
            told(
                "file.coco_list",
                "is a list, such as a detector's results, and not a COCO instances file",
            ),
            told("do.give_coco", "give the file with images, annotations and categories"),
        )
    content = model_of(
        path, raw, File, told("do.export_coco", "not a COCO instances file: export it again")
    )
    names, index = _categories(path, content)
    notes: _Notes = defaultdict(list)
    for number, annotation in enumerate(content.annotations):
        notes[annotation.image_id].append((number, annotation))
    _strangers(reading, path, content, notes)
    _scored(reading, path, content)
    doubled = _doubled(reading, path, content)
    source = _Source(reading, path, _folders(path), notes, index)
    images = [(i, image) for i, image in enumerate(content.images) if image.id not in doubled]
    samples = []
    for number, image in reading.watch(images, "pictures"):
        sample = _sample(source, number, image)
        if sample is not None:
            samples.append(sample)
    if reading.within is not None and _says_nothing(content):
        bare = [(sample.image, sample.name) for sample in samples]
        if not reading.not_labelled(
            bare,
            told("file.lacks.annotation", "annotation"),
            told("file.good.judgement", "`judgement`: good"),
        ):
            samples = []
    return DataSet("coco", reading.root, names, samples)


def _says_nothing(content: File) -> bool:
    """Whether a file only lists pictures, as those of COCO's tests do."""
    return not content.annotations and all(image.judgement is None for image in content.images)


def _candidates(root: Path) -> list[Path]:
    """JSON files that look like COCO's."""
    files = {*root.glob("*.[jJ][sS][oO][nN]"), *root.glob("annotations/*.json")}
    return [path for path in sorted(files) if path.is_file() and looks_like(path)]


def _only(root: Path) -> Path:
    if root.is_file():
        return root
    found = _candidates(root)
    if len(found) != 1:
        below = [path.relative_to(root).as_posix() for path in root.glob("*/*.json")]
        names = ", ".join(path.name for path in found) or "none"
        what = told("file.coco_files", "COCO files here: {names}", names=names)
        if below and not found:
            others = ", ".join(sorted(below)[:5])
            what = told("file.below", "{what} (below it: {names})", what=what, names=others)
        raise fault(root, what, told("do.give_path", "give the path of the one you mean"))
    return found[0]


def _categories(path: Path, content: File) -> tuple[tuple[str, ...], dict[Id, int]]:
    """Names of the classes in the order of their ids, and the index of each id."""
    categories = sorted(content.categories, key=lambda c: (isinstance(c.id, str), c.id))
    for one, count in Counter(c.id for c in categories).items():
        if count > 1:
            raise fault(
                path,
                told(
                    "file.category_twice",
                    "categories: id {one} stands {count} times",
                    one=one,
                    count=count,
                ),
                told("do.category_ids", "give each category an id of its own"),
            )
    index = {category.id: i for i, category in enumerate(categories)}
    return tuple(category.name for category in categories), index


def _strangers(reading: Reading, path: Path, content: File, notes: _Notes) -> None:
    """Tell of annotations whose image is not in the file, and of numbers that stand twice."""
    known = {image.id for image in content.images}
    for image_id in [key for key in notes if key not in known]:
        number = notes[image_id][0][0]
        what = told(
            "file.image_unknown",
            "annotations.{number}: image_id {image_id} is not among the images",
            number=number,
            image_id=repr(image_id),
        )
        reading.error(Kind.MISSING, path, what, told("do.export_file", "export the file again"))
    ids = Counter(note.id for note in content.annotations if note.id is not None)
    twice = [one for one, count in ids.items() if count > 1]
    if twice:
        what = told(
            "file.ids_twice",
            "{count} ids of annotations stand more than once, such as {twice}",
            count=len(twice),
            twice=repr(twice[0]),
        )
        remedy = told("do.see_joined", "see whether files were joined without numbering them anew")
        reading.warning(Kind.IDS, path, what, remedy)


def _scored(reading: Reading, path: Path, content: File) -> None:
    """Tell of scores, which a detector gives and a person does not, and of key points."""
    scored = sum(note.score is not None for note in content.annotations)
    if scored:
        what = told(
            "file.scores", "{scored} annotations have a score, which was left out", scored=scored
        )
        remedy = told(
            "do.see_detector",
            "see whether these are a detector's findings and not a person's labels",
        )
        reading.warning(Kind.COLUMN, path, what, remedy)
    posed = sum(bool(note.keypoints) for note in content.annotations)
    if posed:
        what = told(
            "file.key_points",
            "{posed} annotations have key points, which were left out",
            posed=posed,
        )
        reading.warning(
            Kind.COLUMN,
            path,
            what,
            told("do.see_boxes", "see whether their boxes are what you want"),
        )


def _doubled(reading: Reading, path: Path, content: File) -> set[Id]:
    """Ids of several images: whose annotations are whose is not known. Tells of them."""
    counts = Counter(image.id for image in content.images)
    doubled = {one for one, count in counts.items() if count > 1}
    for one in doubled:
        names = [image.file_name for image in content.images if image.id == one]
        what = told(
            "file.image_twice",
            "image id {one} stands {count} times ({names})",
            one=repr(one),
            count=len(names),
            names=", ".join(map(repr, names[:3])),
        )
        remedy = told(
            "do.number_images",
            "number the images anew; their annotations may be on the wrong picture",
        )
        reading.error(Kind.IDS, path, what, remedy)
    return doubled


def _folders(path: Path) -> list[Path]:
    """Where pictures may lie: beside the file, in images/, in the folder that the file names."""
    base = path.parent.parent if path.parent.name == "annotations" else path.parent
    words = path.stem.split("_")  # as in instances_val2017 and person_keypoints_val2017
    parts = ["_".join(words[start:]) for start in range(len(words))]
    folders = [path.parent, base, base / "images"]
    folders += [place for part in parts for place in (base / part, base / "images" / part)]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _find(source: _Source, written: str, name: str) -> Path:
    """The file that is meant, or where it should be: as written, with the separators of Windows,
    spelled alike, or below the folders of another machine.
    """
    posix = PureWindowsPath(written).as_posix()  # a file's name on Linux may hold the separator
    for way in dict.fromkeys((written, posix)):
        for folder in source.folders:
            if is_there(folder / way) and not (folder / way).is_dir():
                return folder / way
    parts = [part for part in PurePosixPath(posix).parts if part not in ("..", "/")]
    absolute = PureWindowsPath(written).is_absolute() or written.startswith("/")
    for start in range(len(parts) if absolute else 1):
        for folder in source.folders:
            asked = folder.joinpath(*parts[start:])
            found = source.reading.find(asked, source.path, name)
            if found is not None and not found.is_dir():
                return found
    return source.folders[0] / written


def _sample(source: _Source, number: int, image: Image) -> Sample | None:
    reading, path = source.reading, source.path
    name = image.name or _name(image.file_name)
    if not name or not _name(image.file_name):
        what = told(
            "file.names_no_file",
            "images.{number}: file_name {file_name} names no file",
            number=number,
            file_name=repr(image.file_name),
        )
        reading.error(Kind.MISSING, path, what, told("do.export_file", "export the file again"))
        return None
    picture = _find(source, image.file_name, name)
    remedy = told("do.export_picture", "export the labels again for this picture")
    size = reading.labelled_size(picture, name, path, (image.height, image.width), remedy)
    if size is None:
        return None
    extra: dict[str, Path | None] = {"golden": None, "mask": None}
    for key, kind in (("golden", Kind.GOLDEN), ("mask", Kind.MASK)):
        given = getattr(image, key)
        if given and reading.same_size(size, _find(source, given, name), kind, name):
            extra[key] = _find(source, given, name)
    drawn = reading.boxes(path, name, size, _marks(source, name, size, image.id))
    group = source_of(name) if image.group is None else str(image.group)
    said = [] if image.judgement is None else [image.judgement]
    unusable = bool(said) and is_unusable(reading, path, name, said, len(source.notes[image.id]))
    return Sample(
        name, picture, size, group, drawn.boxes, drawn.labels, extra["golden"], extra["mask"],
        drawn.outlines, unusable,
    )  # fmt: skip


def _name(written: str) -> str:
    """The picture's name: its path without the suffix, empty if that names no file."""
    posix = PureWindowsPath(written).as_posix() if "\\" in written else written
    last = PurePosixPath(posix).name
    if "\0" in written or not last.strip("."):
        return ""
    stem = PurePosixPath(last).stem
    return PurePosixPath(posix).with_name(stem if stem.strip(".") else last).as_posix()


def _marks(source: _Source, name: str, size: tuple[int, int], image: Id) -> Iterator[Marked]:
    reading, path = source.reading, source.path
    for number, note in source.notes[image]:
        place = f"annotations.{number} (of {name})"
        if note.category_id not in source.index:
            what = told(
                "file.category_unknown",
                "{place}: category_id {category_id} is not among the categories",
                place=place,
                category_id=repr(note.category_id),
            )
            reading.error(
                Kind.CLASS,
                path,
                what,
                told("do.add_category", "add the category or mend the id"),
                name,
            )
            continue
        found = box_of(note, size)
        if found.box is None:
            reading.error(
                Kind.SHAPE,
                path,
                told("file.at", "{place}: {what}", place=place, what=found.note),
                told("do.export_file", "export the file again"),
                name,
            )
            continue
        if found.note:
            what, remedy = (
                told("file.at", "{place}: {what}", place=place, what=found.note),
                told("do.see_box", "see whether the box fits"),
            )
            reading.warning(Kind.BOX_MEANING, path, what, remedy, name, found.box)
        yield Marked(place, found.box, source.index[note.category_id], found.outlines)
