"""Pictures for a study: those of the line whose label is settled, with the score on record."""

from __future__ import annotations

from pathlib import Path

from cell.labels.label import Judgement
from cell.labels.truths import truths
from cell.quality.reading.monitored import top_score
from cell.quality.studies.choosing import Candidate
from cell.records.reading.produced import produced


def candidates(data_dir: Path, recipe: str, since_ns: int, until_ns: int) -> tuple[Candidate, ...]:
    """Of the parts of a recipe (its name) that arrived in this time. Raises RecordsError,
    StoreError.
    """
    rows = {row.part: row for row in produced(data_dir, since_ns, until_ns) if row.inspected}
    return tuple(
        Candidate(
            part=one.part,
            sha256=one.sha256,
            file=str(one.file.relative_to(data_dir)),
            score=top_score(rows[one.part]),
            defective=one.judgement is Judgement.DEFECTIVE,
            labelled_by=one.person,
        )
        for one in truths(data_dir, rows.keys())
        if one.of_view and one.file.is_file() and rows[one.part].recipe.partition("@")[0] == recipe
    )
