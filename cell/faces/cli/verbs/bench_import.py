"""`cell bench import`: an imported network in the cell beside ultralytics' own `predict`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from cell.faces.cli.bench.imported import Beside, Trial, compare
from cell.faces.cli.bench.inspection import one_thread
from cell.faces.cli.names import shown
from cell.faces.cli.terminal import terminal
from models.ground.scratch import scratch
from vision.engines.machine import cpu_name
from vision.engines.selfcheck import MOST_BOX_PX, MOST_SCORE
from vision.lab.importing.package import UNCHOSEN, USUAL_IOU

MOST_RATIO = 1.1


def import_(
    model: Annotated[Path, typer.Option(help="best.onnx, exported with ultralytics.")],
    pictures: Annotated[Path, typer.Option(help="Folder of pictures; scaled to the network's.")],
    python: Annotated[
        Path | None, typer.Option(help="Python that has ultralytics; default: that of `yolo`.")
    ] = None,
    images: Annotated[int, typer.Option(min=1, help="Most pictures.")] = 100,
    repeat: Annotated[int, typer.Option(min=1, help="Times that each picture is taken.")] = 1,
    score: Annotated[
        float, typer.Option(min=0.01, max=0.99, help="Least score of a detection on both sides.")
    ] = UNCHOSEN,
    iou: Annotated[
        float, typer.Option(min=0.05, max=0.99, help="Overlap of one object, on both sides.")
    ] = USUAL_IOU,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Detections and times of whole inspections beside `predict` on the same ONNX file, one thread.

    Exit code 1 when a box differs by more than 1 px, a score by more than 0.02, or an inspection
    takes more than 1.1 times as long.
    """
    one_thread()
    trial = Trial(images, repeat, score, iou)
    with scratch("bench") as folder:
        found = compare(model, pictures, python, folder, trial)
    good = found.worst.accepted and found.ratio <= MOST_RATIO
    if as_json:
        print(json.dumps(_figures(found), indent=2))
    else:
        console = terminal()
        title = f"{model.name} on {found.pictures} pictures, {cpu_name()}"
        table = Table("", "cell", shown(found.version), title=shown(title))
        figures = _figures(found)
        table.add_row("detections", str(found.ours), str(found.theirs))
        for what in ("median", "p99"):
            row = (figures[f"inspect_{what}_ms"], figures[f"predict_{what}_ms"])
            table.add_row(f"{what} ms", *map(str, row))
        console.print(table)
        console.print(
            f"greatest difference: boxes {found.worst.box_px:.4f} px (allowed {MOST_BOX_PX}), "
            f"scores {found.worst.score:.5f} (allowed {MOST_SCORE}); "
            f"time {found.ratio:.2f} x predict (allowed {MOST_RATIO})",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
        if not good:
            console.print(
                f"[bold red]not as promised[/]; worst picture: {shown(found.worst_picture)}"
            )
    if not good:
        raise typer.Exit(1)


def _figures(found: Beside) -> dict[str, float | int | str]:
    ours, theirs = found.inspect_ms, found.predict_ms
    return {
        "pictures": found.pictures,
        "detections": found.ours,
        "detections_of_predict": found.theirs,
        "box_px": round(found.worst.box_px, 5),
        "score": round(found.worst.score, 6),
        "worst_picture": found.worst_picture,
        "inspect_median_ms": round(float(np.median(ours)), 2),
        "predict_median_ms": round(float(np.median(theirs)), 2),
        "inspect_p99_ms": round(float(np.percentile(ours, 99)), 2),
        "predict_p99_ms": round(float(np.percentile(theirs, 99)), 2),
        "ratio": round(found.ratio, 3),
        "compared_with": found.version,
    }
