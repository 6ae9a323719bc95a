"""How gauge studies are told on the pages."""

from __future__ import annotations

from collections.abc import Mapping

from cell.faces.quality.room import Visit
from cell.quality.studies.values import CELL, Study


def appraiser(visit: Visit, name: str) -> str:
    """A person's name, or the cell in the reader's language."""
    return visit.tr("quality.report.the_cell") if name == CELL else name


def progress(visit: Visit, study: Study, done: Mapping[str, int]) -> str:
    """How far each appraiser has come, in one line."""
    return ", ".join(
        f"{appraiser(visit, who)} {count}/{study.looks}" for who, count in done.items()
    )
