"""DeepPCB: pairs of a tested board and its golden sample.

Layout: ``PCBData/group<G>/<G>/<id>_{test,temp}.<webp|jpg|png>`` and labels in
``PCBData/group<G>/<G>_not/<id>.txt``, ``x1 y1 x2 y2 class`` a line, by spaces or commas, 1..6.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vision.data.findings import Kind
from vision.data.reading import Marked, Reading, read_text
from vision.data.types import DataError, DataSet, Sample

CLASSES = ("open", "short", "mousebite", "spur", "copper", "pin_hole")
LAYOUT = "PCBData/group<G>/<G>/<id>_test.*, <id>_temp.* and <G>_not/<id>.txt"
_RESTORE = "restore it from the data set"


def recognise(root: Path) -> bool:
    """Whether the folder, or PCBData inside it, holds board groups with labels."""
    return any(_home(root).glob("group*/*_not"))


def read(reading: Reading) -> DataSet:
    """Every board with a label file. Group: the board family's folder."""
    files = sorted(_home(reading.root).glob("group*/*_not/*.txt"))
    if not files:
        raise DataError(f"{reading.root}: no label files; give the folder that holds PCBData/")
    samples = [
        sample
        for file in reading.watch(files, "labels")
        if (sample := _sample(reading, file)) is not None
    ]
    _unlabelled(reading, files)
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
    boxes, labels = reading.boxes(file, name, size, _marks(reading, file))
    if not len(boxes):
        what = "marks nothing: the board counts as good"
        reading.warning(Kind.EMPTY_LABEL, file, what, "label it if it is not", name)
    return Sample(name, board, size, group, boxes, labels, golden if fits else None)


def _unlabelled(reading: Reading, files: list[Path]) -> None:
    labelled = {file.stem for file in files}
    for board in sorted(_home(reading.root).glob("group*/*/*_test.*")):
        name = board.stem.removesuffix("_test")
        if name not in labelled:
            what = "has no label file and was left out"
            reading.warning(Kind.NO_LABEL, board, what, "label it; a good board's file is empty")


def _picture(folder: Path, stem: str) -> Path:
    for suffix in (".webp", ".jpg", ".png"):
        if (folder / f"{stem}{suffix}").exists():
            return folder / f"{stem}{suffix}"
    return folder / f"{stem}.jpg"


def _marks(reading: Reading, file: Path) -> Iterator[Marked]:
    for number, line in enumerate(read_text(file).splitlines(), 1):
        fields = line.replace(",", " ").split()
        if not fields:
            continue
        try:
            x1, y1, x2, y2, label = map(int, fields)
        except ValueError:
            raise DataError(
                f"{file}: line {number}: {line!r} is not 'x1 y1 x2 y2 class'; {_RESTORE}"
            ) from None
        if not 1 <= label <= len(CLASSES):
            what = f"line {number}: class {label} is not 1..{len(CLASSES)}"
            box = (x1, y1, x2, y2)
            reading.error(Kind.CLASS, file, what, _RESTORE, file.stem, box)
            continue
        yield Marked(f"line {number}", (x1, y1, x2, y2), label - 1)
