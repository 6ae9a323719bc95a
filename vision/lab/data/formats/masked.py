"""A sample from a picture and the masks that belong to it, for the formats that have such."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision.lab.data.findings import Corners, Kind
from vision.lab.data.marked import areas_of, read_mask
from vision.lab.data.reading import Marked, Reading, name_of
from vision.lab.data.types import Sample
from vision.pictures import UnreadableError

_GOOD = ("free", "good", "ok", "normal")


def is_good(class_name: str) -> bool:
    """Whether a folder of this name holds good parts."""
    return class_name.strip().lower().replace("-", "_").split("_")[-1] in _GOOD


def masked_sample(
    reading: Reading,
    picture: Path,
    masks: Sequence[Path],
    wanted: Path,
    group: str,
    label: int | None,
) -> Sample | None:
    """A sample with the boxes of its masks; label None for a good part, whose mask may be absent.

    wanted: where a mask should be, for the message when there is none.
    """
    name = name_of(picture, reading.root)
    size = reading.size(picture, name)
    if size is None:
        return None
    if not masks:
        if label is None:
            return Sample(name, picture, size, group)
        where = wanted.relative_to(reading.root) if wanted != picture else "beside it"
        what, remedy = f"has no mask {where}", "restore the mask, or move the picture"
        reading.error(Kind.MASK, picture, what, remedy, name)
        return None
    marked = _union(reading, name, size, masks)
    if marked is None:
        return None
    found, specks = areas_of(marked)
    if label is None and found:
        what = f"marks {len(found)} areas on a good part"
        remedy = "move the picture to its class, or mend it"
        reading.error(Kind.MASK, masks[0], what, remedy, name)
        return None
    if label is not None and not found:
        what = "marks nothing on a part that its folder calls defective: it was left out"
        remedy = "draw the mask, or move the picture"
        reading.error(Kind.EMPTY_LABEL, masks[0], what, remedy, name)
        return None
    if specks:
        what = f"{specks} specks beside what is 100 times as large were left out"
        reading.warning(Kind.SPECK, masks[0], what, "draw them larger if they are defects", name)
    drawn = reading.boxes(masks[0], name, size, _marks(found, label or 0))
    mask = masks[0] if len(masks) == 1 else None
    return Sample(name, picture, size, group, drawn.boxes, drawn.labels, mask=mask)


def _union(
    reading: Reading, name: str, size: tuple[int, int], masks: Sequence[Path]
) -> NDArray[np.bool_] | None:
    """What the masks mark together; None after having told why that is not known."""
    marked: NDArray[np.bool_] | None = None
    for path in masks:
        if not reading.same_size(size, path, Kind.MASK, name):
            return None
        try:
            mask = read_mask(path)
        except (UnreadableError, OSError) as error:
            reading.error(Kind.UNREADABLE, path, str(error), "export the mask again", name)
            return None
        if mask.marked.shape != size:
            what = "has another size when it is decoded than its header says"
            reading.error(Kind.UNREADABLE, path, what, "export the mask again", name)
            return None
        if mask.note:
            remedy = "see whether the boxes fit; usual is 0 and 255"
            reading.warning(Kind.MASK_VALUES, path, mask.note, remedy, name)
        if mask.faint:
            what = f"{mask.faint} areas are marked below half of the greatest value and were lost"
            reading.error(Kind.MASK, path, what, "mark all defects with one value", name)
        marked = mask.marked if marked is None else marked | mask.marked
    if len(masks) > 1:
        what = f"{len(masks)} masks belong to one picture: their boxes count, their pixels do not"
        reading.warning(Kind.MASK, masks[0], what, "join them for figures of pixels", name)
    return marked


def _marks(boxes: Sequence[Corners], label: int) -> Iterator[Marked]:
    for number, box in enumerate(boxes, 1):
        yield Marked(f"area {number}", box, label)
