"""Classes under the names that they have here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from cell.labels.exchange.errors import ExchangeError
from cell.texts import say
from vision.lab.data.classes import one_class_each
from vision.lab.data.names import normal
from vision.lab.data.types import DataSet


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
