"""Which picture a labelme file is about: never a guess between two."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from vision.lab.data.findings import Kind
from vision.lab.data.formats.labelme_file import File
from vision.lab.data.names import alike
from vision.lab.data.places import is_there
from vision.lab.data.reading import Reading, name_of
from vision.lab.data.saying import told
from vision.pictures import is_picture


def picture_of(
    reading: Reading, path: Path, content: File, by_name: Mapping[str, Sequence[Path]]
) -> Path | None:
    """The picture that the JSON names: where it says, else the one below the root that fits.

    by_name: pictures by the form of their names that is `alike`. None after having told that
    there are several.
    """
    said = PureWindowsPath(content.image_path)
    name = name_of(path, reading.root)
    if not said.name.strip(".") or "\0" in content.image_path or said.suffix == path.suffix:
        return _same_name(reading, path, name, content.image_path)
    for way in (content.image_path, said.as_posix()):
        beside = Path(os.path.normpath(path.parent / way))
        if is_there(beside) and beside.is_file():
            return beside
    wanted = path.parent / said.name
    spelled = None
    if not said.is_absolute() and not said.root and ".." not in said.parts:
        spelled = reading.find(path.parent / said.as_posix(), path, name)
    if spelled is not None:
        return spelled
    fitting = _fitting(reading, path, said, by_name.get(alike(said.name), ()))
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = " and ".join(p.relative_to(reading.root).as_posix() for p in fitting[:3])
        what = told(
            "file.image_path_several",
            "imagePath {image_path} may be {shown}",
            image_path=repr(content.image_path),
            shown=shown,
        )
        remedy = told("do.write_path", "write in imagePath where its picture lies")
        reading.error(Kind.MISSING, path, what, remedy, name)
        return None
    return wanted


def _same_name(reading: Reading, path: Path, name: str, said: str) -> Path | None:
    """The picture beside a JSON that names none."""
    beside = [
        p for p in path.parent.iterdir() if is_picture(p) and alike(p.stem) == alike(path.stem)
    ]
    if len(beside) == 1:
        if said:
            what = told(
                "file.image_path_odd",
                "imagePath {said} is no picture: {name} was taken",
                said=repr(said),
                name=beside[0].name,
            )
        else:
            what = told(
                "file.image_path_empty", "imagePath is empty: {name} was taken", name=beside[0].name
            )
        reading.warning(
            Kind.SPELLING, path, what, told("do.write_name", "write its picture's name"), name
        )
        return beside[0]
    what = told(
        "file.image_path_none",
        "imagePath names no picture, and {count} beside it have its name",
        count=len(beside),
    )
    reading.error(Kind.MISSING, path, what, told("do.write_name", "write its picture's name"), name)
    return None


def _fitting(
    reading: Reading, path: Path, said: PureWindowsPath, pictures: Sequence[Path]
) -> Sequence[Path]:
    """Of pictures with the right name, those whose folders fit best: what imagePath says, else
    where the JSON itself lies in a tree of the same folders.
    """
    if not pictures:
        return []
    where = {p: PurePosixPath(alike(p.relative_to(reading.root).as_posix())) for p in pictures}
    named = [
        part for part in PurePosixPath(alike(said.as_posix())).parts if part not in ("..", ".")
    ]
    shared = {p: _shared(where[p].parts, named) for p in pictures}
    best = max(shared.values())
    if best > 1:
        return [p for p in pictures if shared[p] == best]
    home = PurePosixPath(alike(path.parent.relative_to(reading.root).as_posix())).parts[1:]
    same = [p for p in pictures if where[p].parent.parts[1:] == home]
    if same:
        return same
    return [p for p in pictures if not home or not where[p].parent.parts[1:]]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many last parts two paths share."""
    count = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
