"""Opening labelled pictures of any known format."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vision.lab.data.classes import with_plain_classes
from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.formats import coco, deeppcb, labelme, masks, mvtec, yolo
from vision.lab.data.names import alike, is_text, normal, source_of
from vision.lab.data.reading import Reading, Unlabelled, Watch, unwatched
from vision.lab.data.saying import told
from vision.lab.data.types import DataError, DataSet, Sample
from vision.pictures import orientation_of


@dataclass(frozen=True)
class Format:
    """One format: is a path of this kind, read it, and how it lies on disk.

    lies_below: whether labels of this kind lie somewhere below a folder of another kind. bare:
    whether a picture may lie there without a label, so that somebody has to say what it is.
    """

    recognise: Callable[[Path], bool]
    read: Callable[[Reading], DataSet]
    layout: str
    lies_below: Callable[[Path], bool] = lambda _: False
    bare: bool = False


FORMATS: dict[str, Format] = {
    "deeppcb": Format(deeppcb.recognise, deeppcb.read, deeppcb.LAYOUT, bare=True),
    "yolo": Format(yolo.recognise, yolo.read, yolo.LAYOUT, yolo.lies_below, bare=True),
    "mvtec": Format(mvtec.recognise, mvtec.read, mvtec.LAYOUT),
    "coco": Format(coco.recognise, coco.read, coco.LAYOUT, coco.lies_below),
    "labelme": Format(labelme.recognise, labelme.read, labelme.LAYOUT, bare=True),
    "masks": Format(masks.recognise, masks.read, masks.LAYOUT),
}


def open_data(
    root: Path,
    format: str = "auto",
    group_by: str | None = None,
    watch: Watch = unwatched,
    *,
    unlabelled: Unlabelled = Unlabelled.REFUSE,
    accept_losses: bool = False,
) -> DataSet:
    """Read a data set of which nothing was lost. Boxes that reach out of their picture are clipped.

    group_by: regular expression; what its first group that takes part (or the whole) finds in a
    picture's name is that picture's group, in place of the format's own grouping. unlabelled: what
    pictures without a label are taken for. accept_losses: go on when labels or pictures cannot be
    used, without the pictures concerned. Raises DataError with the first of what was lost
    otherwise, or when nothing is left.
    """
    data, found = survey(root, format, group_by, watch, unlabelled)
    lost = [finding for finding in found if finding.lost]
    if lost and not accept_losses:
        raise DataError(f"{lost[0].text}{_others(len(lost) - 1)}")
    if lost:
        data = usable(data, lost)
    if not data.samples:
        raise DataError(f"{root}: no picture is left without what was lost; see `cell data check`")
    return replace(data, findings=tuple(found))


def survey(
    root: Path,
    format: str = "auto",
    group_by: str | None = None,
    watch: Watch = unwatched,
    unlabelled: Unlabelled = Unlabelled.REFUSE,
) -> tuple[DataSet, list[Finding]]:
    """Read what can be used of a data set, which may be empty, and tell what cannot and why.

    Raises DataError where a file's structure is broken, so that nothing can be read from it.
    """
    findings: list[Finding] = []
    data = _read(root, format, Reading(root, findings.append, watch, unlabelled))
    data = _judged(in_plain_form(data, findings), findings)
    if not data.samples and not any(finding.lost for finding in findings):
        layout = FORMATS[data.format].layout
        raise DataError(f"{root}: no usable picture ({data.format}: {layout}); see its files")
    if group_by:
        data = _regroup(data, group_by, findings)
    return data, findings + turned(data)


def in_plain_form(data: DataSet, findings: list[Finding]) -> DataSet:
    """What a reader gave, with names, groups and classes in one form; adds what is to be said."""
    data, found = with_plain_classes(data)
    data = _with_plain_names(data, findings)
    findings += found
    return replace(data, samples=_with_sources(data.samples))


def usable(data: DataSet, findings: Iterable[Finding]) -> DataSet:
    """The data set without pictures that have errors: a lost box must not make a part good."""
    faulty = {normal(name) for finding in findings if finding.lost for name in finding.samples}
    return replace(data, samples=[s for s in data.samples if s.name not in faulty])


def detect_format(root: Path) -> str:
    """Name of the format that lies at a path. Raises DataError if it is none, or if labels of two
    formats lie there, of which one would be passed over.
    """
    if root.is_file():
        found = ["coco"] if coco.recognise(root) else []
    else:
        found = [name for name, format_ in FORMATS.items() if format_.recognise(root)]
    if not found:
        known = "; ".join(f"{name}: {format_.layout}" for name, format_ in FORMATS.items())
        raise DataError(f"{root}: in no known format ({known}); lay it out so, or name its format")
    if root.is_dir():
        others = [name for name in FORMATS if name not in found]
        found += [name for name in others if FORMATS[name].lies_below(root)]
    if len(found) > 1:
        raise DataError(
            f"{root}: holds labels of {' and '.join(found)}, and only one kind is read; say which "
            f"with --format {found[0]}, or take the others out"
        )
    return found[0]


def _others(number: int) -> str:
    also = f" (and {number} more: `cell data check` lists them)" if number else ""
    return f"{also}; or --accept-losses, to go on without such pictures"


def _read(root: Path, format: str, reading: Reading) -> DataSet:
    if not root.exists():
        raise DataError(f"{root}: is not there; give the data set's folder or COCO file")
    name = detect_format(root) if format == "auto" else format
    if name not in FORMATS:
        raise DataError(f"{root}: no format {name!r}; choose one of {', '.join(FORMATS)}")
    if root.is_file() and name != "coco":
        raise DataError(f"{root}: is a file; {name} wants the data set's folder")
    if reading.unlabelled is not Unlabelled.REFUSE and not FORMATS[name].bare:
        raise DataError(
            f"{root}: --unlabelled has no effect with {name}, which says of each picture what "
            "is on it: leave it out"
        )
    return FORMATS[name].read(reading)


def _judged(data: DataSet, findings: list[Finding]) -> DataSet:
    """The data set without pictures that nobody could judge: they are neither good nor bad."""
    unusable = [sample for sample in data.samples if sample.unusable]
    for sample in unusable:
        what = "was called unusable: it was left out"
        remedy = "label it if it can be judged after all"
        aside = Finding(Kind.IGNORED, Severity.WARNING, sample.image, what, remedy, (sample.name,))
        findings.append(aside)
    return replace(data, samples=[s for s in data.samples if not s.unusable]) if unusable else data


def _with_plain_names(data: DataSet, findings: list[Finding]) -> DataSet:
    """Names and groups in their normal form; tells of names and files that are used twice."""
    samples = []
    for sample in data.samples:
        if is_text(sample.name + sample.group):
            name, group = normal(sample.name), normal(sample.group)
            samples.append(replace(sample, name=name, group=group))
            continue
        what = told("file.name_no_text", "the name of this file is no text in UTF-8")
        remedy = told(
            "do.rename_code_page",
            "rename it (an archive from Windows: unpack it with its code page)",
        )
        findings.append(Finding(Kind.NAME, Severity.ERROR, sample.image, what, remedy))
    findings += _twice(data.root, samples)
    return replace(data, samples=samples)


def _with_sources(samples: Sequence[Sample]) -> list[Sample]:
    """Copies of one source in one group, in whatever folders (train, valid) they were dealt."""
    groups: dict[str, str] = {}
    joined = []
    for sample in samples:
        group = source = source_of(sample.name)
        if sample.group == source != sample.name:
            group = groups.setdefault(source.rpartition("/")[2], source)
        joined.append(sample if sample.group != source else replace(sample, group=group))
    return joined


def _twice(root: Path, samples: list[Sample]) -> list[Finding]:
    names: dict[str, list[Sample]] = defaultdict(list)
    files: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        names[alike(sample.name)].append(sample)
        files[os.path.abspath(sample.image)].append(sample)
    found = []
    for group in names.values():
        distinct = sorted({sample.name for sample in group})
        for name in distinct:
            count = sum(sample.name == name for sample in group)
            if count > 1:
                what = told(
                    "file.same_name",
                    "{count} pictures have the name {name}",
                    count=count,
                    name=repr(name),
                )
                remedy = told("do.rename_but_one", "rename all but one")
                found.append(Finding(Kind.NAME, Severity.ERROR, root, what, remedy, (name,)))
        if len(distinct) > 1:
            what = told(
                "file.names_case",
                "the names {names} differ in case only",
                names=" and ".join(map(repr, distinct[:3])),
            )
            remedy = told("do.rename_systems", "rename one: other systems take them for one file")
            warning = Severity.WARNING
            found.append(Finding(Kind.NAME, warning, root, what, remedy, tuple(distinct)))
    for path, group in files.items():
        called = tuple(dict.fromkeys(sample.name for sample in group))
        if len(called) > 1:
            what = told(
                "file.labelled_twice",
                "is labelled {count} times, as {names}",
                count=len(group),
                names=" and ".join(map(repr, called[:3])),
            )
            remedy = told("do.keep_one_label", "keep one of its labels")
            found.append(Finding(Kind.NAME, Severity.ERROR, Path(path), what, remedy, called))
    return found


def turned(data: DataSet) -> list[Finding]:
    """Tell of headers that ask for a turn: who drew the labels may have followed them."""
    found = []
    for sample in data.samples:
        if (turn := orientation_of(sample.image)) != 1:
            what = told(
                "file.exif",
                "its header asks viewers to turn it (Exif orientation {turn}); the cell takes it "
                "as stored, whoever drew the labels may have seen it turned",
                turn=turn,
            )
            remedy = told(
                "do.store_upright",
                "store the picture upright, without the header, and see whether the boxes fit",
            )
            place, kind, names = sample.image, Kind.ORIENTATION, (sample.name,)
            found.append(Finding(kind, Severity.WARNING, place, what, remedy, names))
    return found


def _regroup(data: DataSet, group_by: str, findings: list[Finding]) -> DataSet:
    try:
        pattern = re.compile(group_by)
    except (re.error, RecursionError, OverflowError) as error:
        raise DataError(f"--group-by {group_by!r}: {error}; give a regular expression") from None
    samples, strangers = [], []
    for sample in data.samples:
        match = pattern.search(sample.name)
        texts = [] if match is None else [*match.groups(), match[0]]
        group = next((text for text in texts if text), None)
        if group is None:
            strangers.append(sample.name)
        samples.append(replace(sample, group=sample.name if group is None else group))
    if samples and len(strangers) == len(samples):
        raise DataError(
            f"--group-by {group_by!r}: finds nothing in any name, such as {strangers[0]}; "
            "see the expression"
        )
    if strangers:
        what = f"{len(strangers)} names do not fit {group_by}, such as {strangers[0]}"
        remedy = "each counts as a group of its own; see the expression"
        names = tuple(strangers)
        findings.append(Finding(Kind.GROUP, Severity.WARNING, data.root, what, remedy, names))
    return replace(data, samples=samples)
