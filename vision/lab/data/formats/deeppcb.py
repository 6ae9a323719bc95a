"""DeepPCB: pairs of a tested board and its golden sample.

Layout: ``PCBData/group<G>/<G>/<id>_{test,temp}.<webp|jpg|png>`` and labels in
``PCBData/group<G>/<G>_not/<id>.txt``, ``x1 y1 x2 y2 class`` a line, by spaces or commas, 1..6.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.places import is_there
from vision.lab.data.reading import Marked, Reading
from vision.lab.data.texts import read_text
from vision.lab.data.types import DataError, DataSet, Sample
from vision.pictures import is_picture

CLASSES = ("open", "short", "mousebite", "spur", "copper", "pin_hole")
LAYOUT = "PCBData/group<G>/<G>/<id>_test.*, <id>_temp.* and <G>_not/<id>.txt"
_NOWHERE = (math.nan, math.nan, math.nan, math.nan)
_RESTORE = "restore it from the data set"


def recognise(root: Path) -> bool:
    """Whether the folder, or PCBData inside it, holds board groups with labels."""
    return any(_home(root).glob("group*/*_not"))


def read(reading: Reading) -> DataSet:
    """Every board with a label file. Group: the board family's folder."""
    files = sorted(_home(reading.root).glob("group*/*_not/[!.]*.txt"))
    if not files:
        raise DataError(f"{reading.root}: no label files; give the folder that holds PCBData/")
    samples = [
        sample
        for file in reading.watch(files, "labels")
        if (sample := _sample(reading, file)) is not None
    ]
    samples += _unlabelled(reading, files)
    return DataSet("deeppcb", reading.root, CLASSES, samples)


def _home(root: Path) -> Path:
    return root / "PCBData" if (root / "PCBData").is_dir() else root


def _sample(reading: Reading, file: Path) -> Sample | None:
    name, group = file.stem, file.parent.name.removesuffix("_not")
    folder = file.parent.parent / group
    board, golden = (_picture(folder, f"{name}_{kind}") for kind in ("test", "temp"))
    size = reading.size(board, name)
    if size is None:
        return None
    fits = reading.same_size(size, golden, Kind.GOLDEN, name)
    text = reading.attempt(lambda: read_text(file), file, name)
    if text is None:
        return None
    drawn = reading.boxes(file, name, size, _marks(reading, file, text))
    if not len(drawn.boxes):
        what = "marks nothing: the board counts as good"
        reading.warning(Kind.EMPTY_LABEL, file, what, "label it if it is not", name)
    return Sample(name, board, size, group, drawn.boxes, drawn.labels, golden if fits else None)


def _unlabelled(reading: Reading, files: list[Path]) -> list[Sample]:
    """Boards without a label file, where they are said to be good."""
    labelled = {(file.parent.parent, file.stem) for file in files}
    bare = []
    for board in sorted(_home(reading.root).glob("group*/*/*_test.*")):
        name = board.stem.removesuffix("_test")
        if (board.parent.parent, name) not in labelled and is_picture(board):
            bare.append((board, name))
    if not reading.not_labelled(bare, "label file", "an empty one"):
        return []
    return [
        Sample(name, board, size, board.parent.name)
        for board, name in bare
        if (size := reading.size(board, name)) is not None
    ]


def _picture(folder: Path, stem: str) -> Path:
    for suffix in (".webp", ".jpg", ".png"):
        if is_there(folder / f"{stem}{suffix}"):
            return folder / f"{stem}{suffix}"
    return folder / f"{stem}.jpg"


def _marks(reading: Reading, file: Path, text: str) -> Iterator[Marked]:
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.replace(",", " ").split()
        if not fields:
            continue
        try:
            x1, y1, x2, y2, label = map(int, fields)
        except ValueError:
            what = f"line {number}: {line[:80]!r} is not 'x1 y1 x2 y2 class'"
            reading.error(Kind.LABEL, file, what, _RESTORE, file.stem)
            continue
        box = (float(x1), float(y1), float(x2), float(y2)) if _small(x1, y1, x2, y2) else _NOWHERE
        if not 1 <= label <= len(CLASSES):
            what = f"line {number}: class {label} is not 1..{len(CLASSES)}"
            reading.error(Kind.CLASS, file, what, _RESTORE, file.stem, box)
            continue
        yield Marked(f"line {number}", box, label - 1)


def _small(*values: int) -> bool:
    return all(abs(value) < 1 << 31 for value in values)
