"""One evaluation from beginning to end: open, inspect, count, describe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cell.config import CellConfig
from cell.lab.counted import all_counted
from cell.lab.figures import all_figures
from cell.lab.inspecting import Bench, Seen, Watch, check_parts, inspect_all
from cell.lab.samples import Selection, select
from cell.products.inspector import build_inspector
from cell.products.recipe import Recipe
from vision.lab.data.findings import Finding
from vision.lab.data.fingerprint import fingerprint
from vision.lab.data.open import open_data
from vision.lab.data.reading import Unlabelled
from vision.lab.data.types import DataError, DataSet, Sample


@dataclass(frozen=True)
class Request:
    """What is to be measured. resize: scale pictures of another size to the canonical view.
    detections_only: do not count parts. unlabelled, accept_losses: see `open_data`; tell: hears
    what the reader left out or repaired.
    """

    recipe: str
    data: Path
    format: str = "auto"
    group_by: str | None = None
    selection: Selection = field(default_factory=Selection)
    resize: bool = False
    detections_only: bool = False
    unlabelled: Unlabelled = Unlabelled.REFUSE
    accept_losses: bool = False
    tell: Callable[[Sequence[Finding]], None] = lambda _found: None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All that was seen, and what of it stands in the report."""

    recipe: Recipe
    classes: tuple[str, ...]
    seen: Sequence[Seen]
    figures: dict[str, Any]


def open_samples(request: Request) -> tuple[DataSet, list[Sample]]:
    """The samples asked for. Raises DataError."""
    data = open_data(
        request.data,
        request.format,
        request.group_by,
        unlabelled=request.unlabelled,
        accept_losses=request.accept_losses,
    )
    request.tell(data.findings)
    return data, select(data, request.selection)


def evaluate(config: CellConfig, request: Request, watch: Watch) -> Evaluation:
    """Measure a recipe. Raises DataError and what `build_inspector` raises."""
    data, samples = open_samples(request)
    setup = build_inspector(config, request.recipe)
    try:
        bench = Bench.of(setup, data, request.resize)
        if request.detections_only and bench.table is None:
            raise DataError(
                f"{request.data}: its classes ({', '.join(data.classes)}) are none of the model's, "
                "so there are no detections to count: leave --detections-only out"
            )
        seen = all_counted(inspect_all(bench, samples, watch), setup.recipe, bench.classes)
        if not request.detections_only:
            check_parts(seen, request.data)
    finally:
        setup.engine.close()
    named = bench.table is not None
    figures: dict[str, Any] = {
        "recipe": setup.recipe.stamp,
        "model": bench.models,
        "engine": setup.engine.name,
        "data": describe(data, samples, request),
        **all_figures(
            seen, setup.recipe, bench.classes, parts=not request.detections_only, named=named
        ),
    }
    if not named:
        figures["note"] = (
            f"The data's classes ({', '.join(data.classes)}) are none of the model's: pictures, "
            "pixels and parts are counted, not detections"
        )
    return Evaluation(setup.recipe, bench.classes, seen, figures)


def describe(data: DataSet, samples: Sequence[Sample], request: Request) -> dict[str, Any]:
    """Which pictures were measured."""
    chosen = request.selection
    return {
        "root": str(data.root),
        "format": data.format,
        "split": chosen.split,
        "split_file": None if chosen.split_file is None else str(chosen.split_file),
        "groups": sorted({sample.group for sample in samples}) if chosen.groups else None,
        "limit": chosen.limit,
        "pictures": len(samples),
        "defects": sum(len(sample.boxes) for sample in samples),
        "resized": request.resize,
        "losses": sum(finding.lost for finding in data.findings),
        "warnings": sum(not finding.lost for finding in data.findings),
        "fingerprint_sha256": fingerprint(samples),
    }
