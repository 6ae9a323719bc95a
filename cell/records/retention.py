"""What retention deletes: which pictures, by which rule, and how. The records remember each."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, and_, false, func, not_, or_, select, tuple_
from sqlalchemy.orm import Session

from cell.records.evidence_log import note
from cell.records.limits import Retention
from cell.records.naming import INCOMING, Incoming
from cell.records.rows import evidence_of
from cell.records.schema import Disposition, Evidence

KINDS = tuple((kind, passed) for kind in ("view", "frame") for passed in (True, False))
DAY_S = 86_400.0
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Doomed:
    """A picture that a rule deletes. `kind`: view, frame, or orphan (which has no row)."""

    kind: str
    seq: int
    part: str
    path: str
    bytes: int
    exposure_ns: int
    rule: str


def doomed(engine: Engine, limits: Retention, now_ns: int) -> Iterator[Doomed]:
    """Every picture that is to go now: by age first, then by size of all; each oldest first.

    Reads in pages, and holds nothing open between them.
    """
    aged: ColumnElement[bool] = false()
    for kind, passed in KINDS:
        days = limits.days(kind, passed)
        if not days:
            continue
        whose = Disposition.kind == "passed" if passed else Disposition.kind != "passed"
        old = Evidence.exposure_ns < now_ns - int(days * DAY_S * 1e9)
        one = and_(Evidence.kind == kind, whose, old)
        aged = or_(aged, one)
        rule = f"{kind} of a {'passed part' if passed else 'reject'} older than {days:g} days"
        yield from _read(engine, one, rule)
    if not limits.total_mib:
        return
    young = not_(aged)
    query = select(func.sum(Evidence.bytes)).join(Disposition, Disposition.part == Evidence.part)
    query = query.where(young, Evidence.pruned_ns.is_(None))
    with Session(engine) as session:
        excess = int(session.scalar(query) or 0) - limits.total_mib * 2**20
    if excess <= 0:
        return
    for item in _read(engine, young, f"all pictures over {limits.total_mib} MiB"):
        yield item
        excess -= item.bytes
        if excess <= 0:
            return


def orphans(data_dir: Path, engine: Engine, limits: Retention, now_s: float) -> Iterator[Doomed]:
    """Incoming pictures that no part claimed in time, and rests of interrupted writing.

    Only for records that hold all of the journal: it might claim them yet.
    """
    folder = data_dir / INCOMING
    if not folder.is_dir():
        return
    rule = f"unclaimed for {limits.orphan_days:g} days"
    for file in sorted(folder.iterdir()):
        try:
            state = file.lstat()
        except FileNotFoundError:
            continue
        path = f"{INCOMING}/{file.name}"
        picture = Incoming.parse(path)
        rest = file.name.startswith(".") and file.name.endswith(".part")
        if not stat.S_ISREG(state.st_mode) or not (rest or picture):
            continue
        if now_s - state.st_mtime < limits.orphan_days * DAY_S:
            continue
        if picture is not None and _awaited(engine, picture):
            continue
        exposure_ns = picture.exposure_ns if picture else int(state.st_mtime * 1e9)
        yield Doomed("orphan", 0, "", path, state.st_size, exposure_ns, rule)


def delete(data_dir: Path, engine: Engine, items: Sequence[Doomed], now_ns: int) -> list[Doomed]:
    """Note pictures as pruned, then delete them; those that are gone now.

    A file that is not what the records know (missing, a link, another size) is left alone, and so
    is its row. Raises SQLAlchemyError, and OSError when the disk refuses.
    """
    good = [item for item in items if is_as_known(data_dir / item.path, item.bytes)]
    with Session(engine) as session, session.begin():
        rows = [session.get(Evidence, (item.kind, item.seq)) for item in good]
        pruned = [row for row in rows if row is not None]
        for row, item in zip(rows, good, strict=True):
            if row is not None:
                row.pruned_ns, row.rule = now_ns, item.rule
        note(data_dir, pruned)
    for item in good:
        (data_dir / item.path).unlink(missing_ok=True)
    return good


def finish(data_dir: Path, engine: Engine, most: int) -> None:
    """Delete what a killed `delete` of at most so many pictures had noted only. Raises OSError."""
    query = select(Evidence).where(Evidence.pruned_ns.is_not(None))
    with Session(engine) as session:
        last = session.scalars(query.order_by(Evidence.pruned_ns.desc()).limit(most)).all()
    for row in last:
        if row.path and is_as_known(data_dir / row.path, row.bytes):
            (data_dir / row.path).unlink(missing_ok=True)


def _read(engine: Engine, which: ColumnElement[bool], rule: str) -> Iterator[Doomed]:
    key = tuple_(Evidence.exposure_ns, Evidence.kind, Evidence.seq)
    after = (-1, "", 0)
    while True:
        query = select(Evidence).join(Disposition, Disposition.part == Evidence.part)
        query = query.where(which, Evidence.pruned_ns.is_(None), Evidence.bytes > 0, key > after)
        query = query.order_by(Evidence.exposure_ns, Evidence.kind, Evidence.seq).limit(_PAGE)
        with Session(engine) as session:
            page = session.scalars(query).all()
        for row in page:
            yield Doomed(row.kind, row.seq, row.part, row.path, row.bytes, row.exposure_ns, rule)
        if len(page) < _PAGE:
            return
        after = (page[-1].exposure_ns, page[-1].kind, page[-1].seq)


def _awaited(engine: Engine, picture: Incoming) -> bool:
    with Session(engine) as session:
        waiting = evidence_of(picture).where(Evidence.path == "")
        return session.scalars(waiting.limit(1)).first() is not None


def is_as_known(file: Path, size: int) -> bool:
    """Whether it is a plain file of this size [bytes], which may be deleted."""
    try:
        state = os.lstat(file)
    except OSError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_size == size
