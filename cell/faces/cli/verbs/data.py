"""`cell data`: labelled pictures read, dealt to splits, counted and checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.labels import AcceptLosses, GroupBy, LabelReading, NotLabelled, print_findings
from cell.faces.cli.names import shown
from cell.faces.cli.terminal import terminal
from models.ground.writing import require_target
from vision.lab.data.check import check as check_data
from vision.lab.data.export import write_coco
from vision.lab.data.findings import Severity
from vision.lab.data.open import FORMATS, survey, usable
from vision.lab.data.reading import Unlabelled
from vision.lab.data.report import write_report
from vision.lab.data.split import (
    SEED,
    SHARES,
    Split,
    load_split,
    named_groups,
    save_split,
    split_by_group,
)
from vision.lab.data.stats import Counts, Stats, stats_of

T = TypeVar("T")
_SHOWN = 10

app = typer.Typer(no_args_is_help=True, help="Read, split, count and check labelled pictures.")
console = terminal()

Source = Annotated[Path, typer.Argument(help="Folder of the data set, or a COCO file.")]
Format = Annotated[str, typer.Option("--format", help=f"auto, {', '.join(FORMATS)}.")]
SplitFile = Annotated[Path | None, typer.Option("--split", help="A split made by `data split`.")]


@app.callback()
def _group() -> None:
    """Read, split, count and check labelled pictures."""


@app.command("import")
def import_(
    source: Source,
    out: Annotated[Path, typer.Option(help="New folder for instances.json.")],
    format: Format = "auto",
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy the pictures; else the file refers to them.")
    ] = False,
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
) -> None:
    """Write any known format as one COCO file, with groups, golden pictures and masks."""
    data = LabelReading(format, group_by, unlabelled, accept_losses).open(source, _watch)
    path = write_coco(data, out, copy, _watch)
    counts = stats_of(data).whole
    console.print(
        f"{path}: {counts.pictures} pictures, {counts.boxes} boxes, {len(data.classes)} classes, "
        f"{counts.groups} groups (from {data.format})",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


@app.command("split")
def split(
    context: typer.Context,
    source: Source,
    out: Annotated[Path, typer.Option(help="File for the split (JSON).")],
    shares: Annotated[
        str, typer.Option(help="Share of each split, or `none` if --fixed names every group.")
    ] = ",".join(f"{name}={share:g}" for name, share in SHARES.items()),
    fixed: Annotated[
        list[str] | None,
        typer.Option(help="Groups of one split, as train=00041,13000; may be given again."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same split.")] = SEED,
    format: Format = "auto",
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
) -> None:
    """Deal the groups to splits, so that no part is both learnt from and tested on."""
    if shares == "none":
        refuse(context, "with --shares none, which deals nothing", "seed")
    require_target(out, (source,), own=("version", "format", "groups"))
    data = LabelReading(format, group_by, unlabelled, accept_losses).open(source, _watch)
    names: dict[str, list[str]] = {}
    for name, groups in map(_pair, fixed or []):
        names.setdefault(name, []).extend(groups.split(","))
    if shares == "none":
        made = named_groups(data, names)
    else:
        made = split_by_group(data, _shares(shares), seed, names)
    save_split(made, out)
    _print_splits(data.classes, stats_of(data, made))
    console.print(f"written to {out}", soft_wrap=True, highlight=False, markup=False)


@app.command("stats")
def stats(
    source: Source,
    split_file: SplitFile = None,
    format: Format = "auto",
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Count pictures, boxes and groups by class and split, and measure the boxes."""
    data = LabelReading(format, group_by, unlabelled, accept_losses).open(source, _watch)
    made = None if split_file is None else load_split(split_file, data)
    counted = stats_of(data, made)
    if as_json:
        print(json.dumps(_plain(counted), indent=2))
        return
    _print_classes(data.format, counted.whole)
    _print_groups(counted.whole, made)
    if made is not None:
        _print_splits(data.classes, counted)


@app.command("check")
def check(
    source: Source,
    report: Annotated[Path | None, typer.Option(help="Write an HTML page with pictures.")] = None,
    split_file: SplitFile = None,
    format: Format = "auto",
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
) -> None:
    """Look for leaks, broken pictures, wrong boxes and what else makes a data set lie.

    Exit code 1 when there are errors; warnings are for you to judge.
    """
    if report is not None:
        require_target(report, (source, split_file))
    data, told = survey(source, format, group_by, _watch, unlabelled)
    made = None if split_file is None else load_split(split_file, data, whole=False)
    found = check_data(data, told, made, _watch)
    print_findings(console, found, _SHOWN)
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    console.print(f"{errors} errors, {len(found) - errors} warnings", highlight=False)
    if report is not None:
        sound = usable(data, found)
        counted = stats_of(sound, None if made is None else Split(sound, made.groups))
        write_report(report, data, found, counted, _watch)
        console.print(f"report in {report}", soft_wrap=True, highlight=False, markup=False)
    if errors:
        raise typer.Exit(1)


def _watch(items: Sequence[T], what: str) -> Iterable[T]:
    """A progress bar on the error stream, gone when done."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    errors = terminal(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        yield from bar.track(items)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise UsageError(f"{text!r}: not NAME=VALUE; write for example train=0.7")
    return name.strip(), value.strip()


def _shares(text: str) -> dict[str, float]:
    pairs = list(map(_share, text.split(",")))
    if len(dict(pairs)) < len(pairs):
        raise UsageError(f"--shares {text}: names a split twice; give each one share")
    return dict(pairs)


def _share(text: str) -> tuple[str, float]:
    name, value = _pair(text)
    try:
        return name, float(value)
    except ValueError:
        raise UsageError(f"{text!r}: the share is no number; write for example 0.7") from None


def _print_classes(format: str, counts: Counts) -> None:
    title = f"{format}: {counts.pictures} pictures, {counts.good} good, {counts.boxes} boxes"
    columns = ("class", "boxes", "pictures", "groups", "width px", "height px", "area px²")
    table = Table(*columns, title=title, caption="sizes: 5 % / median / 95 %")
    for row in counts.classes:
        sizes = (row.sizes.width, row.sizes.height, row.sizes.area) if row.sizes else ()
        spans = [" / ".join(f"{v:.0f}" for v in span) for span in sizes]
        table.add_row(shown(row.name), str(row.boxes), str(row.pictures), str(row.groups), *spans)
    console.print(table)
    pictures = [f"{w}x{h} ({n})" for (h, w), n in counts.sizes.items()]
    console.print(f"picture sizes: {_few(pictures)}", highlight=False)


def _print_groups(counts: Counts, made: Split | None) -> None:
    if len(counts.by_group) > 2 * _SHOWN:
        biggest = max(counts.by_group.values())
        console.print(f"{counts.groups} groups of 1 to {biggest} pictures", highlight=False)
        return
    table = Table("group", "pictures", *(["split"] if made else []))
    for name, number in counts.by_group.items():
        table.add_row(shown(name), str(number), *([shown(made.split_of(name))] if made else []))
    console.print(table)


def _print_splits(classes: Sequence[str], counted: Stats) -> None:
    table = Table("", *map(shown, counted.splits), title="pictures in each split")
    splits = counted.splits.values()
    total = max(counted.whole.pictures, 1)
    table.add_row("all", *(f"{c.pictures} ({c.pictures / total:.0%})" for c in splits))
    table.add_row("good", *(str(c.good) for c in splits))
    for i, name in enumerate(classes):
        table.add_row(shown(name), *(str(c.classes[i].pictures) for c in splits))
    table.add_row("groups", *(str(c.groups) for c in splits), end_section=True)
    console.print(table)


def _few(items: Sequence[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _plain(counted: Stats) -> dict[str, Any]:
    content = asdict(counted)
    for counts in (content["whole"], *content["splits"].values()):
        counts["sizes"] = {f"{w}x{h}": number for (h, w), number in counts["sizes"].items()}
    return content
