"""Labels into files of other tools."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.format import Filed, Format, Placed, rounded
from cell.labels.exchange.names import as_paths
from cell.labels.exchange.sinks import sink
from cell.labels.exchange.table import format_of
from cell.labels.label import Judgement, Labelled, Shape, ShapeKind, require_sound
from cell.texts import say
from vision.lab.data.names import normal, printable
from vision.lab.data.reading import Watch, unwatched
from vision.pictures import SUFFIXES, UnreadableError, read_bytes


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. lost: what the format has no place for, one text a kind."""

    target: Path
    pictures: int
    lost: tuple[str, ...]


def export(
    labelled: Iterable[Filed],
    target: Path,
    format: str,
    classes: Sequence[str] = (),
    watch: Watch = unwatched,
) -> Exported:
    """Write labels with their pictures as a new folder, .zip or .tar.gz, by the target's suffix.

    classes: in the order of their numbers; classes that are drawn and not among them follow.
    Raises LabelError for labels that are not sound, and ExchangeError if a picture is not the one
    that was labelled, or the target is there or cannot be written; then nothing is left.
    """
    one = format_of(format)
    lost: Counter[str] = Counter()
    fitting = [(item, told) for item in labelled if (told := _fitted(item.labelled, one, lost))]
    if not fitting:
        raise ExchangeError(say("exchange.nothing", file=str(target)))
    placed = _placed(one, [Filed(told, item.file) for item, told in fitting])
    names = _classes(classes, [told for _, told in fitting])
    files = [item.file for item, _ in fitting]
    with sink(target) as put:
        for place, file in watch(list(zip(placed, files, strict=True)), "pictures"):
            put(place.picture, _content(place.labelled, file))
        for path, text in one.write(placed, names):
            put(path, text.encode())
    return Exported(target, len(placed), _said(lost))


def _fitted(labelled: Labelled, format: Format, lost: Counter[str]) -> Labelled | None:
    """A label as the format holds it, None if it cannot at all; counts what is lost."""
    require_sound(labelled)
    if labelled.judgement is Judgement.UNUSABLE and not format.holds.unusable:
        lost["unusable"] += 1
        return None
    group = printable(normal(labelled.picture.group))
    name = labelled.picture.name
    lost["group"] += not format.holds.groups and group not in (name, name.rpartition(".")[0])
    shapes = tuple(_shape(labelled, shape, format, lost) for shape in labelled.shapes)
    fitted = replace(labelled, picture=replace(labelled.picture, group=group), shapes=shapes)
    require_sound(fitted)  # after rounding, a sliver may have no area
    return fitted


def _shape(labelled: Labelled, shape: Shape, format: Format, lost: Counter[str]) -> Shape:
    name = normal(shape.class_name).strip()
    if name in format.holds.not_classes or printable(name) != name:
        picture = labelled.picture.name
        told = say(
            "exchange.class", picture=picture, class_name=printable(name), format=format.name
        )
        raise ExchangeError(told)
    shape = Shape(name, shape.kind, rounded(shape.points))
    if shape.kind is ShapeKind.POLYGON and not format.holds.polygons:
        lost["polygon"] += 1
        return Shape.of_box(name, *shape.box)
    if shape.kind is ShapeKind.BOX and not format.holds.boxes:
        lost["box"] += 1
        x1, y1, x2, y2 = shape.box
        return Shape(name, ShapeKind.POLYGON, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)))
    return shape


def _placed(format: Format, items: Sequence[Filed]) -> list[Placed]:
    named = [_stem_and_suffix(item) for item in items]
    stems = as_paths(stem for stem, _ in named)
    return [
        Placed(item.labelled, stem, f"{format.home}/{stem}{suffix}".removeprefix("/"))
        for item, stem, (_, suffix) in zip(items, stems, named, strict=True)
    ]


def _stem_and_suffix(item: Filed) -> tuple[str, str]:
    """A picture's name in two; one that does not end as its file does gets the file's suffix."""
    name, suffix = item.labelled.picture.name, item.file.suffix.lower()
    if suffix not in SUFFIXES:
        raise ExchangeError(say("exchange.no_picture", file=str(item.file), suffix=suffix))
    length = len(suffix) if name.lower().endswith(suffix) else 0
    return (name[:-length], name[-length:]) if length else (name, suffix)


def _classes(given: Sequence[str], labelled: Sequence[Labelled]) -> tuple[str, ...]:
    drawn = sorted({shape.class_name for one in labelled for shape in one.shapes})
    first = [normal(name).strip() for name in given]
    return tuple(dict.fromkeys([*first, *drawn]))


def _content(labelled: Labelled, file: Path) -> bytes:
    """A picture's bytes. Raises ExchangeError when they are not those that were labelled."""
    try:
        content = read_bytes(file)
    except UnreadableError as error:
        raise ExchangeError(error.line(file)) from None
    except FileNotFoundError:
        raise ExchangeError(say("exchange.picture_gone", file=str(file))) from None
    if hashlib.sha256(content).hexdigest() != labelled.picture.sha256:
        raise ExchangeError(say("exchange.other_picture", file=str(file)))
    return content


def _said(lost: Counter[str]) -> tuple[str, ...]:
    told = {
        "unusable": say("exchange.lost.unusable", count=lost["unusable"]),
        "polygon": say("exchange.lost.polygon", count=lost["polygon"]),
        "box": say("exchange.lost.box", count=lost["box"]),
        "group": say("exchange.lost.group", count=lost["group"]),
    }
    return tuple(text for kind, text in told.items() if lost[kind])
