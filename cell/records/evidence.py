"""Whether the pictures are what the records say: all there, unchanged, and nothing beside them."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine, inspect, select, tuple_
from sqlalchemy.orm import Session

from cell.records.finding import Finding
from cell.records.keeping import digest
from cell.records.naming import LEGACY_VIEWS, LOG, PICTURES, Incoming
from cell.records.schema import Evidence, Frame, Inspection

_BATCH = 200
_FROM_A_COPY = "restore it from a copy of this folder"
_PRUNE = "run `cell records prune`"


def check_evidence(data_dir: Path, engine: Engine) -> Iterator[Finding]:
    """Every picture that is missing, altered, or in no record. Reads every file once.

    Pictures that no part claimed wait in the incoming place and are no finding.
    """
    if inspect(engine).has_table(Evidence.__tablename__):
        yield from _check_named(data_dir, engine)
    yield from _check_old(data_dir, engine)
    yield from _check_foreign(data_dir, engine)


def find_view(data_dir: Path, view: str) -> Path:
    """Where an inspection's view lies: where it was put first, or with its part since then.

    view: `Inspection.view`, from the data folder on, or absolute as in journals of before.
    """
    first = data_dir / view
    picture = Incoming.parse(view)
    records = data_dir / "records.db"
    if picture is None or first.exists() or not records.exists():
        return first
    query = (
        "SELECT path FROM evidence WHERE sha256 = ? AND exposure_ns = ? AND kind = ? AND path <> ''"
    )
    wanted = (picture.sha256, picture.exposure_ns, picture.kind)
    try:
        with closing(sqlite3.connect(f"{records.absolute().as_uri()}?mode=ro", uri=True)) as found:
            row = found.execute(query, wanted).fetchone()
    except sqlite3.Error:
        return first
    return data_dir / row[0] if row else first


def _check_named(data_dir: Path, engine: Engine) -> Iterator[Finding]:
    """What the rows of evidence promise."""
    after = (-1, "", 0)
    columns = (Evidence.exposure_ns, Evidence.kind, Evidence.seq)
    key = tuple_(*columns)
    while True:
        with Session(engine) as session:
            query = select(Evidence).where(key > after).order_by(*columns).limit(_BATCH)
            page = session.scalars(query).all()
        for row in page:
            yield from _check_row(data_dir, row)
        if len(page) < _BATCH:
            return
        after = (page[-1].exposure_ns, page[-1].kind, page[-1].seq)


def _check_row(data_dir: Path, row: Evidence) -> Iterator[Finding]:
    path = row.path or Incoming(row.exposure_ns, row.kind, row.sha256).path
    place = f"{row.kind} of part {row.part}"
    file = data_dir / path
    try:
        state = file.lstat()
    except OSError:
        if row.pruned_ns is None:
            yield Finding(
                path, place, "is missing, and the records tell of no deletion", _FROM_A_COPY
            )
        return
    if row.pruned_ns is not None:
        yield Finding(path, place, f"is noted as deleted ({row.rule}) and is there", _PRUNE)
    elif not stat.S_ISREG(state.st_mode):
        yield Finding(path, place, "is no plain file", _FROM_A_COPY)
    elif (row.path and state.st_size != row.bytes) or _digest(file) != row.sha256:
        yield Finding(path, place, "is not the picture that was stored: altered", _FROM_A_COPY)


def _check_old(data_dir: Path, engine: Engine) -> Iterator[Finding]:
    """Pictures of cells that noted no hash: whether they are there, and of one part only."""
    seen: dict[str, list[str]] = {}
    with Session(engine) as session:
        for part, view in session.execute(select(Inspection.part, Inspection.view)):
            if view and Incoming.parse(view) is None:
                seen.setdefault(view, []).append(part)
    for path in _old_frames(engine):
        if not _old_file(data_dir, path).is_file():
            yield Finding(path, "frame of a part", "is missing", _FROM_A_COPY)
    for view, parts in seen.items():
        place = f"view of part {parts[0]}" if len(parts) == 1 else f"view of {len(parts)} parts"
        if not _old_file(data_dir, view).is_file():
            yield Finding(view, place, "is missing", _FROM_A_COPY)
        elif len(parts) > 1:
            what = f"was written over: it shows {parts[-1]} and no other"
            yield Finding(view, place, what, "do not rely on it")


def _check_foreign(data_dir: Path, engine: Engine) -> Iterator[Finding]:
    """Files that no record names, among the pictures and where views lay before."""
    old = {_old_file(data_dir, path) for path in _old_paths(engine)}
    new = inspect(engine).has_table(Evidence.__tablename__)
    files = _files(data_dir)
    while chunk := list(islice(files, _BATCH)):
        names = {str(file.relative_to(data_dir)): file for file in chunk}
        known: set[str] = set()
        if new:
            with Session(engine) as session:
                known.update(session.scalars(select(Evidence.path).where(Evidence.path.in_(names))))
        for name, file in names.items():
            picture = Incoming.parse(name)
            if name in known or file in old:
                continue
            if picture is None:
                yield Finding(
                    name, "file", "is in no record", "move it away, and find out whose it is"
                )
            elif not file.is_symlink() and _digest(file) not in (picture.sha256, ""):
                what = "is not the picture that was stored: altered"
                yield Finding(name, "claimed by no part", what, "do not rely on it")


def _files(data_dir: Path) -> Iterator[Path]:
    for top in (PICTURES, LEGACY_VIEWS):
        for folder, _, names in os.walk(data_dir / top):
            for name in sorted(names):
                file = Path(folder, name)
                being_written = name.startswith(".") and name.endswith(".part")
                if not being_written and file != data_dir / LOG:
                    yield file


def _old_paths(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        views = session.scalars(select(Inspection.view).where(Inspection.view != ""))
        yield from (view for view in views if Incoming.parse(view) is None)
    yield from _old_frames(engine)


def _old_frames(engine: Engine) -> list[str]:
    query = select(Frame.path).where(Frame.path.is_not(None))
    with Session(engine) as session:
        return [path for path in session.scalars(query) if path and Path(path).is_absolute()]


def _old_file(data_dir: Path, path: str) -> Path:
    """A path as it was noted, or its like where the data folder lies now."""
    file = data_dir / path
    if file.exists() or not Path(path).is_absolute():
        return file
    parts = Path(path).parts
    tops = [i for i, name in enumerate(parts) if name in (PICTURES, LEGACY_VIEWS)]
    return data_dir.joinpath(*parts[tops[-1] :]) if tops else file


def _digest(file: Path) -> str:
    """'' for a file that went away meanwhile."""
    try:
        return digest(file)
    except OSError:
        return ""
