"""YOLO: data.yaml, pictures under images/, a text file a picture under labels/.

The label of ``../images/../x.png`` is ``../labels/../x.txt``, by the path as it is given: the last
folder called images counts, and folders may be links. A good part has an empty label file. Pictures
that Roboflow augmented from one source (``<source>.rf.<hash>``) are one group.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.formats.yolo_lines import Lines, looks_like, marks
from vision.lab.data.formats.yolo_paths import has_picture, label_of, path_below
from vision.lab.data.formats.yolo_yaml import FILES, Described, describe, list_of_classes
from vision.lab.data.names import alike, normal, source_of
from vision.lab.data.places import Places, files_below, pictures_below
from vision.lab.data.reading import Reading, name_of
from vision.lab.data.saying import fault, told
from vision.lab.data.texts import read_text
from vision.lab.data.types import DataSet, Sample

LAYOUT = "data.yaml with names, images/ and labels/"
_LOOKED_AT = 20
_LIST = "classes.txt"
"""The classes of tools that write no data.yaml; other formats have it, too."""
_NO_LABELS = (_LIST, "readme.txt", "notes.txt")


def recognise(root: Path) -> bool:
    """Whether the folder holds data.yaml."""
    return _file(root) is not None


def lies_below(root: Path) -> bool:
    """Whether one of the first text files below the folder that say something is a label."""
    files = (path for path in files_below(root) if path.suffix.lower() == ".txt")
    said = (path for path in files if path.is_file() and path.stat().st_size)
    return any(looks_like(path) for path in islice(said, _LOOKED_AT))


def read(reading: Reading) -> DataSet:
    """Every picture in the folders that data.yaml names, or under images/. Group: see above."""
    root = reading.root
    file = _file(root)
    if file is not None:
        described = describe(file)
    elif (file := root / _LIST).is_file():
        described = list_of_classes(file)
    else:
        raise fault(
            root,
            told("file.no_yaml", "no data.yaml"),
            told("do.give_folder", "give the folder that holds it"),
        )
    _tell_unread(reading, file, described)
    pictures, folders, lists = _pictures(reading, file, described)
    wanted = {picture: label_of(root, picture) for picture in pictures}
    labels = {p: reading.find(file, p, name_of(p, root)) for p, file in wanted.items()}
    bare = [(p, name_of(p, root)) for p, label in labels.items() if label is None]
    keep_bare = reading.not_labelled(
        bare, told("file.lacks.label", "label file"), told("file.good.empty", "an empty one")
    )
    samples = [
        sample
        for picture in reading.watch(pictures, "pictures")
        if (labels[picture] is not None or keep_bare)
        and (sample := _sample(reading, picture, labels[picture], described)) is not None
    ]
    used = {label for label in labels.values() if label is not None} | set(lists)
    places = list(dict.fromkeys([*folders, *(file.parent for file in wanted.values())]))
    _strangers(reading, places, used, {alike(str(file)) for file in wanted.values()})
    _other_order(reading, [root, *places], described.classes, used)
    return DataSet("yolo", root, described.classes, samples)


def _file(root: Path) -> Path | None:
    places = Places()
    for name in FILES:
        for path in places.spelled_alike(root / name):
            if path.is_file():
                return path
    return None


def _pictures(
    reading: Reading, file: Path, described: Described
) -> tuple[list[Path], list[Path], list[Path]]:
    """The pictures of train, val and test, the folders where their labels lie, and the lists."""
    root = reading.root
    pictures: set[Path] = set()
    labels: list[Path] = []
    lists: list[Path] = []
    by_place: dict[Path, str] = {}
    for key, entry in described.named:
        place = path_below(reading, [described.base], entry, file)
        if place is not None and by_place.setdefault(place, entry) != entry:
            what = told(
                "file.entry_same",
                "{key}: {entry} leads to {place}, as does {by_place}",
                key=key,
                entry=entry,
                place=place,
                by_place=by_place[place],
            )
            reading.error(
                Kind.MISSING, file, what, told("do.mend_entry", "mend the entry or remove it")
            )
        elif place is None:
            what = told(
                "file.entry_gone",
                "{key}: {entry} is not there, or not inside {root}",
                key=key,
                entry=entry,
                root=root,
            )
            remedy = told(
                "do.mend_entry_here",
                "mend the entry or remove it; pictures and labels lie in this folder",
            )
            reading.error(Kind.MISSING, file, what, remedy)
        elif place.is_dir():
            pictures.update(pictures_below(place))
            labels.append(label_of(root, place / "x").parent)
        else:
            pictures.update(_listed(reading, place))
            lists.append(place)
    images = reading.find(root / "images", file)
    if not described.named and images is not None:
        pictures.update(pictures_below(images))
        labels.append(label_of(root, images / "x").parent)
    return sorted(pictures), labels, lists


def _tell_unread(reading: Reading, file: Path, described: Described) -> None:
    """Tell of keys that are not read; one that names a place is a list whose pictures are lost."""
    for key, entry in described.unread:
        if entry and path_below(reading, [described.base], entry, file) is not None:
            what = told(
                "file.key_there",
                "{key}: {entry} is there, but {name} is no key that is read",
                name=repr(key),
                key=key,
                entry=entry,
            )
            reading.error(
                Kind.MISSING,
                file,
                what,
                told("do.name_list", "name it train, val or test, or remove it"),
            )
        else:
            what = told("file.key_unread", "{key} is no key that is read", key=repr(key))
            reading.warning(
                Kind.KEY, file, what, told("do.correct_key", "correct its spelling or remove it")
            )


def _listed(reading: Reading, file: Path) -> list[Path]:
    """Pictures in a text file of paths, one a line."""
    found = []
    text = reading.attempt(partial(read_text, file), file) or ""
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if not entry:
            continue
        place = path_below(reading, [name_of(file, reading.root).rpartition("/")[0]], entry, file)
        if place is None or not place.is_file():
            what = told(
                "file.line_gone",
                "line {number}: {entry} is not there, or not inside {root}",
                number=number,
                entry=entry,
                root=reading.root,
            )
            reading.error(
                Kind.MISSING,
                file,
                what,
                told("do.remove_line", "restore the picture or remove the line"),
            )
        else:
            found.append(place)
    return found


def _strangers(reading: Reading, folders: list[Path], used: set[Path], taken: set[str]) -> None:
    """Tell of label files that belong to no picture that was read, or are its second one.

    taken: where labels were looked for, in the form that is `alike`.
    """
    there: set[Path] = set()
    for folder in dict.fromkeys(folders):
        for place in reading.places.spelled_alike(folder):
            files = list(place.iterdir()) if place == reading.root else files_below(place)
            there.update(p for p in files if p.suffix.lower() == ".txt" and p.is_file())
    there = {file for file in there if not file.name.startswith(".")}
    for file in sorted(there - used):
        if alike(str(file)) in taken:
            what = told("file.second_label", "is a second label of a picture that has one")
            reading.error(Kind.SPELLING, file, what, told("do.keep_right", "keep the right one"))
        elif has_picture(reading.root, file):
            what = told("file.not_listed", "its picture is in none of the lists, and was not read")
            reading.warning(
                Kind.NO_LABEL,
                file,
                what,
                told("do.add_to_list", "add the picture to a list to use it"),
            )
        elif file.name.lower() not in _NO_LABELS:
            what = told("file.label_alone", "belongs to no picture")
            reading.error(
                Kind.MISSING,
                file,
                what,
                told("do.remove_label", "restore the picture or remove the label"),
            )


def _other_order(
    reading: Reading, folders: list[Path], classes: tuple[str, ...], labels: set[Path]
) -> None:
    """Tell of a classes.txt, such as labelImg keeps, that numbers the classes in another way."""
    for folder in dict.fromkeys(folders):
        file = folder / _LIST
        if not file.is_file() or file in labels:  # a picture may be called classes
            continue
        text = reading.attempt(partial(read_text, file), file)
        names = [line.strip() for line in (text or "").splitlines() if line.strip()]
        if names and [normal(name) for name in names] != [normal(name).strip() for name in classes]:
            what = told(
                "file.other_order",
                "lists {names}, but data.yaml {names_2}",
                names=", ".join(names[:5]),
                names_2=", ".join(classes[:5]),
            )
            remedy = told(
                "do.see_order", "see which of the two the labels were drawn by, and make them agree"
            )
            reading.error(Kind.CLASS, file, what, remedy)


def _sample(
    reading: Reading, picture: Path, file: Path | None, described: Described
) -> Sample | None:
    name = name_of(picture, reading.root)
    group = source_of(name)
    size = reading.size(picture, name)
    if size is None:
        return None
    if file is None:
        return Sample(name, picture, size, group)
    text = reading.attempt(partial(read_text, file), file, name)
    if text is None:
        return None
    lines = Lines(reading, file, name, size, described)
    drawn = reading.boxes(file, name, size, marks(lines, text))
    if not text.strip():
        what = told("file.empty_label", "is empty: the part counts as good")
        reading.warning(
            Kind.EMPTY_LABEL, file, what, told("do.label_if_not", "label it if it is not"), name
        )
    return Sample(name, picture, size, group, drawn.boxes, drawn.labels, outlines=drawn.outlines)
