"""The formats, and what each cannot hold, as people read it."""

from __future__ import annotations

from cell.labels.exchange.coco import COCO
from cell.labels.exchange.cvat import CVAT
from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.format import Format
from cell.labels.exchange.label_studio import LABEL_STUDIO
from cell.labels.exchange.labelme import LABELME
from cell.labels.exchange.yolo import YOLO_DETECT, YOLO_SEGMENT
from cell.texts import say

FORMATS = {one.name: one for one in (COCO, YOLO_DETECT, YOLO_SEGMENT, LABEL_STUDIO, CVAT, LABELME)}
COLUMNS = ("format", "files", "boxes", "polygons", "unusable", "group", "to know")


def format_of(name: str) -> Format:
    """A format by its name. Raises ExchangeError."""
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise ExchangeError(say("exchange.format", format=name, known=known))
    return FORMATS[name]


def rows() -> list[tuple[str, ...]]:
    """A row a format, in the order of COLUMNS."""
    return [_row(one) for one in FORMATS.values()]


def as_markdown() -> str:
    """The table as the documentation shows it."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(one: Format) -> tuple[str, ...]:
    holds = one.holds
    return (
        f"`{one.name}`",
        one.files,
        "yes" if holds.boxes else "become polygons",
        "yes" if holds.polygons else "become boxes",
        "yes" if holds.unusable else "left out",
        "yes" if holds.groups else "the picture's name",
        _remarks(one),
    )


def _remarks(one: Format) -> str:
    names = ", ".join(f"`{name}`" for name in one.holds.not_classes)
    refused = f"; no class can be called {names}" if names else ""
    return f"{one.holds.remarks}{refused}"
