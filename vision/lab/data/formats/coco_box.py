"""The box of a COCO annotation: its bbox, or what its polygons or run lengths mark."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from vision.lab.data.findings import Corners
from vision.lab.data.formats.coco_file import Annotation
from vision.lab.data.formats.rle import box_of_runs
from vision.lab.data.outlines import Outline, Point
from vision.lab.data.reading import corners
from vision.lab.data.saying import told

LEAST_IOU = 0.5
"""Overlap of bbox and outline below which that they differ is said."""
_ALONE = "the bbox was taken"
SAME_IOU = 0.8
"""Overlap from which two boxes are the same, but for rounding."""


@dataclass(frozen=True)
class Boxed:
    """A box x1 y1 x2 y2 [px], None where there is none; note: what is to be said of it, or why;
    outlines: the polygons that it is around.
    """

    box: Corners | None
    note: str = ""
    outlines: tuple[Outline, ...] = ()


def box_of(note: Annotation, size: tuple[int, int]) -> Boxed:
    """The box of an annotation on a picture of (height, width) px."""
    bbox = _numbers(note.bbox)
    if note.bbox is not None and (bbox is None or len(bbox) != 4):
        return Boxed(None, told("file.bbox_numbers", "its bbox is not four numbers"))
    try:
        outline = _outline(note.segmentation, size)
    except ValueError as error:
        return Boxed(
            None,
            told(
                "file.segmentation", "its segmentation cannot be read: {what}", what=error.args[0]
            ),
        )
    given = None if bbox is None else (bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3])
    if given is not None and min(size) > 1 and min(given) >= 0 and 0 < max(given) <= 1:
        return Boxed(
            None,
            told(
                "file.bbox_shares", "its bbox lies within the first pixel: shares of the picture?"
            ),
        )
    found = _chosen(given, outline, _said(note))
    polygons = () if found.box is None or found.note.endswith(_ALONE) else _polygons(note)
    return replace(found, outlines=polygons)


def _said(note: Annotation) -> str:
    """What an annotation says of its box."""
    if _crowd(note):
        return told("file.crowd", "a crowd, taken as one defect")
    mark = _set_aside(note)
    if mark:
        return told(
            "file.set_aside",
            "is marked {mark}, which is not read: taken as a defect, remove it if it is none",
            mark=repr(mark),
        )
    turn = note.attributes.get("rotation") if isinstance(note.attributes, dict) else None
    if isinstance(turn, int | float) and turn:
        return told(
            "file.attribute_turn",
            "its attributes turn it by {turn} degrees: the upright box counts",
            turn=f"{turn:g}",
        )
    return ""


def _set_aside(note: Annotation) -> str:
    """By which of other programs' marks a person took it out of account, '' for none."""
    attributes = note.attributes if isinstance(note.attributes, dict) else {}
    marks = {"ignore": note.ignore, "deleted": note.deleted, "outside": attributes.get("outside")}
    return next((name for name, value in marks.items() if value in (1, True, "1", "true")), "")


def _chosen(given: Corners | None, outline: Corners | None, said: str) -> Boxed:
    if given is None and outline is None:
        return Boxed(None, told("file.no_outline", "has neither bbox nor polygon nor mask"))
    if given is None or (outline is not None and not _has_area(given)):
        return Boxed(
            outline,
            said
            if given is None
            else told("file.bbox_empty", "its bbox is empty; its outline was used"),
        )
    if outline is None or not _has_area(outline) or _iou(given, outline) >= LEAST_IOU:
        return Boxed(given, said)
    where = " and ".join(" ".join(f"{v:g}" for v in box) for box in (given, outline))
    as_corners = (given[0], given[1], given[2] - given[0], given[3] - given[1])
    if _has_area(as_corners) and _iou(as_corners, outline) >= SAME_IOU:
        return Boxed(
            None, told("file.bbox_corners", "its bbox holds two corners, not a corner and a size")
        )
    if _iou(given, outline) == 0:
        return Boxed(
            None,
            told(
                "file.bbox_elsewhere",
                "bbox and segmentation mark different places ({where})",
                where=where,
            ),
        )
    return Boxed(
        given,
        told(
            "file.bbox_differs",
            "bbox and segmentation differ ({where}); the bbox was taken",
            where=where,
        ),
    )


def _crowd(note: Annotation) -> bool:
    return note.iscrowd not in (0, None, False, "0")


def _numbers(value: Any) -> list[float] | None:
    """Numbers of a list, None if it is none."""
    if not isinstance(value, list):
        return None
    numbers = []
    for one in value:
        if isinstance(one, bool) or not isinstance(one, int | float):
            return None
        try:
            numbers.append(float(one))
        except OverflowError:
            numbers.append(math.inf)
    return numbers


def _outline(segmentation: Any, size: tuple[int, int]) -> Corners | None:
    """The box around polygons or run lengths. Raises ValueError with the reason."""
    if segmentation is None or segmentation == []:
        return None
    if isinstance(segmentation, dict):
        box, said = box_of_runs(segmentation)
        if said != size:
            raise ValueError(
                told(
                    "file.mask_size",
                    "it is for {said}x{said_2} px, the picture is {size}x{size_2}",
                    said=said[1],
                    said_2=said[0],
                    size=size[1],
                    size_2=size[0],
                )
            )
        if box is None:
            raise ValueError(told("file.marks_nothing", "it marks nothing"))
        return box
    if not isinstance(segmentation, list):
        raise ValueError(told("file.no_polygons", "it is neither polygons nor run lengths"))
    polygons = segmentation if isinstance(segmentation[0], list) else [segmentation]
    points: list[Point] = []
    for polygon in polygons:
        numbers = _numbers(polygon)
        if numbers is None or len(numbers) % 2 or not all(map(math.isfinite, numbers)):
            raise ValueError(told("file.polygon_turns", "a polygon is not x and y by turns"))
        points += list(zip(numbers[::2], numbers[1::2], strict=True))
    return corners(points) if points else None


def _polygons(note: Annotation) -> tuple[Outline, ...]:
    """The polygons of an annotation whose outline is sound; those of two points are none."""
    if not isinstance(note.segmentation, list) or not note.segmentation:
        return ()
    written = note.segmentation
    rows = [_numbers(row) or [] for row in (written if isinstance(written[0], list) else [written])]
    polygons = (tuple(zip(row[::2], row[1::2], strict=True)) for row in rows)
    return tuple(polygon for polygon in polygons if len(polygon) > 2)


def _has_area(box: Corners) -> bool:
    return box[0] < box[2] and box[1] < box[3]


def _iou(one: Corners, other: Corners) -> float:
    width = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    both = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / (sum(areas) - both) if sum(areas) > both else 1.0
