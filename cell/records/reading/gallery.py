"""Lines of parts, and the picture that stands for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
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
    # Deleted ones are left out here: by SQLite, it might go through all that were not.
    seen = [seq for _, seq in parts if seq is not None]
    query = select(*columns).where(e.kind == "view", e.seq.in_(seen))
    found = {row.part: row for row in _there(session, query)} if seen else {}
    rest = [part for part, _ in parts if part not in found]
    if rest:
        others = _there(session, select(*columns).where(e.part.in_(rest)))
        found |= {row.part: row for row in sorted(others, key=lambda one: one.exposure_ns)}
    return found


def _there(session: Session, query: Any) -> Iterator[EvidenceRow]:
    rows = (EvidenceRow(*row) for row in session.execute(query))
    return (row for row in rows if row.pruned_ns is None)
