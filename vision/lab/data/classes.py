"""The classes of a data set, as its label files name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.names import alike, is_text, normal
from vision.lab.data.saying import fault, told
from vision.lab.data.types import DataSet


def one_class_each(file: Path, names: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """Class names in their normal form, each once and in order, and the index of each given name.

    The normal form is composed, without blanks at the ends. Raises DataError for an empty name.
    """
    index: dict[str, int] = {}
    table = []
    for number, name in enumerate(names):
        plain = normal(name).strip()
        if not plain or not is_text(plain):
            raise fault(
                file,
                told(
                    "file.class_no_name",
                    "class {number} has no name ({name})",
                    number=number,
                    name=repr(name),
                ),
                told("do.give_name", "give it one"),
            )
        table.append(index.setdefault(plain, len(index)))
    return tuple(index), table


def with_plain_classes(data: DataSet) -> tuple[DataSet, list[Finding]]:
    """The data set with its class names in their normal form, and what is to be said of them.

    Raises DataError for a class without a name.
    """
    classes, table = one_class_each(data.root, data.classes)
    if classes == tuple(data.classes):
        return data, _differ_in_case(data)
    found = [_said(data, plain, table) for plain in range(len(classes))]
    index = np.asarray(table, np.int64)
    samples = [replace(sample, labels=index[sample.labels]) for sample in data.samples]
    data = replace(data, classes=classes, samples=samples)
    return data, [one for one in found if one is not None] + _differ_in_case(data)


def _said(data: DataSet, plain: int, table: list[int]) -> Finding | None:
    """How one class was written, where that is not its normal form."""
    written = [name for name, index in zip(data.classes, table, strict=True) if index == plain]
    name = normal(written[0]).strip()
    if written == [name]:
        return None
    what = told(
        "file.class_read_as",
        "{names}: read as the one class {name}",
        names=", ".join(map(repr, written)),
        name=repr(name),
    )
    remedy = told("do.write_once", "write its name once, without blanks at the ends")
    return Finding(Kind.CLASS_NAME, Severity.WARNING, data.root, what, remedy)


def _differ_in_case(data: DataSet) -> list[Finding]:
    """Classes that people will take for one."""
    names: dict[str, list[str]] = defaultdict(list)
    for name in data.classes:
        names[alike(name)].append(name)
    return [
        Finding(
            Kind.CLASS_NAME,
            Severity.WARNING,
            data.root,
            told(
                "file.classes_case",
                "{names} differ in case only and count as different classes",
                names=", ".join(map(repr, group)),
            ),
            told("do.one_class_name", "give them one name if they are one class"),
        )
        for group in names.values()
        if len(group) > 1
    ]
