"""What no journal tells of evidence, beside the pictures: which frames were kept, what was deleted.

The records hold it, too, and are what everybody reads. Rebuilt from the journal, they get it back
from here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from cell.records.naming import LOG
from cell.records.rows import name_frame
from cell.records.schema import Evidence, Part

_COLUMNS = tuple(column.name for column in Evidence.__table__.columns)
_BATCH = 500


def note(data_dir: Path, rows: Iterable[Evidence]) -> None:
    """Add what these rows say now, to the disk. Raises OSError."""
    lines = [json.dumps({name: getattr(row, name) for name in _COLUMNS}) + "\n" for row in rows]
    if not lines:
        return
    path = data_dir / LOG
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(lines))
        file.flush()
        os.fsync(file.fileno())


def recall(data_dir: Path, engine: Engine) -> None:
    """Give records that were rebuilt what they lack. They must hold all of the journal.

    Raises OSError and SQLAlchemyError.
    """
    with Session(engine) as session:
        query = select(Evidence.seq).where(
            or_(Evidence.kind == "frame", Evidence.pruned_ns.is_not(None))
        )
        if session.scalars(query.limit(1)).first() is not None:
            return
    known = _read(data_dir / LOG)
    while batch := list(islice(known, _BATCH)):
        with Session(engine) as session, session.begin():
            for fields in batch:
                if session.get(Part, fields["part"]) is not None:
                    name_frame(session, session.merge(Evidence(**fields)))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                fields = json.loads(line)
            except ValueError:
                continue  # the last line before a power cut
            if isinstance(fields, dict) and set(fields) == set(_COLUMNS):
                yield fields
