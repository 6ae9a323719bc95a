"""Samples, as readers of label files give them, as labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.format import Filed, rounded
from cell.labels.label import Judgement, Labelled, Picture, Shape, ShapeKind, require_sound
from cell.texts import say
from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.reading import Watch
from vision.lab.data.saying import told
from vision.lab.data.types import DataSet, Sample
from vision.pictures import UnreadableError, decode_grey, read_bytes


def labels_of(data: DataSet, findings: list[Finding], watch: Watch) -> list[Filed]:
    """A label for each sample, pictures decoded; of the same content with the same label one.
    Raises ExchangeError for pictures that cannot be read, and for one content with two labels.
    """
    items: dict[str, Filed] = {}
    for sample in watch(data.samples, "pictures"):
        labelled = _labelled(sample, data.classes, findings)
        first = items.setdefault(labelled.picture.sha256, Filed(labelled, sample.image))
        if first.labelled is labelled:
            continue
        other = first.labelled
        if (other.judgement, set(other.shapes)) != (labelled.judgement, set(labelled.shapes)):
            twice = say("exchange.two_labels", file=str(sample.image), other=str(first.file))
            raise ExchangeError(twice)
        what = told(
            "file.same_picture",
            "is the same picture as {file}, with the same label: it was left out",
            file=first.file,
        )
        findings.append(
            Finding(
                Kind.DUPLICATE,
                Severity.WARNING,
                sample.image,
                what,
                told("do.remove_one", "remove one of the two"),
                (sample.name, other.picture.name),
            )
        )
    return list(items.values())


def _labelled(sample: Sample, classes: tuple[str, ...], findings: list[Finding]) -> Labelled:
    height, width = sample.size
    name = f"{sample.name}{sample.image.suffix}"
    picture = Picture(_checked(sample), name, width, height, sample.group)
    shapes = tuple(_shapes(sample, classes, findings))
    judgement = Judgement.DEFECTIVE if shapes else Judgement.GOOD
    labelled = Labelled(picture, Judgement.UNUSABLE if sample.unusable else judgement, shapes)
    require_sound(labelled)
    return labelled


def _shapes(sample: Sample, classes: tuple[str, ...], findings: list[Finding]) -> Iterator[Shape]:
    drawn = sample.outlines or [((row[:2], row[2:]),) for row in sample.boxes.tolist()]
    for label, outlines in zip(sample.labels.tolist(), drawn, strict=True):
        if len(outlines) > 1:
            what = told(
                "file.parts",
                "an outline of {name} has {count} parts: each counts for itself",
                name=sample.name,
                count=len(outlines),
            )
            remedy = told("do.join", "join them if they are one defect")
            findings.append(
                Finding(
                    Kind.BOX_MEANING, Severity.WARNING, sample.image, what, remedy, (sample.name,)
                )
            )
        for outline in outlines:
            kind = ShapeKind.POLYGON if len(outline) > 2 else ShapeKind.BOX
            yield Shape(classes[label], kind, rounded(outline))


def _checked(sample: Sample) -> str:
    """The SHA-256 of a picture that can be decoded."""
    try:
        content = read_bytes(sample.image)
        decode_grey(content)
    except UnreadableError as error:
        raise ExchangeError(error.line(sample.image)) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ExchangeError(say("exchange.unreadable", file=str(sample.image), why=why)) from None
    return hashlib.sha256(content).hexdigest()
