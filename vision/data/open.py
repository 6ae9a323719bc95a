"""Opening labelled pictures of any known format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from vision.data.findings import Finding, Kind, Severity
from vision.data.formats import coco, deeppcb, labelme, masks, mvtec, yolo
from vision.data.reading import Reading, Watch, unwatched
from vision.data.types import DataError, DataSet


@dataclass(frozen=True)
class Format:
    """One format: is a path of this kind, read it, and how it lies on disk."""

    recognise: Callable[[Path], bool]
    read: Callable[[Reading], DataSet]
    layout: str


FORMATS: dict[str, Format] = {
    "deeppcb": Format(deeppcb.recognise, deeppcb.read, deeppcb.LAYOUT),
    "yolo": Format(yolo.recognise, yolo.read, yolo.LAYOUT),
    "mvtec": Format(mvtec.recognise, mvtec.read, mvtec.LAYOUT),
    "coco": Format(coco.recognise, coco.read, coco.LAYOUT),
    "labelme": Format(labelme.recognise, labelme.read, labelme.LAYOUT),
    "masks": Format(masks.recognise, masks.read, masks.LAYOUT),
}
"""In the order in which they are tried."""


def open_data(
    root: Path, format: str = "auto", group_by: str | None = None, watch: Watch = unwatched
) -> DataSet:
    """Read a data set. Boxes that reach out of their picture are clipped to it.

    group_by: regular expression; what its first group that takes part (or the whole) finds in a
    picture's name is that picture's group, in place of the format's own grouping. Raises DataError
    at the first thing that cannot be used.
    """
    return _read(root, format, group_by, Reading(root, _refuse, watch))


def survey(
    root: Path, format: str = "auto", group_by: str | None = None, watch: Watch = unwatched
) -> tuple[DataSet, list[Finding]]:
    """Read what can be used of a data set, and tell what cannot and why.

    Raises DataError where a file's structure is broken, so that nothing can be read from it.
    """
    findings: list[Finding] = []
    return _read(root, format, group_by, Reading(root, findings.append, watch)), findings


def detect_format(root: Path) -> str:
    """Name of the format that lies at a path. Raises DataError if it is none."""
    for name, format_ in FORMATS.items():
        if name != "coco" and root.is_file():
            continue
        if format_.recognise(root):
            return name
    known = "; ".join(f"{name}: {format_.layout}" for name, format_ in FORMATS.items())
    raise DataError(f"{root}: in no known format ({known}); lay it out so, or name its format")


def _refuse(finding: Finding) -> None:
    if finding.severity is Severity.ERROR:
        raise DataError(finding.text)


def _read(root: Path, format: str, group_by: str | None, reading: Reading) -> DataSet:
    if not root.exists():
        raise DataError(f"{root}: is not there; give the data set's folder or COCO file")
    name = detect_format(root) if format == "auto" else format
    if name not in FORMATS:
        raise DataError(f"{root}: no format {name!r}; choose one of {', '.join(FORMATS)}")
    if root.is_file() and name != "coco":
        raise DataError(f"{root}: is a file; {name} wants the data set's folder")
    data = FORMATS[name].read(reading)
    for sample_name, count in Counter(s.name for s in data.samples).items():
        if count > 1:
            what = f"{count} pictures have the name {sample_name!r}"
            reading.error(Kind.NAME, root, what, "rename all but one", sample_name)
    if not data.samples:
        raise DataError(
            f"{root}: no usable picture ({name}: {FORMATS[name].layout}); see its files"
        )
    return _regroup(data, group_by, reading) if group_by else data


def _regroup(data: DataSet, group_by: str, reading: Reading) -> DataSet:
    try:
        pattern = re.compile(group_by)
    except re.error as error:
        raise DataError(f"--group-by {group_by!r}: {error}; give a regular expression") from None
    samples, strangers = [], []
    for sample in data.samples:
        match = pattern.search(sample.name)
        if match is None:
            strangers.append(sample.name)
        texts = [] if match is None else [*match.groups(), match[0]]
        group = next((text for text in texts if text), sample.name)
        samples.append(replace(sample, group=group))
    if strangers:
        what = f"{len(strangers)} names do not fit {group_by}, such as {strangers[0]}"
        remedy = "each counts as a group of its own; see the expression"
        names = tuple(strangers)
        reading.tell(Finding(Kind.GROUP, Severity.WARNING, data.root, what, remedy, names))
    return replace(data, samples=samples)
