"""How long each question takes, and how SQLite goes about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
from sqlalchemy import event

from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.products.verdict import Verdict, VerdictKind
from cell.records.journal import Journal
from cell.records.projection import Projection
from cell.records.reading.opening import Reader
from cell.records.store import open_records
from vision.types import Timings

LIMIT_MS: Final = 300.0
"""What 95 of 100 answers must stay under."""
_TOGETHER: Final = 5
"""Events that a supervisor writes at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one question [ms]."""

    p50_ms: float
    p95_ms: float


def measure(
    asked: Iterable[tuple[str, Callable[[], Any]]], repeat: int
) -> Iterator[tuple[str, Taken]]:
    """Each question so many times; the first answer counts as well, as it does for people."""
    for name, call in asked:
        samples = []
        for _ in range(repeat):
            start = perf_counter()
            call()
            samples.append((perf_counter() - start) * 1e3)
        p50, p95 = np.percentile(samples, [50, 95])
        yield name, Taken(round(float(p50), 2), round(float(p95), 2))


def plans(
    readers: Iterable[Reader], asked: Iterable[tuple[str, Callable[[], Any]]]
) -> Mapping[str, list[str]]:
    """The steps of SQLite's plan for each statement of each question."""
    found: dict[str, list[str]] = {}
    with statements(readers) as heard:
        for name, call in asked:
            heard.clear()
            call()
            lines = found.setdefault(name, [])
            for connection, statement, values in list(heard):
                explained = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
                lines += [str(row[3]) for row in explained.fetchall()]
    return found


@contextmanager
def statements(readers: Iterable[Reader]) -> Iterator[list[tuple[Any, str, Any]]]:
    """Connection, text and values of every SELECT that these readers ask inside."""
    heard: list[tuple[Any, str, Any]] = []

    def hear(_c: Any, cursor: Any, statement: str, values: Any, _x: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            heard.append((cursor.connection, statement, values))

    engines = [reader.engine for reader in readers]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


def parts_per_second(folder: Path, records: Path, parts: int) -> float:
    """What the projection brings into these records from a journal of so many parts, in batches as
    a recorder does. The journal lies in `folder`.
    """
    with Journal.open(folder / "journal.db") as journal:
        engine = open_records(records)
        projection = Projection(engine)
        try:
            start = projection.last_seq
            told = list(_shift(parts, start))
            begin = perf_counter()
            for at in range(0, len(told), _TOGETHER):
                journal.append([event for _, event in told[at : at + _TOGETHER]])
            for at in range(0, len(told), 500):
                projection.apply(told[at : at + 500])
            return parts / (perf_counter() - begin)
        finally:
            projection.close()


def _shift(parts: int, seq: int) -> Iterator[tuple[int, e.Event]]:
    """Numbers and events of parts that pass."""
    stamp = 1_900_000_000 * 10**9 + seq
    name = f"bench-{seq}"
    events: list[e.Event] = [
        e.SessionStarted(
            stamp_ns=stamp, session=name, recipe="pcb@1.4.1", encoder_m=0.0, arrivals=0,
            exposures=0, exits=0, clean=True, alarms=(),
        )
    ]  # fmt: skip
    for number in range(1, parts + 1):
        stamp += 10**9
        part = f"{name}-{number:05d}"
        seen = Inspection(
            trigger=number, exposure_ns=stamp, done_ns=stamp, ok=True, recipe="pcb@1.4.1",
            model="pcb@1.2.0", engine="onnxruntime", timings=Timings(),
        )  # fmt: skip
        events += [
            e.Arrived(stamp_ns=stamp, part=part, index=number, encoder_m=0.0, x=0.0),
            e.FrameSeen(
                stamp_ns=stamp,
                trigger=number,
                exposure_ns=stamp,
                received_ns=stamp,
                ok=True,
                error="",
            ),
            e.Inspected(stamp_ns=stamp, part=part, inspection=seen, late=False, encoder_m=0.0),
            e.Judged(
                stamp_ns=stamp, part=part, verdict=Verdict(VerdictKind.PASS, "", ""), by="recipe"
            ),
            e.Passed(stamp_ns=stamp, part=part, index=number, encoder_m=0.0),
        ]
    return iter(enumerate(events, seq + 1))
