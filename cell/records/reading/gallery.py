"""Lines of parts, and the picture that stands for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from cell.records import schema as s
from cell.records.reading.values import EvidenceRow, LineRow


def line_row(row: Any) -> LineRow:
    """From a row of part_line."""
    told = {name: getattr(row, name) for name in LineRow.__slots__ if name != "overridden"}
    return LineRow(**told, overridden=bool(row.overridden))


def pictures_of(
    session: Session, parts: Sequence[tuple[str, int | None]]
) -> dict[str, EvidenceRow]:
    """Of each part (its id, its inspection that counts) the view of that inspection, or else the
    newest picture that was not deleted.
    """
    e = s.Evidence
    columns = (e.part, e.kind, e.exposure_ns, e.path, e.sha256, e.bytes, e.pruned_ns, e.rule)
    seen = [("view", seq) for _, seq in parts if seq is not None]
    query = select(*columns).where(tuple_(e.kind, e.seq).in_(seen), e.pruned_ns.is_(None))
    found = {row[0]: EvidenceRow(*row) for row in session.execute(query)} if seen else {}
    rest = [part for part, _ in parts if part not in found]
    if rest:
        others = select(*columns).where(e.part.in_(rest), e.pruned_ns.is_(None))
        rows = [EvidenceRow(*row) for row in session.execute(others)]
        for row in sorted(rows, key=lambda one: one.exposure_ns):
            found[row.part] = row
    return found
