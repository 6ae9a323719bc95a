"""Classes under the names that they have here, and classes that are left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cell.labels.exchange.errors import ExchangeError
from cell.texts import say
from vision.lab.data.classes import one_class_each
from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.names import normal
from vision.lab.data.types import DataSet, Sample


def mapped(
    data: DataSet, source: Path, names: Mapping[str, str], known: Collection[str] | None
) -> DataSet:
    """The data set with its classes called anew. Raises ExchangeError for old names that it does
    not have, and for classes that are drawn and not known.
    """
    new = {normal(old).strip(): name for old, name in names.items()}
    strangers = [old for old in new if old not in data.classes]
    if strangers:
        there = ", ".join(data.classes) or "-"
        told = say(
            "exchange.no_such_class", file=str(source), old=", ".join(strangers), there=there
        )
        raise ExchangeError(told)
    called = [new.get(name, name) for name in data.classes]
    classes, table = one_class_each(source, called)
    index = np.asarray(table, np.int64)
    samples = [replace(sample, labels=index[sample.labels]) for sample in data.samples]
    drawn = sorted({classes[label] for sample in samples for label in sample.labels})
    unknown = [name for name in drawn if known is not None and name not in known]
    if known is not None and unknown:
        told = say(
            "exchange.unknown_class", file=str(source), unknown=", ".join(unknown),
            known=", ".join(sorted(known)), first=unknown[0],
        )  # fmt: skip
        raise ExchangeError(told)
    return replace(data, classes=classes, samples=samples)


def without(
    data: DataSet, source: Path, left_out: Collection[str], findings: list[Finding]
) -> DataSet:
    """The data set without what is drawn of some classes. A picture on which nothing else is drawn
    is not good by that: it is left out, too, and `findings` is told.
    """
    gone = [n for n, name in enumerate(data.classes) if normal(name).strip() in left_out]
    samples, empty = [], []
    for sample in data.samples:
        kept = ~np.isin(sample.labels, gone)
        if kept.any() or not len(kept):
            samples.append(_only(sample, kept))
        else:
            empty.append(sample.name)
    if empty:
        what = f"nothing else is outlined on {len(empty)} pictures than {', '.join(left_out)}"
        remedy = "they were left out; label them here, or give the class a name"
        findings.append(
            Finding(Kind.NO_LABEL, Severity.WARNING, source, what, remedy, tuple(empty))
        )
    return replace(data, samples=samples)


def _only(sample: Sample, kept: NDArray[np.bool_]) -> Sample:
    outlines = tuple(one for one, stays in zip(sample.outlines, kept, strict=False) if stays)
    boxes, labels = sample.boxes[kept], sample.labels[kept]
    return replace(sample, boxes=boxes, labels=labels, outlines=outlines)
