"""`cell bench teach`: what teaching reaches on parts that it has not seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cell.faces.cli.bench.inspection import one_thread
from cell.faces.cli.bench.taught_chart import curve_chart
from cell.faces.cli.errors import UsageError
from cell.faces.cli.labels import AcceptLosses, GroupBy, tell_findings
from cell.faces.cli.names import shown
from cell.faces.cli.progress import watched
from cell.faces.cli.terminal import terminal
from models.anomaly import FeaturePackage
from models.ground.scratch import scratch
from models.ground.writing import require_target, write_whole
from vision.lab.data.open import open_data
from vision.lab.teaching.curve import ALIKE, ALONE, Curve, Row, curve
from vision.lab.teaching.deal import Plan
from vision.lab.teaching.figures import Figure
from vision.lab.teaching.items import Item, whole, windows
from vision.lab.teaching.looked import Looked
from vision.lab.teaching.teach import STEP, Settings

PROMISED: Final = "10"
"""So many labelled defects shall be better than none."""


def teach(
    data: Annotated[Path, typer.Option(help="Labelled pictures of good and defective parts.")],
    group_by: GroupBy = None,
    accept_losses: AcceptLosses = False,
    same: Annotated[
        list[str] | None,
        typer.Option(help="Groups that show one part, by commas; may be given again."),
    ] = None,
    window: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Cut square windows of this share of a picture's shorter side, round defects and "
            "beside them, where no picture is without a defect; 0: whole pictures.",
        ),
    ] = 0.0,
    good: Annotated[int, typer.Option(min=10, help="Good parts that are taught.")] = 20,
    views: Annotated[int, typer.Option(min=1, help="Pictures of each of them, at most.")] = 1,
    labelled: Annotated[
        str, typer.Option(help="Numbers of labelled defective pictures, by commas.")
    ] = "3,10,30",
    rounds: Annotated[int, typer.Option(min=1, help="Times that parts are dealt anew.")] = 5,
    per_part: Annotated[int, typer.Option(min=1, help="Pictures tested of a part, at most.")] = 2,
    side: Annotated[
        int, typer.Option(min=64, max=1024, help="Side of what the network sees [px].")
    ] = Settings().side,
    seed: Annotated[int, typer.Option(min=0, help="Of the dealing.")] = 1,
    cache: Annotated[
        Path | None, typer.Option(help="Folder that keeps features for the next run.")
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Write the curve here (SVG).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Teach from good parts, then with a few labelled defects, too; test on other parts.

    Parts are dealt anew in each round, and none is ever on two sides. Intervals of 95 % by
    bootstrap over parts. Exit code 1 where ten labelled defects are not better than none.
    """
    one_thread()
    if chart is not None:
        require_target(chart)
    plan = Plan(good, views, _numbers(labelled), rounds, per_part, seed)
    settings = replace(Settings(), side=max(STEP, side // STEP * STEP))
    items = _items(data, group_by, accept_losses, same or [], window)
    found = _measured(items, plan, settings, cache)
    if chart is not None:
        rows = [row for row in found.rows if row.way.isdecimal()]
        before = next(row for row in found.rows if row.way == ALIKE)
        title = f"{data.resolve().name}: defective parts told from good ones"
        write_whole(chart, curve_chart(title, found, before, rows))
    if as_json:
        print(json.dumps(_plain(found), indent=2))
    else:
        _print(found, data)
    promised = next((row.gain for row in found.rows if row.way == PROMISED), None)
    if promised is not None and promised.low <= 0.0:
        raise typer.Exit(1)


def _numbers(text: str) -> tuple[int, ...]:
    words = text.split(",")
    if not all(word.strip().isdecimal() and int(word) > 0 for word in words):
        raise UsageError(f"--labelled {text!r:.80}: give whole numbers such as 3,10,30.")
    return tuple(sorted({int(word) for word in words}))


def _items(
    data: Path, group_by: str | None, accept_losses: bool, same: Sequence[str], window: float
) -> list[Item]:
    opened = open_data(data, group_by=group_by, accept_losses=accept_losses)
    tell_findings(opened.findings)
    if window:
        if same:
            raise UsageError("--same has no effect with --window: group with --group-by.")
        return windows(opened.samples, opened.classes, window)
    return whole(opened.samples, opened.classes, [one.split(",") for one in same])


def _measured(items: Sequence[Item], plan: Plan, settings: Settings, cache: Path | None) -> Curve:
    kept = scratch("teach") if cache is None else nullcontext(cache)
    with kept as folder:
        return _curve(Looked.open(items, FeaturePackage.load(), settings, folder), plan, settings)


def _curve(looked: Looked, plan: Plan, settings: Settings) -> Curve:
    def look(missing: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
        return watched(missing, "looking")

    errors = terminal(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=errors, transient=True, disable=not errors.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task("teaching and testing", total=plan.rounds, visible=False)
        return curve(
            looked, plan, settings, look,
            lambda what, done, total: bar.update(
                task, description=what, completed=done, total=total, visible=True
            ),
        )  # fmt: skip


def _print(found: Curve, data: Path) -> None:
    console = terminal()
    title = (
        f"{data.name}: {found.taught} good pictures taught, tested on {found.good_parts} good and "
        f"{found.bad_parts} defective parts, {found.rounds} rounds"
    )
    table = Table("labelled", "AUROC (95 %)", "gain", "good: rejected", "review",
                  "defective: passed", title=shown(title))  # fmt: skip
    for row in found.rows:
        table.add_row(
            _way(row), str(row.auroc), "" if row.gain is None else str(row.gain),
            _percent(row.good["rejected"]), _percent(row.good["review"]),
            _percent(row.bad["passed"]),
        )  # fmt: skip
    console.print(table)


def _way(row: Row) -> str:
    if not row.way.isdecimal():
        return row.way
    if row.way == ALONE:
        return "0 (good parts alone)"
    return f"{row.way} ({row.labelled_parts:.0f} parts)"


def _percent(figure: Figure) -> str:
    return f"{figure.value:.1%} ({figure.low:.0%} to {figure.high:.0%})"


def _plain(found: Curve) -> dict[str, Any]:
    return {
        "rounds": found.rounds,
        "taught": found.taught,
        "good_parts": found.good_parts,
        "defective_parts": found.bad_parts,
        "ways": [
            {
                "way": row.way,
                "labelled_parts": row.labelled_parts,
                "auroc": row.auroc.as_dict(),
                "gain": None if row.gain is None else row.gain.as_dict(),
                "good": {what: one.as_dict() for what, one in row.good.items()},
                "defective": {what: one.as_dict() for what, one in row.bad.items()},
            }
            for row in found.rows
        ],
    }
