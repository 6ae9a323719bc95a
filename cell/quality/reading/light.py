"""How bright and how sharp the pictures of parts are, measured on the views that are still kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cell.quality.light import Light, light_of
from cell.records.evidence import find_view
from cell.records.reading.produced import ProducedRow
from vision.errors import InspectionError
from vision.pictures import read_picture


def lights(data_dir: Path, rows: Iterable[ProducedRow]) -> dict[str, Light]:
    """Of the parts whose view is kept and can be read; a few milliseconds for each."""
    found: dict[str, Light] = {}
    for row in rows:
        if row.inspected and row.view:
            try:
                found[row.part] = light_of(read_picture(find_view(data_dir, row.view)))
            except InspectionError:
                continue  # retention has taken it
    return found
